/** The two database users of a pool: what each may do, and whether it stands in the database as wanted. */
import {
  type Command,
  type Connections,
  type Credentials,
  codes,
  refusalOf,
  type Session,
} from './connections.ts'
import type { UserFact } from './facts.ts'

export type Role = { readonly role: string; readonly db: string }

/** The operator reconfigures the set and writes the pool's database. It makes no users: only the key file does. */
export function operatorRoles(database: string): readonly Role[] {
  return [
    { role: 'clusterManager', db: 'admin' },
    { role: 'readWrite', db: database },
    { role: 'dbAdmin', db: database },
  ]
}

/** The servers read, write and watch the pool's database, and nothing else. */
export function serverRoles(database: string): readonly Role[] {
  return [{ role: 'readWrite', db: database }]
}

/** Whether the session's own user has exactly these roles. */
export async function checkRoles(session: Session, wanted: readonly Role[]): Promise<UserFact> {
  const { authInfo } = (await session.command({ connectionStatus: 1 })) as {
    readonly authInfo: { readonly authenticatedUserRoles: readonly Role[] }
  }
  return sameRoles(authInfo.authenticatedUserRoles, wanted) ? 'works' : 'refused'
}

/** Whether a user can log in on this member and has exactly these roles. */
export async function checkLogin(
  connections: Connections,
  host: string,
  user: Credentials & { readonly roles: readonly Role[] },
): Promise<UserFact> {
  const { username, password, roles } = user
  try {
    return await connections.as(host, { username, password }, (session) => checkRoles(session, roles))
  } catch (error) {
    return refusalOf(error)?.code === codes.authenticationFailed ? 'refused' : 'unknown'
  }
}

/** Makes the user, or gives the existing one this password and these roles. */
export async function ensureUser(
  session: Session,
  { username, password, roles }: Credentials & { readonly roles: readonly Role[] },
): Promise<void> {
  const rest: Command = {
    pwd: password,
    roles,
    mechanisms: ['SCRAM-SHA-256'],
    writeConcern: { w: 'majority', wtimeout: writeTimeoutMs },
  }
  try {
    await session.command({ updateUser: username, ...rest }, 2 * writeTimeoutMs)
  } catch (error) {
    if (refusalOf(error)?.code !== codes.userNotFound) throw error
    await session.command({ createUser: username, ...rest }, 2 * writeTimeoutMs)
  }
}

const writeTimeoutMs = 10_000

function sameRoles(some: readonly Role[], others: readonly Role[]): boolean {
  const sorted = (roles: readonly Role[]) => roles.map(({ role, db }) => `${db}/${role}`).toSorted()
  return sorted(some).join() === sorted(others).join()
}
