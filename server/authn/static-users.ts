/**
 * Users from a file (a mounted Secret). The file is followed by its content: Kubernetes swaps a symbolic link above
 * it, editors rename over it, and neither is seen reliably by a watch on the file. What was read last and was good
 * stays in force while the file is missing or refused.
 */
import { readFile } from 'node:fs/promises'
import { delay, type Random } from '../../common/clock.ts'
import { parseStaticUsers } from '../../common/documents/static-users.ts'
import { Fault, reasonOf } from '../../common/fault.ts'
import type { Log } from '../../common/log.ts'
import type { Principal } from '../tickets/ticket.ts'
import { type Argon2Hash, defaultCost, hashPassword, parsePhc, verifyPassword } from './argon2.ts'
import type { Authentication, Authenticator } from './authenticator.ts'
import type { UsernamePassword } from './credential.ts'

interface KnownUser {
  readonly principal: Principal
  readonly password: Argon2Hash
}

interface Users {
  readonly byName: ReadonlyMap<string, KnownUser>
  /** Hash of nothing in particular, as costly as the costliest user's: what an unknown user is checked against. */
  readonly decoy: Argon2Hash
}

export type LoadedUsers =
  | { readonly kind: 'users'; readonly byName: ReadonlyMap<string, KnownUser> }
  | { readonly kind: 'refused'; readonly problems: readonly string[] }

export interface StaticUsers extends Authenticator {
  /** Reads the file now. Never rejects: problems are logged and reported by `problem()`. */
  reload(): Promise<void>
  stop(): Promise<void>
}

const pollIntervalMs = 1000

/** Follows the users in `path`, from now until `stop`. */
export function followStaticUsers(options: {
  readonly path: string
  readonly random: Random
  readonly log: Log
}): StaticUsers {
  const { path, random, log } = options
  const stopping = new AbortController()
  let users: Users | undefined
  let seen: string | undefined
  let problem: string | undefined = 'not read yet'

  async function reload(): Promise<void> {
    try {
      const text = await readFile(path, 'utf8')
      if (text === seen) return
      const loaded = loadUsers(text)
      if (loaded.kind === 'refused') refuse(loaded.problems.join('; '))
      else users = { byName: loaded.byName, decoy: await decoyFor(loaded.byName, random) }
      if (loaded.kind === 'users') {
        problem = undefined
        log.info({ users: loaded.byName.size }, 'static users loaded')
      }
      seen = text
    } catch (error) {
      seen = undefined
      refuse(reasonOf(error))
    }
  }
  function refuse(reason: string): void {
    if (reason !== problem) log.error({ path, reason, lastGoodKept: users !== undefined }, 'users refused')
    problem = reason
  }
  async function follow(): Promise<void> {
    while (!stopping.signal.aborted) {
      await reload()
      await delay(pollIntervalMs, stopping.signal).catch(() => undefined)
    }
  }
  const following = follow()
  return {
    authenticate: (credential, client) => authenticate(users, credential, client),
    problem: () => (users === undefined ? `users: ${problem}` : undefined),
    reload,
    stop: async () => {
      stopping.abort()
      await following
    },
  }
}

async function authenticate(
  users: Users | undefined,
  { username, password }: UsernamePassword,
  client: string,
): Promise<Authentication> {
  if (users === undefined) throw new Fault('read the users', { code: 'NO_USERS', retryable: true })
  const user = users.byName.get(username)
  const matches = await verifyPassword(password, user?.password ?? users.decoy, { client, user: username })
  if (user === undefined) return { kind: 'refused', detail: 'unknownUser' }
  return matches
    ? { kind: 'authenticated', principal: user.principal }
    : { kind: 'refused', detail: 'wrongPassword' }
}

/** Users of the file's text, or everything that is wrong with it. One bad user refuses the whole file. */
export function loadUsers(text: string): LoadedUsers {
  const parsed = parseStaticUsers(text)
  if (parsed.kind === 'refused') return parsed
  const byName = new Map<string, KnownUser>()
  const problems: string[] = []
  for (const { name, passwordHash, attributes } of parsed.users) {
    const password = parsePhc(passwordHash)
    if ('problem' in password) problems.push(`${name}.password ${password.problem}`)
    else byName.set(name, { principal: { user: name, attributes }, password })
  }
  return problems.length > 0 ? { kind: 'refused', problems } : { kind: 'users', byName }
}

async function decoyFor(byName: ReadonlyMap<string, KnownUser>, random: Random): Promise<Argon2Hash> {
  const costs = [...byName.values()].map((user) => user.password)
  const cost = costs.toSorted((a, b) => b.memory * b.passes - a.memory * a.passes)[0] ?? defaultCost
  const decoy = parsePhc(await hashPassword(random.bytes(16).toString('hex'), random, cost))
  if ('problem' in decoy) throw new TypeError(`decoy ${decoy.problem}`)
  return decoy
}
