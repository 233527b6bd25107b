/** Start, memory and rates of a whole pool on this machine, as `make demo` runs it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type PoolFile, startDemo } from '../e2e/demo-pool.ts'
import { freePorts } from '../tools/system/ports.ts'
import { type Figure, megabytes, seconds } from './figure.ts'
import { closedLoop, grant, type Rate, signIn, validate } from './sign-in.ts'

const manifests = resolve(import.meta.dirname, '../crds/samples')
const service = 'http://127.0.0.1:9000/bench'
const load = { clients: 16, forSeconds: 5 }
const memoryMetric = /^caspool_process_resident_memory_bytes (\S+)$/m

/** Starts a pool twice, the second time with the data of the first. */
export async function poolFigures(): Promise<Figure[]> {
  const home = await mkdtemp(join(tmpdir(), 'caspool-bench-'))
  try {
    const cold = await withPool(home, async () => [])
    const warm = await withPool(home, measureRunning)
    return [
      {
        what: '`make demo`, first start (packages installed, mongod there)',
        value: seconds(cold.startMs),
      },
      {
        what: '`make demo`, second start, with the data',
        value: seconds(warm.startMs),
        target: 'under 15 s',
      },
      ...warm.figures,
    ]
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

async function withPool(
  home: string,
  measure: (pool: PoolFile) => Promise<Figure[]>,
): Promise<{ startMs: number; figures: Figure[] }> {
  const [port = 0] = await freePorts(1)
  const started = performance.now()
  const demo = startDemo({ home, port, manifests })
  try {
    await demo.prints('ready http')
    const startMs = performance.now() - started
    return { startMs, figures: await measure(demo.pool()) }
  } finally {
    await demo.interrupt()
  }
}

async function measureRunning(pool: PoolFile): Promise<Figure[]> {
  const before = await serverMemory(pool)
  const servers = pool.servers.map(({ url }) => url)
  const rates = [
    ...(await ratesOf('one server', servers.slice(0, 1))),
    ...(await ratesOf(`${servers.length} servers, validated at another one`, servers)),
  ]
  const after = await serverMemory(pool)
  return [
    { what: 'resident memory of one server, just started', value: megabytes(before) },
    { what: 'resident memory of one server, after the load below', value: megabytes(after) },
    ...rates,
  ]
}

/** Each ticket is made by one server and validated by the next. */
async function ratesOf(where: string, servers: readonly string[]): Promise<Figure[]> {
  const at = (number: number): string => servers[number % servers.length] ?? ''
  const withPassword = await closedLoop(async (number) => {
    const { ticket } = await signIn(at(number), service)
    await validate(at(number + 1), service, ticket)
  }, load)
  const { tgc } = await signIn(at(0), service)
  const withSession = await closedLoop(async (number) => {
    await validate(at(number + 1), service, await grant(at(number), service, tgc))
  }, load)
  return [
    { what: `sign-in with password and validation, ${where}`, value: rateText(withPassword) },
    { what: `ticket from a session and validation, ${where}`, value: rateText(withSession) },
  ]
}

function rateText({ perSecond, medianMs, p99Ms }: Rate): string {
  const rate = perSecond < 10 ? perSecond.toFixed(1) : perSecond.toFixed(0)
  return `${rate}/s; half within ${medianMs.toFixed(0)} ms, 99 % within ${p99Ms.toFixed(0)} ms`
}

async function serverMemory({ servers }: PoolFile): Promise<number> {
  const answer = await fetch(`${servers[0]?.management}/metrics`)
  const bytes = Number(memoryMetric.exec(await answer.text())?.[1])
  if (Number.isNaN(bytes)) throw new Error('a server does not tell its memory')
  return bytes
}
