/** What a CasService may say about attributes and user names. Paths are those of the whole object. */
import { plainTextProblem, usernameAttributeProblem } from '../../common/documents/definition-release.ts'
import { mapKeyProblem } from '../../common/documents/document-reader.ts'
import { patternProblem } from '../../common/documents/java-pattern.ts'
import { Fields, valueAt } from './fields.ts'
import { memberPath } from './problem.ts'

/** Policies, each with the field that it goes with. */
const fieldOfPolicy = {
  All: undefined,
  Allowed: 'allowed',
  Mapped: 'mapped',
  MultiMapped: 'multiMapped',
  Pattern: 'patterns',
  Static: 'static',
  Denied: undefined,
  Chain: 'chain',
} as const

type Policy = keyof typeof fieldOfPolicy
const policies = Object.keys(fieldOfPolicy) as Policy[]
/** What narrows one policy; a chain's policies have their own. */
const limits = ['valuePattern', 'excludeDefaults', 'protocolAttributes']

/** Notes what is wrong under `spec.attributes`. */
export function checkAttributes(fields: Fields, object: unknown): void {
  const attributes = fields.object(object, 'spec.attributes')
  if (attributes === undefined) return
  noteInner(fields, 'spec.attributes', (inner) => checkRelease(inner, attributes, policies))
}

function checkRelease(fields: Fields, release: unknown, known: readonly Policy[]): void {
  const policy = fields.oneOf(release, 'policy', known)
  if (valueAt(release, 'policy') === undefined) fields.note('policy', 'is required')
  for (const name of known) {
    const field = fieldOfPolicy[name]
    if (field === undefined) continue
    const value = valueAt(release, field)
    if (value !== undefined && policy !== undefined && policy !== name) {
      fields.note(field, `goes with policy ${name} only: remove it, or set the policy`)
    }
    // Allowed without names releases nothing, which is something to say.
    if (policy === name && name !== 'Allowed' && isNothing(value)) {
      fields.note(field, `must name at least one attribute with policy ${name}`)
    }
  }
  checkNames(fields, release)
  checkValues(fields, release)
  checkLimits(fields, release, policy)
  if (known.includes('Chain')) checkChain(fields, release)
}

const isNothing = (value: unknown): boolean =>
  value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)

function checkNames(fields: Fields, release: unknown): void {
  for (const [path, name] of fields.texts(release, 'allowed')) noteReleasedName(fields, path, name)
  for (const [path, from, to] of fields.textMap(release, 'mapped')) {
    noteName(fields, path, from)
    noteReleasedName(fields, path, to)
  }
  for (const { path, name, texts } of textLists(fields, release, 'multiMapped')) {
    noteName(fields, path, name)
    if (texts.length === 0) fields.note(path, 'must name at least one name')
    for (const [at, to] of texts) noteReleasedName(fields, at, to)
  }
}

function checkValues(fields: Fields, release: unknown): void {
  for (const { path, name, texts } of textLists(fields, release, 'static')) {
    noteName(fields, path, name)
    for (const [at, value] of texts) notePlain(fields, at, value)
  }
  for (const [name, rule] of Object.entries(fields.object(release, 'patterns') ?? {})) {
    const path = memberPath('patterns', name)
    noteName(fields, path, name)
    noteInner(fields, path, (inner) => {
      const pattern = inner.requiredText(rule, 'pattern')
      if (pattern !== undefined) notePattern(inner, 'pattern', pattern)
      const transform = inner.requiredText(rule, 'transform')
      if (transform !== undefined) notePlain(inner, 'transform', transform)
    })
  }
}

function checkLimits(fields: Fields, release: unknown, policy: Policy | undefined): void {
  const pattern = fields.text(release, 'valuePattern')
  if (pattern !== undefined) notePattern(fields, 'valuePattern', pattern)
  for (const flag of ['excludeDefaults', 'protocolAttributes']) fields.boolean(release, flag)
  if (policy !== 'Chain' && policy !== 'Denied') return
  const advice = policy === 'Chain' ? 'set it at policies of the chain' : 'nothing is released anyway'
  for (const limit of limits) {
    if (valueAt(release, limit) !== undefined)
      fields.note(limit, `does not go with policy ${policy}: ${advice}`)
  }
}

