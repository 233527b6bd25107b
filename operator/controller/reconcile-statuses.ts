/**
 * One pass over the statuses of a CasCluster's services, and over what its own status shows of the registry: from the
 * last pass over the registry and the reports of the servers. A service about which nothing can change any more is
 * not judged again, so that an edit costs a judgement of one service, however many there are.
 */
import { setImmediate as otherWork } from 'node:timers/promises'
import type { Clock } from '../../common/clock.ts'
import { reasonOf } from '../../common/fault.ts'
import type { Log } from '../../common/log.ts'
import type { CasCluster } from '../api/cas-cluster.ts'
import type { CasService } from '../api/cas-service.ts'
import { clusterProblems } from '../api/validate-cas-cluster.ts'
import type { StatusWriter } from '../apply/status.ts'
import { registrySummary } from '../decide/registry-summary.ts'
import { type ServiceStanding, serviceStatus } from '../decide/service-status.ts'
import { poolNames } from '../desired/names.ts'
import { KubeFault } from '../kube/client.ts'
import { workloadOf } from '../observe/pods.ts'
import type { PoolKey, World } from '../observe/world.ts'
import { serviceKey } from '../registry/prepared.ts'
import type { PoolMembers } from '../registry/served.ts'
import type { ServiceOutcome } from '../registry/sync.ts'
import type { EditsFirst } from './edits-first.ts'
import { inParallel } from './parallel.ts'
import type { WorkResult } from './queue.ts'
import type { PoolRuntimes, RegistryLook } from './runtimes.ts'
import { loadingMs, type SettledServices } from './settled-services.ts'
import type { NoteSummary } from './summary-notes.ts'

export interface StatusDeps {
  readonly world: World
  readonly status: StatusWriter
  readonly runtimes: PoolRuntimes
  readonly settled: SettledServices
  readonly editsFirst: EditsFirst
  /** Where the next pass over a pool's services goes on. */
  readonly places: Map<PoolKey, number>
  readonly clock: Clock
  readonly log: Log
  readonly noteSummary: NoteSummary
}

const done: WorkResult = { kind: 'done' }
/** After so many services others have their turn, and edits go first if they have begun to pour in. */
const inARow = 50
/** A pass ends after so many writes for each lane: other pools wait, and what was looked at becomes old. */
const inAPass = 50
/** So often it is looked whether edits still pour in. */
const rushMs = 250
/** So often a status is tried again that the API has refused. */
const refusedMs = 30_000
const editsGoFirst: WorkResult = { kind: 'again', inMs: rushMs, why: 'edits go first' }

export async function reconcileStatuses(deps: StatusDeps, key: PoolKey): Promise<WorkResult> {
  const cluster = deps.world.cluster(key)
  if (cluster === undefined) {
    deps.noteSummary(key, undefined)
    return tellAll(deps, key, { kind: 'clusterNotFound', cluster: key })
  }
  if (cluster.metadata.deletionTimestamp !== undefined || cluster.spec.paused) return done
  if (clusterProblems(cluster).length > 0) return tellAll(deps, key, { kind: 'clusterInvalid', cluster: key })
  const link = deps.runtimes.registry(key)
  const look = deps.runtimes.look(key)
  if (link === undefined) {
    const message = `the database of CasCluster ${key} is not up yet`
    return tellAll(deps, key, { kind: 'waiting', message })
  }
  if (look === undefined) return done
  if (look.kind === 'failed') return tellAll(deps, key, { kind: 'waiting', message: look.message })
  const reports = link.members()
  if (reports === undefined) return { kind: 'again', inMs: 200, why: 'reports of the servers are being read' }
  return tellOutcomes(deps, {
    key,
    cluster,
    look,
    members: { ready: readyServers(deps.world, key, cluster), reports },
  })
}

interface Outcomes {
  readonly key: PoolKey
  readonly cluster: CasCluster
  readonly look: Extract<RegistryLook, { kind: 'synced' }>
  readonly members: PoolMembers
}

async function tellOutcomes(
  deps: StatusDeps,
  { key, cluster, look, members }: Outcomes,
): Promise<WorkResult> {
  const { report, revision, refusals } = look
  const summary = { ...registrySummary(deps.status.newest(cluster), report, members), revision }
  deps.noteSummary(key, summary)
  return tell(deps, key, (service) => {
    if (deps.settled.has(service, report.services)) return undefined
    const refusal = refusals.get(service.spec)
    if (refusal !== undefined) return { kind: 'notAdmitted', message: refusal }
    const outcome = report.services.get(serviceKey(service))
    if (outcome === undefined || !isAbout(outcome, service)) return undefined
    return { kind: 'looked', outcome, digest: report.digest, members }
  })
}

