/** Definitions in a MongoDB service registry, ours or that of an Apereo CAS. Only reads. */
import { MongoClient } from 'mongodb'
import { collections, defaultDatabase } from '../../common/contract.ts'
import { documentKey } from '../../common/documents/document-key.ts'
import type { StoredDocument } from '../../common/documents/service-definition.ts'
import { Fault, reasonOf } from '../../common/fault.ts'
import { readStored } from '../../common/stored-bytes.ts'
import { isServiceName } from '../lint/manifest-name.ts'
import { documentSource } from '../lint/read-source.ts'
import type { DefinitionSource } from '../lint/source.ts'
import { UsageError } from '../usage.ts'
import type { DatabaseOptions } from './location.ts'

/** A file that is called NAME.yaml has a name of 255 characters at most. */
const longestName = 250
const answerWithinMs = 5_000
const readWithinMs = 60_000

/** All definitions, by id. Throws Fault, without any password, when the database cannot be read. */
export async function readDatabase(
  uri: string,
  options: DatabaseOptions,
): Promise<readonly DefinitionSource[]> {
  const collection = options.collection ?? collections.services
  const documents = await readCollection(uri, { ...options, collection })
  return documents.map((document) => sourceOf(document, collection))
}

/** Names of the CasServices that definitions of a pool were made of, by id. Throws Fault as above. */
export async function readServiceNames(
  uri: string,
  { database }: DatabaseOptions,
): Promise<ReadonlyMap<bigint, string>> {
  const owners = await readCollection(uri, { database, collection: collections.owners })
  return new Map(
    owners.flatMap(({ _id: id, name }) => {
      return typeof id === 'bigint' && isServiceName(name) && name.length <= longestName
        ? [[id, name] as const]
        : []
    }),
  )
}

/** The first (0: all) documents of a collection, by id. Throws Fault as above. */
export async function readCollection(
  uri: string,
  {
    collection,
    most = 0,
    ...options
  }: DatabaseOptions & { readonly collection: string; readonly most?: number },
): Promise<readonly StoredDocument[]> {
  const database = options.database ?? databaseIn(uri) ?? defaultDatabase
  const client = clientOf(uri)
  try {
    const cursor = client
      .db(database)
      .collection(collection)
      .find({}, { raw: true, maxTimeMS: readWithinMs, sort: { _id: 1 }, limit: most })
    const stored = await cursor.toArray()
    return stored.map((bytes) => readStored(bytes as unknown as Uint8Array))
  } catch (thrown) {
    throw unreadable(thrown, { uri, database, collection })
  } finally {
    await client.close()
  }
}

/** What holds no definitions, without any password, and where they are if the pool's servers have them as files. */
export async function emptyText(uri: string, options: DatabaseOptions): Promise<string> {
  const { database } = options
  const replicated = await readCollection(uri, {
    database,
    collection: collections.serviceReplication,
    most: 1,
  }).catch(() => [])
  const place = collectionText(uri, options)
  return replicated.length === 0
    ? place
    : `${place}: the servers of this pool have theirs as files, and replicate them; name the directory of one`
}

function collectionText(uri: string, { database, collection }: DatabaseOptions): string {
  const name = database ?? databaseIn(uri) ?? defaultDatabase
  return `${collection ?? collections.services} in the database ${name} at ${hostsIn(uri)}`
}

function clientOf(uri: string): MongoClient {
  try {
    return new MongoClient(uri, {
      appName: 'caspool-cli',
      connectTimeoutMS: answerWithinMs,
      serverSelectionTimeoutMS: answerWithinMs,
      serverMonitoringMode: 'poll',
      readPreference: 'primary',
    })
  } catch (thrown) {
    throw new UsageError(`the connection string is refused: ${withoutPassword(reasonOf(thrown), uri)}`)
  }
}

/** What is no file has a name, and one line. */
function sourceOf(document: StoredDocument, collection: string): DefinitionSource {
  const file = `${collection}/${documentKey(document['_id'])}`
  return documentSource({ file, origin: 'database', document, lineOf: () => 1 })
}

interface Asked {
  readonly uri: string
  readonly database: string
  readonly collection: string
}

const authenticationFailed = 18
const unauthorized = 13

function unreadable(thrown: unknown, { uri, database, collection }: Asked): Fault {
  const code = (thrown as { readonly code?: unknown }).code
  const hosts = hostsIn(uri)
  const what = `${collection} in the database ${database} at ${hosts}`
  const reason = withoutPassword(reasonOf(thrown), uri)
  if (code === authenticationFailed) {
    return fault(
      `MongoDB at ${hosts} refuses user or password: check both, and authSource (${reason})`,
      thrown,
    )
  }
  if (code === unauthorized)
    return fault(`the user may not read ${what}: grant the role read (${reason})`, thrown)
  const isUnreachable = thrown instanceof Error && /ServerSelection|Network|Topology/.test(thrown.name)
  if (isUnreachable) {
    return fault(
      `no MongoDB answers at ${hosts} within ${answerWithinMs / 1000} s: check host, port, replicaSet, TLS and firewall (${reason})`,
      thrown,
    )
  }
  return fault(`cannot read ${what}: ${reason}`, thrown)
}

/** The driver's own errors may quote the connection string: they are not handed on as a cause. */
const fault = (message: string, _thrown: unknown): Fault =>
  new Fault(message, { code: 'DATABASE_UNREADABLE', retryable: true })

const parts = /^mongodb(?:\+srv)?:\/\/(?:([^@/]*)@)?([^/?]*)(?:\/([^?]*))?/i

/** `a:27017,b:27017`: what may be shown of a connection string. An at sign further behind may end a password. */
function hostsIn(uri: string): string {
  const found = parts.exec(uri)
  const isClear = found !== null && !uri.slice(found[0].length).includes('@') && !found[2]?.includes('@')
  return isClear ? (found[2] ?? '') : 'an unreadable address'
}

function databaseIn(uri: string): string | undefined {
  const name = parts.exec(uri)?.[3] ?? ''
  return name === '' ? undefined : decodeURIComponent(name)
}

/** The text without the connection string's user and password, in whatever form they are quoted. */
function withoutPassword(text: string, uri: string): string {
  const credentials = /:\/\/([\s\S]*)@/.exec(uri)?.[1] ?? ''
  const password = credentials.slice(credentials.indexOf(':') + 1)
  return [credentials, password, decoded(password)]
    .filter((secret) => secret !== '')
    .reduce((kept, secret) => kept.replaceAll(secret, '***'), text)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}
