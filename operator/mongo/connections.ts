/**
 * Connections to single members. They are kept per member and per user while the member belongs to the set, since
 * every look at the set needs them; `__system`, which may do anything, is connected only for the call that needs it.
 */
import { MongoClient, type MongoClientOptions, MongoServerError } from 'mongodb'
import { reasonOf, StoreFault } from '../../common/fault.ts'

export type Credentials = { readonly username: string; readonly password: string }

export type Command = Readonly<Record<string, unknown>>
export type Answer = Readonly<Record<string, unknown>>

/** One member, as seen by one user. */
export type Session = {
  /**
   * Runs a command on database `admin`. Rejects with the server's own MongoServerError when it refuses (see
   * `refusalOf`), with something else when it cannot be reached or does not answer within `withinMs`.
   */
  command(command: Command, withinMs?: number): Promise<Answer>
  /** Whether the member has a replica set configuration on its disk. */
  hasConfigOnDisk(): Promise<boolean>
}

/** A server that answered, but with no. */
export type Refusal = { readonly code: number; readonly codeName: string; readonly message: string }

export const codes = { userNotFound: 11, authenticationFailed: 18, invalidConfig: 93, notYetInitialized: 94 }

const answerWithinMs = 1500

/** The server's refusal among things that were thrown; undefined for everything else. */
export function refusalOf(thrown: unknown): Refusal | undefined {
  if (!(thrown instanceof MongoServerError)) return undefined
  return { code: Number(thrown.code), codeName: String(thrown['codeName'] ?? ''), message: thrown.message }
}

/** mongod ignores whitespace in a key file, and takes the rest as password of `__system`. */
function systemPassword(keyfile: string): string {
  return keyfile.replaceAll(/\s/g, '')
}

export class Connections {
  readonly #anonymous = new Map<string, MongoClient>()
  readonly #operator = new Map<string, MongoClient>()
  readonly #operatorUser: Credentials
  readonly #system: Credentials

  constructor(operatorUser: Credentials, keyfile: string) {
    this.#operatorUser = operatorUser
    this.#system = { username: '__system', password: systemPassword(keyfile) }
  }

  /** For `hello`, which needs no user. */
  asAnybody<T>(host: string, use: (session: Session) => Promise<T>): Promise<T> {
    return useKept(this.#anonymous, { host, make: () => open(host) }, use)
  }

  /** As the operator's own user. */
  asOperator<T>(host: string, use: (session: Session) => Promise<T>): Promise<T> {
    return useKept(this.#operator, { host, make: () => open(host, this.#operatorUser) }, use)
  }

  /** Forgets the logins as operator: its password or roles were just changed. */
  async forgetOperator(): Promise<void> {
    const clients = [...this.#operator.values()]
    this.#operator.clear()
    await Promise.all(clients.map((client) => client.close()))
  }

  /** As the user that the key file stands for, for the time of one call. Throws StoreFault where the key is refused. */
  async asSystem<T>(host: string, use: (session: Session) => Promise<T>): Promise<T> {
    try {
      return await useOnce(open(host, this.#system, 'local'), use)
    } catch (cause) {
      if (refusalOf(cause)?.code !== codes.authenticationFailed) throw cause
      throw new StoreFault(`${host} refuses the key file`, { retryable: false, cause })
    }
  }

  /** As some other user of database `admin`, for the time of one call. */
  as<T>(host: string, user: Credentials, use: (session: Session) => Promise<T>): Promise<T> {
    return useOnce(open(host, user), use)
  }

  /** Closes what belongs to other members than these. */
  async keepOnly(hosts: readonly string[]): Promise<void> {
    for (const clients of [this.#anonymous, this.#operator]) {
      for (const [host, client] of clients) {
        if (hosts.includes(host)) continue
        clients.delete(host)
        await client.close()
      }
    }
  }

  close(): Promise<void> {
    return this.keepOnly([])
  }
}

/**
 * A client that failed is given up: the driver leaves one closed for good whose first connection failed, and one
 * whose login was refused must log in anew. A command that was refused says nothing against the connection.
 */
async function useKept<T>(
  clients: Map<string, MongoClient>,
  { host, make }: { readonly host: string; readonly make: () => MongoClient },
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const client = clients.get(host) ?? make()
  clients.set(host, client)
  try {
    return await use(sessionOf(client))
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === undefined || refusal.code === codes.authenticationFailed) {
      if (clients.get(host) === client) clients.delete(host)
      await client.close()
    }
    throw error
  }
}

async function useOnce<T>(client: MongoClient, use: (session: Session) => Promise<T>): Promise<T> {
  try {
    return await use(sessionOf(client))
  } finally {
    await client.close()
  }
}

function open(host: string, user?: Credentials, authSource = 'admin'): MongoClient {
  const options: MongoClientOptions = {
    directConnection: true,
    serverSelectionTimeoutMS: answerWithinMs,
    connectTimeoutMS: answerWithinMs,
    heartbeatFrequencyMS: 10_000,
    serverMonitoringMode: 'poll',
    maxPoolSize: 2,
    retryReads: false,
    retryWrites: false,
    readPreference: 'primaryPreferred',
    appName: 'caspool-operator',
  }
  if (user === undefined) return new MongoClient(`mongodb://${host}/`, options)
  return new MongoClient(`mongodb://${host}/`, {
    ...options,
    auth: { ...user },
    authSource,
    authMechanism: 'SCRAM-SHA-256',
  })
}

function sessionOf(client: MongoClient): Session {
  return {
    command: (command, withinMs = answerWithinMs) =>
      within(withinMs, (signal) => client.db('admin').command({ ...command }, { signal })),
    hasConfigOnDisk: async () =>
      (await within(answerWithinMs, (signal) =>
        client.db('local').collection('system.replset').findOne({}, { signal }),
      )) !== null,
  }
}

/** A member that is stopped keeps its connections and answers nothing, so every question has an end of its own. */
async function within<T>(ms: number, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(ms)
  try {
    return await ask(signal)
  } catch (error) {
    if (!signal.aborted) throw error
    throw new StoreFault('ask a member of the replica set', {
      retryable: true,
      cause: new Error(`no answer within ${ms} ms (${reasonOf(error)})`),
    })
  }
}
