/** The registry of the local pool: the operator's own sync, with the manifests as the truth. */
import type { Collection } from 'mongodb'
import { type Clock, delay } from '../common/clock.ts'
import { collections } from '../common/contract.ts'
import type { MemberDocument } from '../common/documents/pool.ts'
import type { Log } from '../common/log.ts'
import { openMongoClient } from '../common/mongo-client.ts'
import { problemText } from '../operator/api/problem.ts'
import { mongoRegistryStore } from '../operator/registry/store-mongo.ts'
import { registrySync, type ServiceOutcome, type SyncReport } from '../operator/registry/sync.ts'
import type { PoolManifests } from './manifests.ts'

export interface RegistryOptions {
  /** Connection string of the operator's user. */
  readonly uri: string
  readonly database: string
  readonly pool: string
  readonly log: Log
  readonly clock: Clock
}

export interface Registry {
  /** Brings the database to what the manifests say, waits for the servers named, answers what was done in a sentence. */
  sync(manifests: PoolManifests, servers: readonly string[]): Promise<string>
  close(): Promise<void>
}

/** There is one writer per home (its lock), so that one epoch is enough. */
const epoch = 1
const servedWithinMs = 5000

export async function openRegistry(options: RegistryOptions): Promise<Registry> {
  const { client, close } = openMongoClient({
    uri: options.uri,
    appName: 'caspool-local',
    log: options.log,
  })
  const store = mongoRegistryStore({ client, database: options.database, clock: options.clock })
  await store.prepare()
  await store.claim(epoch)
  const registry = registrySync({
    store,
    pool: options.pool,
    epoch: () => epoch,
    log: options.log,
    clock: options.clock,
  })
  const members = client.db(options.database).collection<MemberDocument>(collections.poolMembers)
  let known: ReadonlySet<string> = new Set()
  return {
    async sync(manifests, servers) {
      const report = await registry.sync({
        services: manifests.services,
        properties: manifests.cluster.config,
        areDeletesConfirmed: true,
      })
      const sentence = `${changesOf(report, known)}${refusedBy(report)}${foreignProperties(report)}`
      known = new Set(report.services.keys())
      return report.written === 0
        ? sentence
        : `${sentence}${await servedBy({ members, servers, rev: report.rev })}`
    },
    close,
  }
}

function changesOf({ rev, written, services, config }: SyncReport, known: ReadonlySet<string>): string {
  if (written === 0) return `registry at revision ${rev}: ${services.size} services, nothing changed`
  const taken = [...services].flatMap(([key, outcome]) =>
    outcome.kind === 'synced' && outcome.rev === rev ? [key] : [],
  )
  const gone = [...known].filter((key) => !services.has(key)).map((key) => `without ${shortName(key)}`)
  const properties = config.rev === rev ? ['properties'] : []
  const changes = [...taken.map(shortName), ...gone, ...properties]
  return `registry at revision ${rev}: ${changes.join(', ') || 'without services that have no manifest any more'}`
}

function refusedBy({ services }: SyncReport): string {
  const refused = [...services].flatMap(([key, outcome]) =>
    outcome.kind === 'synced' ? [] : [`${shortName(key)} (${whyNot(outcome)})`],
  )
  return refused.length === 0 ? '' : `; not taken: ${refused.join(', ')}`
}

function foreignProperties({ config: { conflicts } }: SyncReport): string {
  return conflicts.length === 0
    ? ''
    : `; properties that another pool or program has written: ${conflicts.join(', ')}`
}

function whyNot(outcome: Exclude<ServiceOutcome, { kind: 'synced' }>): string {
  return outcome.kind === 'conflict' ? outcome.message : problemText(outcome.problems).replaceAll('\n', '; ')
}

const shortName = (key: string): string => key.replace(/^default\//, '')

interface Serving {
  readonly members: Collection<MemberDocument>
  readonly servers: readonly string[]
  readonly rev: number
}

/** Waits until every server reports the revision, and says which one does not. */
async function servedBy({ members, servers, rev }: Serving): Promise<string> {
  if (servers.length === 0) return ''
  const deadline = performance.now() + servedWithinMs
  for (;;) {
    const reports = await members.find({ _id: { $in: [...servers] } }).toArray()
    const behind = servers.filter(
      (name) => !reports.some((report) => report._id === name && report.rev >= rev),
    )
    if (behind.length === 0) return `, live at all ${servers.length} servers`
    if (performance.now() > deadline) return `, not yet live at ${behind.join(', ')}`
    await delay(20)
  }
}
