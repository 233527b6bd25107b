/** The runs of the registry's measurement: loading, edits one after the other, many at once, a property. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { load } from 'js-yaml'
import { namespace } from '../e2e/pool.ts'
import type { CasClusterStatus } from '../operator/api/cas-cluster.ts'
import type { CasServiceStatus } from '../operator/api/cas-service.ts'
import { conditionOf } from '../operator/api/conditions.ts'
import type { KubeObject } from '../operator/api/meta.ts'
import { inParallel } from '../operator/controller/parallel.ts'
import type { KubeClient } from '../operator/kube/client.ts'
import type { ApiTransport } from '../operator/kube/transport.ts'
import { until } from '../tools/system/ports.ts'
import { applyByKubectl, applyRaw, manifestOf, patchProperty, urlOf, type Version } from './registry-edits.ts'
import { heldByAll, type WatchedPod } from './registry-pods.ts'

export interface Bench {
  readonly kube: KubeClient
  /** For requests that the operator never makes. */
  readonly transport: ApiTransport
  readonly pods: readonly WatchedPod[]
  /** How many services there are. */
  readonly count: number
  /** Which version of each was applied last. */
  readonly versions: Map<number, number>
}

/** One edit; times since the command was started, in milliseconds. */
export interface Edit {
  /** The command or request had ended. */
  readonly acceptedMs: number
  /** Every pod was seen to serve it. */
  readonly servedMs: number
  /** `Date.now` when it was begun. */
  readonly begunAt: number
  readonly rev: number
}

function next({ versions }: Bench, number: number): Version {
  const version = (versions.get(number) ?? 0) + 1
  versions.set(number, version)
  return { number, version }
}

/** Visits all numbers below `count` in an order that has nothing to do with theirs. */
const scattered = (turn: number, count: number): number => (turn * 7919 + 13) % count

/** Makes the services. Answers how long the API took, and how long it took until every pod held all, in milliseconds. */
export async function loadServices(bench: Bench): Promise<{ appliedMs: number; heldMs: number }> {
  const { kube, pods, count } = bench
  for (const pod of pods) pod.watch('manyEdits')
  const began = performance.now()
  const others = pods[0]?.held.services ?? 0
  await applyRaw(
    kube,
    Array.from({ length: count }, (_, number) => next(bench, number)),
    (done) => {
      if (done % 1000 === 0) process.stderr.write(`registry: ${done} of ${count} services applied\n`)
    },
  )
  const appliedMs = performance.now() - began
  while (pods.some(({ held }) => held.services < others + count)) await delay(20)
  return { appliedMs, heldMs: performance.now() - began }
}

/** Edits that follow each other: each begins when every pod serves the one before and its status says so. */
export async function editsInTurn(
  bench: Bench,
  turns: number,
  apply: (version: Version) => Promise<void>,
): Promise<readonly Edit[]> {
  const edits: Edit[] = []
  for (let turn = 0; turn < turns; turn++) {
    const version = next(bench, scattered(turn, bench.count))
    edits.push(await timed(bench, () => apply(version)))
    await proveServed(bench.pods, version)
    await untilTold(bench.kube, version)
    if ((turn + 1) % 100 === 0) process.stderr.write(`registry: ${turn + 1} of ${turns} edits\n`)
  }
  return edits
}

export const byKubectl = (version: Version): Promise<void> => applyByKubectl([manifestOf(version)])

export const byRequest =
  (kube: KubeClient) =>
  async (version: Version): Promise<void> => {
    await kube.apply(manifestOf(version))
  }

/** Many edits at once; times in milliseconds since the first was sent. */
export interface Burst {
  /** The API server had taken the last. */
  readonly acceptedMs: number
  /** The API server had taken the last, and every pod was seen to serve all. */
  readonly servedMs: number
}

export async function editsAtOnce(
  bench: Bench,
  edits: number,
  apply: (versions: readonly Version[]) => Promise<void>,
): Promise<Burst> {
  const changed = Array.from({ length: edits }, (_, turn) => next(bench, scattered(turn, bench.count)))
  const measured = await burst(
    bench.pods,
    () => apply(changed),
    () => areAllServed(bench.pods, changed),
  )
  // Statuses are written when a burst has ended; the next one is not to be measured beside that.
  await inParallel(changed, 4, (version) => untilTold(bench.kube, version))
  return measured
}

/** Edits of so many properties by one command. All but one are names that are an organization's own. */
export async function propertiesAtOnce({ kube, pods }: Bench, count: number): Promise<Burst> {
  const isOfferedBefore = (await pods[0]?.offersRest()) ?? false
  const value = String(Date.now())
  const own = Array.from({ length: count - 1 }, (_, i) => [`cas.custom.properties.bench-${i}`, value])
  const cluster = await samplesWith({
    ...Object.fromEntries(own),
    'caspool.rest.enabled': String(!isOfferedBefore),
  })
  const measured = await burst(
    pods,
    () => applyByKubectl([cluster]),
    async () => !(await areOffering(pods, isOfferedBefore)),
  )
  await applyByKubectl([await samplesWith({})])
  await untilConfigTold(kube, cluster.metadata.name)
  return measured
}

