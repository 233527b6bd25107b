/**
 * Why MongoDB's driver refuses a connection string, in words of ours. The driver's own repeat what they complain of,
 * such as `user:password` where an @ is missing, and reasons stand in statuses, events and logs.
 */
import { reasonOf } from './fault.ts'

const unencoded = 'a character of its user name, password or database is not percent-encoded'

/** How the driver's messages begin. */
const reasons: readonly (readonly [begin: string, reason: string])[] = [
  ['Invalid scheme', 'it does not begin with mongodb:// or mongodb+srv://'],
  ['Protocol and host list are required', 'it names no host'],
  ['Username contains unescaped', unencoded],
  ['Password contains unescaped', unencoded],
  ['URI malformed', unencoded],
  ['Invalid connection string', unencoded],
  ['URI contained empty userinfo', 'its user name is empty'],
  ['Unable to parse', 'a host or port in it cannot be read'],
  ['mongodb+srv URI cannot have', 'mongodb+srv:// takes one host, and no port'],
]

/** Of what the driver threw; nothing of the connection string is in it. */
export function connectionStringReason(thrown: unknown): string {
  const message = reasonOf(thrown)
  const known = reasons.find(([begin]) => message.startsWith(begin))
  return (
    known?.[1] ?? 'an option in it is not known, has a value that it does not take, or excludes another one'
  )
}
