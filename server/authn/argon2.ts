/**
 * Password hashes: argon2id (RFC 9106) in the PHC string form, `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`.
 * The hashing is Node's own; this file writes and reads the form, and keeps hashing from taking the process over.
 */
import { argon2, timingSafeEqual } from 'node:crypto'
import type { Random } from '../../common/clock.ts'
import { type Asker, hashQueue } from './hash-queue.ts'

export interface Argon2Cost {
  /** KiB. */
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
}

export interface Argon2Hash extends Argon2Cost {
  readonly salt: Buffer
  readonly hash: Buffer
}

/** Second choice of RFC 9106 scaled to the smallest that OWASP names: some 60 ms on one core. */
export const defaultCost: Argon2Cost = { memory: 19_456, passes: 2, parallelism: 1 }
/** Limits for hashes that somebody else made: one sign-in must not take the memory of the process. */
const limits = { memory: 262_144, passes: 16, parallelism: 8 } as const
const saltBytes = 16
const hashBytes = 32
const form =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/

/** Parses a PHC string; the text says what is wrong with it. */
export function parsePhc(text: string): Argon2Hash | { readonly problem: string } {
  const match = form.exec(text)
  if (match === null) return { problem: 'is not an argon2id hash ($argon2id$v=19$m=…,t=…,p=…$salt$hash)' }
  const [, memory, passes, parallelism, salt = '', hash = ''] = match
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) }
  for (const field of ['memory', 'passes', 'parallelism'] as const) {
    if (cost[field] < 1 || cost[field] > limits[field]) {
      return { problem: `has ${field} ${cost[field]}, which must be 1 to ${limits[field]}` }
    }
  }
  if (cost.memory < 8 * cost.parallelism) return { problem: 'has less than 8 KiB of memory per lane' }
  return { ...cost, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
}

export function phcText(hash: Argon2Hash): string {
  const cost = `m=${hash.memory},t=${hash.passes},p=${hash.parallelism}`
  return `$argon2id$v=19$${cost}$${unpadded(hash.salt)}$${unpadded(hash.hash)}`
}

/** Hashes a password with a new salt. */
export async function hashPassword(
  password: string,
  random: Random,
  cost: Argon2Cost = defaultCost,
): Promise<string> {
  const salt = random.bytes(saltBytes)
  return phcText({
    ...cost,
    salt,
    hash: await queue.run(nobody, () => derive(password, { ...cost, salt, length: hashBytes })),
  })
}

/**
 * Whether `password` is the one that was hashed; takes the same time either way. `asker` waits for their turn, and
 * gets a Fault with code BUSY when too many wait.
 */
export async function verifyPassword(
  password: string,
  expected: Argon2Hash,
  asker: Asker = nobody,
): Promise<boolean> {
  const actual = await queue.run(asker, () => derive(password, { ...expected, length: expected.hash.length }))
  return timingSafeEqual(actual, expected.hash)
}

// Hashing runs on the threads that also serve files and name lookups: leave some of them free.
const queue = hashQueue({ atOnce: 2, waiting: 200 })

function derive(
  password: string,
  parameters: Argon2Cost & { readonly salt: Buffer; readonly length: number },
): Promise<Buffer> {
  const { memory, passes, parallelism, salt, length } = parameters
  const options = { message: password, nonce: salt, memory, passes, parallelism, tagLength: length }
  return new Promise((resolve, reject) => {
    argon2('argon2id', options, (error, hash) => (error ? reject(error) : resolve(hash)))
  })
}

/** Hashes that no request asked for. */
const nobody: Asker = { client: '', user: '' }

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')