function checkChain(fields: Fields, release: unknown): void {
  if (fields.object(release, 'chain') === undefined) return
  fields.oneOf(release, 'chain.merging', ['Replace', 'Add', 'Multivalued'])
  const chained = valueAt(release, 'chain.policies')
  if (chained === undefined) fields.note('chain.policies', 'is required')
  else if (!Array.isArray(chained)) fields.note('chain.policies', 'must be a list')
  else if (chained.length === 0) fields.note('chain.policies', 'must hold at least one policy')
  else {
    const known = policies.filter((policy) => policy !== 'Chain')
    chained.forEach((policy: unknown, i) => {
      noteInner(fields, memberPath('chain.policies', i), (inner) => checkRelease(inner, policy, known))
    })
  }
}

/** Notes what is wrong under `spec.username`. */
export function checkUsername(fields: Fields, object: unknown): void {
  const username = fields.object(object, 'spec.username')
  if (username === undefined) return
  const at = 'spec.username'
  const chosen = ['attribute', 'anonymous', 'static'].filter((key) => valueAt(username, key) !== undefined)
  if (chosen.length > 1) fields.note(at, `takes only one of ${chosen.join(' and ')}`)
  if (Object.keys(username).length === 0) {
    fields.note(at, 'must say where the user name comes from: leave it out')
  }
  for (const path of [`${at}.attribute`, `${at}.anonymous.attribute`]) {
    const attribute = fields.text(object, path)
    if (attribute !== undefined) noteName(fields, path, attribute)
  }
  const attribute = valueAt(username, 'attribute')
  const several = typeof attribute === 'string' ? usernameAttributeProblem(attribute) : undefined
  if (several !== undefined) fields.note(`${at}.attribute`, several)
  if (fields.object(object, `${at}.anonymous`) !== undefined) {
    const salt = fields.requiredText(object, `${at}.anonymous.salt`)
    // A short one that users have their names by must stay; `caspool lint` warns of it.
    if (salt?.trim() === '') {
      fields.note(`${at}.anonymous.salt`, 'must be a text that nobody guesses, of at least 8 characters')
    }
  }
  const value = fields.text(object, `${at}.static`)
  if (value?.trim() === '') fields.note(`${at}.static`, 'must not be empty')
  if (value !== undefined) notePlain(fields, `${at}.static`, value)
  fields.oneOf(object, `${at}.canonicalization`, ['None', 'Lower', 'Upper'])
}

/** Lists of texts under a map: [path, key, texts with their paths]. */
function textLists(fields: Fields, object: unknown, map: string) {
  return Object.entries(fields.object(object, map) ?? {}).map(([name, list]) => {
    const path = memberPath(map, name)
    const inner = new Fields()
    // Wrapped, since the name may hold dots.
    const texts = inner.texts({ list }, 'list')
    const placed = (at: string) => at.replace(/^list/, () => path)
    for (const problem of inner.problems) fields.note(placed(problem.path), problem.message)
    return { path, name, texts: texts.map(([at, text]) => [placed(at), text] as const) }
  })
}

function noteInner(fields: Fields, prefix: string, check: (inner: Fields) => void): void {
  const inner = new Fields()
  check(inner)
  for (const { path, message } of inner.problems) fields.note(`${prefix}.${path}`, message)
}

function notePattern(fields: Fields, path: string, pattern: string): void {
  const problem = pattern.trim() === '' ? 'must not be empty' : patternProblem(pattern)
  if (problem !== undefined)
    fields.note(path, pattern.trim() === '' ? problem : `is not a usable regular expression: ${problem}`)
}

/** Attribute names become field names in MongoDB. */
function noteName(fields: Fields, path: string, name: string): void {
  const problem = name === '' ? 'must not be empty' : mapKeyProblem(name)
  if (problem !== undefined) fields.note(path, problem)
}

function noteReleasedName(fields: Fields, path: string, name: string): void {
  noteName(fields, path, name)
  if (name !== '') notePlain(fields, path, name)
}

/** Apereo would run it. */
function notePlain(fields: Fields, path: string, text: string): void {
  const problem = plainTextProblem(text)
  if (problem !== undefined) fields.note(path, problem)
}
