/** Where a server's definitions come from: MongoDB, a directory, or directories that are replicated. */
import { monotonicClock, type Random } from '../common/clock.ts'
import type { Log } from '../common/log.ts'
import type { Metrics } from '../common/metrics.ts'
import type { DefinitionsStatus } from './app.ts'
import type { ReplicationTransport } from './replication/transport.ts'
import type { RegistrySource } from './services/registry-source.ts'
import { type ServerSettings, stateFileOf } from './settings.ts'
import { DirectoryServices, type FilesStatus } from './stores/files/directory-services.ts'
import { ReplicatedServices, type ReplicationStatus } from './stores/files/replicated-services.ts'
import { withProperties } from './stores/files/services-source.ts'
import type { MongoConnection } from './stores/mongo/connect.ts'
import { mongoReplicationTransport } from './stores/mongo/replication-transport.ts'

export interface DefinitionSource {
  readonly registry: RegistrySource
  /** Absent: definitions come from MongoDB. */
  readonly definitions?: DefinitionsStatus
  stop(): Promise<void>
}

export interface DefinitionSourceParts {
  readonly mongo: MongoConnection
  /** The registry in MongoDB: of all definitions, or of the properties only. */
  readonly registry: RegistrySource
  readonly log: Log
  readonly metrics: Metrics
  readonly random: Random
}

/** Throws a Fault for a transport whose package is not installed. */
export async function definitionSource(
  settings: ServerSettings,
  parts: DefinitionSourceParts,
): Promise<DefinitionSource> {
  const { servicesDirectory: directory, replication } = settings
  const { log, metrics, registry } = parts
  if (replication !== 'none') return replicatedSource(settings, parts)
  if (directory === undefined) return { registry, stop: async () => undefined }
  const services = new DirectoryServices({ directory, log, clock: monotonicClock })
  const gauges = fileGauges(metrics)
  return {
    registry: withProperties(services, registry),
    definitions: { facts: () => ({ ...services.status }), refresh: () => gauges(services.status) },
    stop: () => services.stop(),
  }
}

async function replicatedSource(
  settings: ServerSettings,
  parts: DefinitionSourceParts,
): Promise<DefinitionSource> {
  const { servicesDirectory: directory, replicationMode: mode, memberName: node } = settings
  const { log, metrics, registry, random } = parts
  const transport = await transportOf(settings, parts)
  const stateFile = stateFileOf(settings)
  const services = new ReplicatedServices({
    mode,
    node,
    transport,
    log,
    clock: monotonicClock,
    random,
    ...(directory !== undefined && { directory }),
    ...(stateFile !== undefined && { stateFile }),
  })
  const gauges = [fileGauges(metrics), replicationGauges(metrics)]
  return {
    registry: withProperties(services, registry),
    definitions: {
      facts: () => ({ ...services.status }),
      refresh: () => {
        for (const set of gauges) set(services.status)
      },
    },
    async stop() {
      await services.stop()
      await transport.close()
    },
  }
}

async function transportOf(
  { replication, hazelcastMembers: members, hazelcastCluster: clusterName }: ServerSettings,
  { mongo, log }: DefinitionSourceParts,
): Promise<ReplicationTransport> {
  const clock = monotonicClock
  if (replication !== 'hazelcast') return mongoReplicationTransport({ db: mongo.db, log, clock })
  // Only now: its package is an optional one.
  const { hazelcastTransport } = await import('./stores/hazelcast/transport.ts')
  return await hazelcastTransport({ members, clusterName, log, clock })
}

function fileGauges(metrics: Metrics): (status: FilesStatus) => void {
  const definitions = metrics.gauge('caspool_definition_files', 'Definitions out of files that are served.')
  const refused = metrics.gauge(
    'caspool_definition_files_refused',
    'Files that cannot be read or repeat an id.',
  )
  const problem = metrics.gauge(
    'caspool_definition_files_problem',
    'Whether something keeps the directory from being read, written or replicated.',
  )
  return (status) => {
    definitions.set(status.definitions)
    refused.set(status.refusedFiles)
    problem.set(status.problem === undefined ? 0 : 1)
  }
}

function replicationGauges(metrics: Metrics): (status: ReplicationStatus) => void {
  const current = metrics.gauge(
    'caspool_replication_current',
    'Whether everything that other servers publish is known here.',
  )
  const entries = metrics.gauge(
    'caspool_replication_entries',
    'Replicated definitions and deletions, by kind.',
  )
  const unpublished = metrics.gauge(
    'caspool_replication_unpublished',
    'Edits of this server that the others cannot know yet.',
  )
  const unwritten = metrics.gauge(
    'caspool_replication_unwritten',
    'Definitions that the directory does not hold yet.',
  )
  const refused = metrics.gauge(
    'caspool_replication_refused',
    'Entries of the store that no server makes, and none takes.',
  )
  const heard = metrics.gauge(
    'caspool_replication_heard_seconds',
    'Seconds since something was heard of other servers; -1: nothing was.',
  )
  return (status) => {
    current.set(status.current ? 1 : 0)
    entries.set(status.definitions, { kind: 'definition' })
    entries.set(status.tombstones, { kind: 'tombstone' })
    unpublished.set(status.unpublished)
    unwritten.set(status.unwritten)
    refused.set(status.refusedEntries)
    heard.set(status.secondsSinceApplied ?? -1)
  }
}
