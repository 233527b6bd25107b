/** The registry of the local pool: the operator's own sync, with the manifests as the truth. */
import { type Clock, delay } from '../common/clock.ts'
import type { Log } from '../common/log.ts'
import { problemText } from '../operator/api/problem.ts'
import { connectRegistry, type RegistryConnection } from '../operator/registry/store-connection.ts'
import type { ServiceOutcome, SyncReport } from '../operator/registry/sync.ts'
import type { PoolManifests } from './manifests.ts'

export interface RegistryOptions {
  /** Connection string of the operator's user. */
  readonly uri: string
  readonly database: string
  readonly pool: string
  readonly log: Log
  readonly clock: Clock
}

export interface Synced {
  /** What was done. */
  readonly sentence: string
  /** Something was written, or there is something else than before that is not as the manifests say. */
  readonly isNews: boolean
  /** It is time for another pass then, also when nobody edits anything. */
  readonly nextPassInMs: number | undefined
}

export interface Registry {
  /** Brings the database to what the manifests say, and waits for the servers named. */
  sync(manifests: PoolManifests, servers: readonly string[]): Promise<Synced>
  /** The listener is called when somebody else has written or dropped what `sync` wrote, also before now. */
  onForeignWrites(listener: () => void): void
  close(): Promise<void>
}

/** There is one writer per home (its lock), so that one epoch is enough. */
const epoch = 1
const servedWithinMs = 5000
/** Definitions that somebody else changes again and again are left alone for a while: whether it is over. */
const contestedMs = 60_000

export function openRegistry({ uri, database, pool, log, clock }: RegistryOptions): Registry {
  const foreign = new Announcement()
  const registry = connectRegistry({
    uri,
    appName: 'caspool-local',
    database,
    pool,
    epoch: () => epoch,
    log,
    clock,
    onReports: () => undefined,
    onForeignWrites: () => foreign.announce(),
  })
  let known: ReadonlySet<string> = new Set()
  let objections = ''
  return {
    async sync(manifests, servers) {
      const report = await registry.sync({
        services: manifests.services,
        properties: manifests.cluster.config,
        areDeletesConfirmed: true,
      })
      const changes = changesOf(report, known)
      const before = objections
      known = new Set(report.services.keys())
      objections = `${refusedBy(report)}${foreignProperties(report)}`
      const served = report.written === 0 ? '' : await servedBy({ registry, servers, rev: report.rev })
      return {
        sentence: `${changes}${objections}${served}`,
        isNews: report.written > 0 || objections !== before,
        nextPassInMs: report.isContested ? contestedMs : undefined,
      }
    },
    onForeignWrites: (listener) => foreign.listen(listener),
    close: registry.close,
  }
}

/** Calls the listener, and if it comes late, for what was announced before. */
class Announcement {
  #isMissed = false
  #listener = (): void => {
    this.#isMissed = true
  }

  announce(): void {
    this.#listener()
  }

  listen(listener: () => void): void {
    this.#listener = listener
    if (this.#isMissed) listener()
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
  readonly registry: RegistryConnection
  readonly servers: readonly string[]
  readonly rev: number
}

/** Waits until every server reports the revision, and says which one does not. */
async function servedBy({ registry, servers, rev }: Serving): Promise<string> {
  if (servers.length === 0) return ''
  const deadline = performance.now() + servedWithinMs
  for (;;) {
    // Exactly this one: after a loss revisions are counted anew, and nobody else writes one.
    const behind = servers.filter((name) => registry.members()?.get(name)?.rev !== rev)
    if (behind.length === 0) return `, live at all ${servers.length} servers`
    if (performance.now() > deadline) return `, not yet live at ${behind.join(', ')}`
    await delay(20)
  }
}
