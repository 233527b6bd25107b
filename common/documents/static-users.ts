/**
 * The file of static users (Secret key `users.yaml`):
 *
 *     casuser:
 *       password: $argon2id$v=19$m=19456,t=2,p=1$…$…     (PHC string; `caspool hash-password` makes one)
 *       attributes: { mail: casuser@example.org, memberOf: [staff, admins] }
 *
 * Every value is taken as the text that stands there: `0123` keeps its zero, `true` and `null` are words.
 */
import { FAILSAFE_SCHEMA, load, YAMLException } from 'js-yaml'
import { yamlReason } from './yaml-reason.ts'

export interface StaticUser {
  readonly name: string
  /** PHC string of argon2id. */
  readonly passwordHash: string
  readonly attributes: Readonly<Record<string, readonly string[]>>
}

export type ParsedStaticUsers =
  | { readonly kind: 'users'; readonly users: readonly StaticUser[] }
  | { readonly kind: 'refused'; readonly problems: readonly string[] }

const fieldNames: ReadonlySet<string> = new Set(['password', 'attributes'])

/**
 * Users of the file's text, or every problem, each naming user and field. Problems never quote a value: it may be
 * a password. An empty file is a refusal, not an empty list: a Secret that is not filled yet looks like that.
 */
export function parseStaticUsers(text: string): ParsedStaticUsers {
  const read = readYaml(text)
  if (read.kind === 'refused') return read
  if (!isMapping(read.document)) return refused('the file must map user names to password and attributes')
  const problems: string[] = []
  const users = Object.entries(read.document).map(([name, fields]) => readUser(name, fields, problems))
  if (problems.length > 0) return { kind: 'refused', problems }
  return { kind: 'users', users }
}

function readYaml(
  text: string,
): { kind: 'read'; document: unknown } | { kind: 'refused'; problems: string[] } {
  try {
    return { kind: 'read', document: load(text, { schema: FAILSAFE_SCHEMA }) }
  } catch (thrown) {
    if (!(thrown instanceof YAMLException)) throw thrown
    return refused(yamlReason(thrown))
  }
}

function readUser(name: string, fields: unknown, problems: string[]): StaticUser {
  if (name.trim() === '' || name !== name.trim() || name === '__proto__' || hasControl(name)) {
    problems.push(`${JSON.stringify(name)}: is not a user name`)
  }
  if (!isMapping(fields)) {
    problems.push(`${name}: must hold password and, if wanted, attributes`)
    return { name, passwordHash: '', attributes: {} }
  }
  for (const field of Object.keys(fields)) {
    if (!fieldNames.has(field))
      problems.push(`${name}.${field}: unknown field; known are password, attributes`)
  }
  return {
    name,
    passwordHash: readPassword(name, fields['password'], problems),
    attributes: readAttributes(`${name}.attributes`, fields['attributes'], problems),
  }
}

function readPassword(name: string, value: unknown, problems: string[]): string {
  if (typeof value === 'string' && value.startsWith('$argon2id$')) return value
  const hint = 'make a hash with `caspool hash-password`'
  const looksHashed = typeof value === 'string' && /^(\$|\{[A-Z0-9]+\})/.test(value)
  if (value === undefined || value === '') problems.push(`${name}.password: is missing; ${hint}`)
  else if (typeof value !== 'string') problems.push(`${name}.password: must be text`)
  else if (looksHashed) problems.push(`${name}.password: must be an argon2id hash; ${hint}`)
  else problems.push(`${name}.password: must be a hash, not the password itself; ${hint}`)
  return ''
}

function readAttributes(path: string, value: unknown, problems: string[]): Record<string, readonly string[]> {
  if (value === undefined || value === '') return {}
  if (!isMapping(value)) {
    problems.push(`${path}: must map names to a value or a list of values`)
    return {}
  }
  const attributes: Record<string, readonly string[]> = {}
  for (const [name, held] of Object.entries(value)) {
    const values: unknown[] = Array.isArray(held) ? held : [held]
    if (name === '' || name === '__proto__') problems.push(`${path}: "${name}" is not an attribute name`)
    else if (values.every((item) => typeof item === 'string')) attributes[name] = values
    else problems.push(`${path}.${name}: must be a value or a list of values`)
  }
  return attributes
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text)
}

function refused(problem: string): { kind: 'refused'; problems: string[] } {
  return { kind: 'refused', problems: [problem] }
}
