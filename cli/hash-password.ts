/** `caspool hash-password`: reads a password, prints the line that goes into a users file. */
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { systemRandom } from '../common/clock.ts'
import { hashPassword as hash } from '../server/authn/argon2.ts'
import { parseOptions, UsageError } from './usage.ts'

const help = `usage: caspool hash-password

Asks for a password (or reads one line from standard input) and prints its argon2id hash, to be put under
"password:" of a user in users.yaml. The password is never taken from the command line, where others could see it.
`

export async function hashPassword(args: readonly string[]): Promise<number> {
  if (parseOptions(args, { help: { type: 'boolean', short: 'h' } }).help) {
    process.stdout.write(help)
    return 0
  }
  const password = await readPassword()
  if (password === '') throw new UsageError('the password is empty')
  process.stdout.write(`${await hash(password, systemRandom)}\n`)
  return 0
}

async function readPassword(): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const input = createInterface({
    input: process.stdin,
    output: silent,
    terminal: process.stdin.isTTY === true,
  })
  if (process.stdin.isTTY) process.stderr.write('Password: ')
  try {
    for await (const line of input) return line
    return ''
  } finally {
    input.close()
    if (process.stdin.isTTY) process.stderr.write('\n')
  }
}