function tellAll(deps: StatusDeps, key: PoolKey, standing: ServiceStanding): Promise<WorkResult> {
  return tell(deps, key, () => standing)
}

/** What a service's status is made of; undefined where there is nothing to say. */
type StandingOf = (service: CasService) => ServiceStanding | undefined

async function tell(deps: StatusDeps, key: PoolKey, standingOf: StandingOf): Promise<WorkResult> {
  if (deps.editsFirst.lanes(key) === 0) return editsGoFirst
  const { rest, isAwaited, refused } = await writeStatuses(deps, key, standingOf)
  if (refused !== undefined) deps.log.warn({ pool: key, reason: reasonOf(refused) }, 'statuses were refused')
  if (rest === 'heldBack') return editsGoFirst
  if (rest === 'later') return { kind: 'again', inMs: 1, why: 'more statuses are to be written' }
  if (isAwaited) return { kind: 'again', inMs: loadingMs, why: 'servers are loading' }
  return refused === undefined ? done : { kind: 'again', inMs: refusedMs, why: 'statuses were refused' }
}

function readyServers(world: World, key: PoolKey, cluster: CasCluster): string[] {
  const { pods } = workloadOf(world.objectsOf(key), poolNames(cluster.metadata.name).server)
  return pods.filter(({ ready, terminating }) => ready && !terminating).map(({ name }) => name)
}

interface Written {
  /** What is left: nothing, something for the next pass, or something that has to wait as edits pour in. */
  readonly rest: 'none' | 'later' | 'heldBack'
  /** Something was left for a moment. */
  readonly isAwaited: boolean
  /** One of the faults by which the API refused single statuses. They keep no others from being written. */
  readonly refused: KubeFault | undefined
}

/** Writes what is new, beginning where the last pass has stopped. */
async function writeStatuses(deps: StatusDeps, key: PoolKey, standingOf: StandingOf): Promise<Written> {
  const { status: writer, settled, editsFirst, places, world, clock } = deps
  let isAwaited = false
  let refused: KubeFault | undefined
  let count = 0
  const writeOne = async ({ cached, standing }: Judged): Promise<void> => {
    const current = world.sameService(key, cached)
    if (current === undefined) return
    const service = writer.newest(current)
    const now = clock.now()
    const status = serviceStatus(service, standing, now)
    if (status === undefined) return
    if (standing.kind === 'looked' && settled.isSoon(standing.outcome, status, now)) {
      isAwaited = true
      return
    }
    const isWritten = await writer.write(service, status).catch((fault: unknown) => {
      if (!(fault instanceof KubeFault) || !isAboutOne(fault)) throw fault
      refused = fault
      return true
    })
    if (isWritten) count += 1
    else if (standing.kind === 'looked') settled.note(current, standing.outcome, status)
  }
  const judged = judgedFrom(places.get(key) ?? 0, world.servicesOf(key), standingOf)
  for (let done = 0; done < judged.length; done += inARow) {
    const lanes = editsFirst.lanes(key)
    if (count >= inAPass * lanes) {
      places.set(key, judged[done]?.place ?? 0)
      return { rest: lanes === 0 ? 'heldBack' : 'later', isAwaited, refused }
    }
    await inParallel(judged.slice(done, done + inARow), lanes, writeOne)
    await otherWork()
  }
  places.delete(key)
  editsFirst.caughtUp(key)
  return { rest: 'none', isAwaited, refused }
}

interface Judged {
  readonly cached: CasService
  readonly standing: ServiceStanding
  /** Among all services of the pool. */
  readonly place: number
}

/** Those about which there is something to say, from a place on and then from the beginning. */
function judgedFrom(
  from: number,
  services: readonly CasService[],
  standingOf: StandingOf,
): readonly Judged[] {
  const judged = services.flatMap((cached, place) => {
    const standing = cached.metadata.deletionTimestamp === undefined ? standingOf(cached) : undefined
    return standing === undefined ? [] : [{ cached, standing, place }]
  })
  return [...judged.filter(({ place }) => place >= from), ...judged.filter(({ place }) => place < from)]
}

/** Nothing is wrong with the API: it does not take this very status. */
function isAboutOne({ kind }: KubeFault): boolean {
  return kind === 'invalid' || kind === 'conflict'
}

/** One that was edited since has to wait for the next pass over the registry. */
function isAbout({ uid, generation }: ServiceOutcome, { metadata }: CasService): boolean {
  return uid === (metadata.uid ?? '') && generation === (metadata.generation ?? 0)
}
