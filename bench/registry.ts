/**
 * How long an edit takes until every server of a pool on a real cluster serves it, with 10,000 services loaded, and
 * what those weigh. Measured from outside: from the start of `kubectl apply` until each pod was seen to hold the new
 * revision, after which each pod's login page has to agree.
 */
import { loadavg } from 'node:os'
import { ports, probes } from '../common/contract.ts'
import { kubectl, listObjects } from '../e2e/kubectl.ts'
import { installPool, namespace, operatorNamespace } from '../e2e/pool.ts'
import { clusterUnavailable, withCluster } from '../tools/test/cluster.ts'
import { type Figure, megabytes, seconds } from './figure.ts'
import { percentile } from './percentile.ts'
import { connectAsPipeline, withdrawPipeline } from './registry-access.ts'
import {
  applyByKubectl,
  applyRaw,
  manifestOf,
  patchRaw,
  type Version,
  withdrawServices,
} from './registry-edits.ts'
import { phasesOf } from './registry-phases.ts'
import { watchPods } from './registry-pods.ts'
import {
  type Bench,
  type Burst,
  byKubectl,
  byRequest,
  type Edit,
  editsAtOnce,
  editsInTurn,
  loadServices,
  propertiesAtOnce,
  propertyEdits,
  propertyEditsAtOnce,
} from './registry-runs.ts'

const count = 10_000
const edits = 500
const atOnce = 1_000
const propertyTurns = 500
const bursts = 5

/** A quarter of an hour, most of it kubectl's. */
export async function registryFigures(): Promise<Figure[]> {
  const reason = await unavailable()
  if (reason !== undefined) return [{ what: 'edits among 10,000 services', value: `skipped: ${reason}` }]
  return withCluster(async (environment) => {
    // kubectl and helm are run with the environment of this process.
    Object.assign(process.env, environment)
    await installPool()
    const kube = await connectAsPipeline()
    const pods = await watchPods()
    try {
      return await measure({ kube: kube.client, transport: kube.transport, pods, count, versions: new Map() })
    } finally {
      await Promise.all(pods.map((pod) => pod.stop()))
      await kube.close()
      await withdrawServices()
      await withdrawPipeline()
    }
  })
}

/** The pods are asked directly, which only a cluster of this machine's own processes allows. */
async function unavailable(): Promise<string | undefined> {
  if (process.env['CASPOOL_CLUSTER'] === 'kind') return 'pods of kind cannot be reached from this machine'
  return clusterUnavailable()
}

async function measure(bench: Bench): Promise<Figure[]> {
  const before = await weights(bench)
  const loaded = await loadServices(bench)
  const loadedFigure = {
    what: `${count} services applied, until held by every pod (the API's share)`,
    value: `${seconds(loaded.heldMs)} (${seconds(loaded.appliedMs)})`,
  }
  const figures = [loadedFigure, ...(await latencies(bench)), ...(await burstFigures(bench))]
  return [...figures, ...weightFigures(before, await weights(bench))]
}

async function latencies(bench: Bench): Promise<Figure[]> {
  const raw = await editsInTurn(bench, edits, byRequest(bench.kube))
  const phases = await phasesOf(raw, bench.pods)
  const typed = await editsInTurn(bench, edits, byKubectl)
  const property = await propertyEdits(bench, propertyTurns)
  return [
    editFigure('edit by `kubectl apply` until served by every pod', typed, 'p50 under 300 ms, p99 under 1 s'),
    { what: 'of which `kubectl` itself', value: textOf(typed.map(({ acceptedMs }) => acceptedMs)) },
    editFigure('edit by one server-side apply until served by every pod', raw),
    ...phases.map(({ what, ms }) => ({ what: `of which ${what}`, value: textOf(ms) })),
    editFigure(
      'edit of `spec.config` by `kubectl apply`, likewise',
      property,
      'p50 under 300 ms, p99 under 1 s',
    ),
    { what: 'of which `kubectl` itself', value: textOf(property.map(({ acceptedMs }) => acceptedMs)) },
  ]
}

