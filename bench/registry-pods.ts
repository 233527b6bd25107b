/**
 * What the servers of a pool hold, asked at each pod from outside: the revision, by the readiness probe, and what is
 * served, by the login page. Nothing here believes the operator.
 */
import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { ports, probes } from '../common/contract.ts'
import { listObjects } from '../e2e/kubectl.ts'
import { namespace } from '../e2e/pool.ts'

/**
 * Between two looks at a pod: what is told is late by this much at most, and by half of it as a rule. Many edits at once
 * take seconds, and looks take processor time from those who are measured.
 */
const lookEveryMs = { oneEdit: 15, manyEdits: 250 }

export interface Held {
  readonly rev: number
  readonly services: number
}

/** One server, looked at all the time. */
export class WatchedPod {
  readonly name: string
  readonly #host: string
  readonly #agent = new Agent({ keepAlive: true })
  readonly #changes: { readonly held: Held; readonly at: number }[] = []
  #isStopped = false
  #lookEveryMs = lookEveryMs.oneEdit
  #running: Promise<void> = Promise.resolve()

  constructor(name: string, host: string) {
    this.name = name
    this.#host = host
  }

  /** Resolves after the first answer. */
  async start(): Promise<void> {
    await this.#look()
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#running
    this.#agent.destroy()
  }

  /** How closely it is to be looked at from now on. */
  watch(what: keyof typeof lookEveryMs): void {
    this.#lookEveryMs = lookEveryMs[what]
  }

  get held(): Held {
    return this.#changes.at(-1)?.held ?? { rev: 0, services: 0 }
  }

  /** When the pod was first seen to hold this revision or a later one (`performance.now`). */
  seenAt(rev: number): number | undefined {
    return this.#changes.find(({ held }) => held.rev >= rev)?.at
  }

  /** Does this server let users of an application sign in? */
  async serves(url: string): Promise<boolean> {
    const path = `/cas/login?gateway=true&service=${encodeURIComponent(url)}`
    return (await this.#ask(ports.http, path)).status === 302
  }

  /** Does this server offer the REST protocol? */
  async offersRest(): Promise<boolean> {
    return (await this.#ask(ports.http, '/cas/v1/users', 'POST')).status !== 404
  }

  /** Bytes. */
  async residentMemory(): Promise<number> {
    const { body } = await this.#ask(ports.management, probes.metrics)
    return Number(/^caspool_process_resident_memory_bytes (\S+)$/m.exec(body)?.[1])
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      await this.#look()
      await delay(this.#lookEveryMs)
    }
  }

  async #look(): Promise<void> {
    const { body } = await this.#ask(ports.management, probes.ready)
    const { registry } = JSON.parse(body) as { readonly registry: Held }
    const { rev, services } = this.held
    if (registry.rev !== rev || registry.services !== services) {
      this.#changes.push({ held: registry, at: performance.now() })
    }
  }

  #ask(port: number, path: string, method = 'GET'): Promise<{ status: number; body: string }> {
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>()
    const sent = request({ host: this.#host, port, path, method, agent: this.#agent }, (answer) => {
      let body = ''
      answer.setEncoding('utf8')
      answer.on('data', (text: string) => {
        body += text
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }))
      answer.on('error', reject)
    })
    sent.on('error', reject)
    sent.setTimeout(30_000, () => sent.destroy(new Error(`${this.name} does not answer`)))
    sent.end()
    return promise
  }
}

/** All servers of the pool, looked at until stopped. */
export async function watchPods(): Promise<readonly WatchedPod[]> {
  type Pod = { readonly metadata: { readonly name: string }; readonly status: { readonly podIP: string } }
  const selector = ['--selector', 'app.kubernetes.io/component=server']
  const found = await listObjects<Pod>(namespace, 'pods', ...selector)
  const pods = found.map(({ metadata, status }) => new WatchedPod(metadata.name, status.podIP))
  await Promise.all(pods.map((pod) => pod.start()))
  return pods
}

/** When every pod held the revision (`performance.now`). Throws when that takes longer than a minute. */
export async function heldByAll(pods: readonly WatchedPod[], rev: number): Promise<number> {
  const deadline = performance.now() + 60_000
  for (;;) {
    const seen = pods.map((pod) => pod.seenAt(rev) ?? Number.POSITIVE_INFINITY)
    if (seen.every((at) => at < Number.POSITIVE_INFINITY)) return Math.max(...seen)
    if (performance.now() > deadline) throw new Error(`revision ${rev} did not reach every pod`)
    await delay(1)
  }
}