/** Edits of one property, each sent when the one before was taken: all are of one object, and would only hinder each other. */
export async function propertyEditsAtOnce(bench: Bench, edits: number): Promise<Burst> {
  const { kube, transport, pods } = bench
  const isOfferedBefore = (await pods[0]?.offersRest()) ?? false
  const spellings = isOfferedBefore ? ['false', 'true', 'FALSE', 'TRUE'] : ['true', 'false', 'TRUE', 'FALSE']
  const offer = async (turn: number) => {
    // An edit to what stands there would be none.
    await patchProperty(transport, { name: 'caspool.rest.enabled', value: spellings[turn % 4] ?? '' })
  }
  const apply = async (): Promise<void> => {
    for (let turn = edits - 1; turn >= 0; turn--) await offer(turn)
  }
  const measured = await burst(pods, apply, async () => !(await areOffering(pods, isOfferedBefore)))
  await untilConfigTold(kube, 'sso')
  return measured
}

/** Does any pod offer the REST protocol, or not? */
async function areOffering(pods: readonly WatchedPod[], isOffered: boolean): Promise<boolean> {
  const offers = await Promise.all(pods.map((pod) => pod.offersRest()))
  return offers.includes(isOffered)
}

async function burst(
  pods: readonly WatchedPod[],
  apply: () => Promise<void>,
  areServed: () => Promise<boolean>,
): Promise<Burst> {
  for (const pod of pods) pod.watch('manyEdits')
  const began = performance.now()
  await apply()
  const acceptedMs = performance.now() - began
  // What a pod serves changes with its revision only: it has served all since the revision that it proves them at.
  for (;;) {
    const rev = await settledRev(pods)
    if (!(await areServed())) continue
    if (pods.every(({ held }) => held.rev === rev)) {
      // An edit back to what was served before makes no new revision: it is served when it is taken.
      const heldMs = (await heldByAll(pods, rev)) - began
      return { acceptedMs, servedMs: Math.max(acceptedMs, heldMs) }
    }
  }
}

/** The samples' pool with these properties as well. */
async function samplesWith(config: Readonly<Record<string, string>>): Promise<KubeObject> {
  const file = resolve(import.meta.dirname, '../crds/samples/cascluster.yaml')
  const cluster = load(await readFile(file, 'utf8')) as KubeObject & {
    readonly spec: { readonly config: object }
  }
  const { metadata, spec } = cluster
  return {
    ...cluster,
    metadata: { ...metadata, namespace },
    spec: { ...spec, config: { ...spec.config, ...config } },
  } as KubeObject
}

/** Edits of `spec.config`: the REST protocol is offered, then not, … */
export async function propertyEdits({ kube, pods }: Bench, turns: number): Promise<readonly Edit[]> {
  const edits: Edit[] = []
  for (let turn = 1; turn <= turns; turn++) {
    const isOffered = turn % 2 === 0
    const cluster = await samplesWith({ 'caspool.rest.enabled': String(isOffered) })
    edits.push(await timed({ pods }, () => applyByKubectl([cluster])))
    if (await areOffering(pods, !isOffered)) throw new Error('a pod does not follow the property')
    await untilConfigTold(kube, cluster.metadata.name)
  }
  return edits
}

async function timed({ pods }: Pick<Bench, 'pods'>, apply: () => Promise<void>): Promise<Edit> {
  for (const pod of pods) pod.watch('oneEdit')
  const rev = Math.max(...pods.map(({ held }) => held.rev)) + 1
  const begunAt = Date.now()
  const began = performance.now()
  const accepted = apply().then(() => performance.now() - began)
  const [acceptedMs, served] = await Promise.all([accepted, heldByAll(pods, rev)])
  return { acceptedMs, servedMs: served - began, begunAt, rev }
}

/** The pods' own pages have to agree with the revision that they tell. */
async function proveServed(pods: readonly WatchedPod[], { number, version }: Version): Promise<void> {
  for (const pod of pods) {
    const isNew = await pod.serves(urlOf({ number, version }))
    const isOld = await pod.serves(urlOf({ number, version: version - 1 }))
    if (!isNew || isOld) throw new Error(`${pod.name} tells the revision of an edit that it does not serve`)
  }
}

/** The status is written after the edit is served; the next edit is not to be measured beside that. */
async function untilTold(kube: KubeClient, { number }: Version): Promise<void> {
  await until(
    'the status of an edit',
    async () => {
      const object = await kube.get({ kind: 'CasService', namespace, name: `app-${number}` })
      return object !== undefined && isTold(object)
    },
    { withinMs: 300_000 },
  )
}

function isTold({ metadata, status }: KubeObject): boolean {
  const { conditions } = (status ?? {}) as CasServiceStatus
  const served = conditionOf(conditions, 'Served')
  return served?.status === 'True' && served.observedGeneration === metadata.generation
}

async function untilConfigTold(kube: KubeClient, name: string): Promise<void> {
  await until('the status of a property', async () => {
    const object = await kube.get({ kind: 'CasCluster', namespace, name })
    const status = object?.['status'] as CasClusterStatus | undefined
    const synced = conditionOf(status?.conditions, 'ConfigSynced')
    return synced?.status === 'True' && synced.observedGeneration === object?.metadata.generation
  })
}

async function areAllServed(pods: readonly WatchedPod[], changed: readonly Version[]): Promise<boolean> {
  for (const version of changed) {
    const served = await Promise.all(pods.map((pod) => pod.serves(urlOf(version))))
    if (served.includes(false)) return false
  }
  return true
}

/** A revision that every pod holds and that none has left for half a second. */
async function settledRev(pods: readonly WatchedPod[]): Promise<number> {
  for (;;) {
    const before = pods.map(({ held }) => held.rev)
    await delay(500)
    const [rev = 0] = before
    if (before.every((one) => one === rev) && pods.every(({ held }) => held.rev === rev)) return rev
  }
}