async function burstFigures(bench: Bench): Promise<Figure[]> {
  const byPatch = (versions: readonly Version[]) => patchRaw(bench.transport, versions)
  const byApply = (versions: readonly Version[]) => applyRaw(bench.kube, versions)
  const patches: Burst[] = []
  const applies: Burst[] = []
  const properties: Burst[] = []
  const ofOne: Burst[] = []
  for (let burst = 0; burst < bursts; burst++) {
    patches.push(await editsAtOnce(bench, atOnce, byPatch))
    applies.push(await editsAtOnce(bench, atOnce, byApply))
    properties.push(await propertiesAtOnce(bench, atOnce))
    ofOne.push(await propertyEditsAtOnce(bench, atOnce))
  }
  const byKubectl = await editsAtOnce(bench, atOnce, (versions) => applyByKubectl(versions.map(manifestOf)))
  return [
    {
      what: `${atOnce} edits at once, as \`kubectl apply\` sends them, until all are served by every pod`,
      value: burstsText(patches),
      target: 'under 10 s',
    },
    {
      what: `${atOnce} edits at once by server-side apply, likewise`,
      value: burstsText(applies),
      target: 'under 10 s',
    },
    {
      what: `${atOnce} properties edited at once by one \`kubectl apply\`, likewise`,
      value: burstsText(properties),
      target: 'under 10 s',
    },
    {
      what: `${atOnce} edits of one property by as many requests, all of one object, likewise`,
      value: burstsText(ofOne),
      target: 'under 10 s',
    },
    { what: `${atOnce} edits in one \`kubectl apply\`, likewise`, value: burstsText([byKubectl]) },
  ]
}

/** Times vary with what else goes on on a shared machine: the middle one, and from which to which they go. */
function burstsText(all: readonly Burst[]): string {
  const spread = (ms: readonly number[]) =>
    ms.length === 1
      ? seconds(Math.max(...ms))
      : `${seconds(percentile(ms, 0.5))} (${seconds(Math.min(...ms))} to ${seconds(Math.max(...ms))} in ${ms.length})`
  const served = all.map(({ servedMs }) => servedMs)
  const accepted = all.map(({ acceptedMs }) => acceptedMs)
  return `${spread(served)}, the API's share ${seconds(percentile(accepted, 0.5))}; ${loadText()}`
}

function editFigure(what: string, all: readonly Edit[], target?: string): Figure {
  const value = `${textOf(all.map(({ servedMs }) => servedMs))} (${all.length} edits, ${loadText()})`
  return target === undefined ? { what, value } : { what, value, target }
}

function textOf(ms: readonly number[]): string {
  const [p50, p99] = [0.5, 0.99].map((share) => percentile(ms, share).toFixed(0))
  return `p50 ${p50} ms, p99 ${p99} ms`
}

const loadText = (): string => `load average ${(loadavg()[0] ?? 0).toFixed(1)}`

interface Weights {
  readonly servers: readonly number[]
  readonly operator: number
  readonly apiServer: number
}

/** Resident memory in bytes. */
async function weights({ pods }: Bench): Promise<Weights> {
  const [operator] = await listObjects<{ readonly status: { readonly podIP: string } }>(
    operatorNamespace,
    'pods',
  )
  const answer = await fetch(`http://${operator?.status.podIP}:${ports.management}${probes.metrics}`)
  const apiServer = await kubectl(namespace, 'get', '--raw', '/metrics')
  return {
    servers: await Promise.all(pods.map((pod) => pod.residentMemory())),
    operator: residentIn(await answer.text(), 'caspool_process_resident_memory_bytes'),
    apiServer: residentIn(apiServer, 'process_resident_memory_bytes'),
  }
}

function residentIn(metrics: string, name: string): number {
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1])
}

function weightFigures(before: Weights, now: Weights): Figure[] {
  const text = (one: number, other: number) => `${megabytes(other)} (${megabytes(one)} without)`
  return [
    {
      what: `resident memory of a server with ${count} services`,
      value: text(Math.max(...before.servers), Math.max(...now.servers)),
    },
    { what: 'of the operator', value: text(before.operator, now.operator) },
    { what: 'of the API server', value: text(before.apiServer, now.apiServer) },
  ]
}
