// Watches every server of a pool for as long as a scenario lasts, as its users would: sign-ins to a service that
// nobody touches, and services that are exchanged and renamed, of which no server may ever show half.
import { setTimeout as delay } from 'node:timers/promises'
import { Browser, ticketIn } from '../../server/test/testing/browser.ts'
import { until } from '../../tools/system/ports.ts'
import type { ServerProcess } from './processes.ts'

/** Names of the services that the observer looks for; each has the host `<name>.example.org`. */
export const watched = {
  /** Nobody edits it. */
  untouched: 'untouched',
  /** Two services that exchange their hosts `left` and `right`. */
  exchanged: ['one', 'other'],
  exchangedHosts: ['left', 'right'],
  /** Stands under a new name after each rename: `renamed-0`, `renamed-1`, …; its host stays. */
  renamed: 'renamed',
} as const

export const generationHost = (generation: number): string => `renamed-${generation}`

export interface Observer {
  /** Number of the newest rename; raised before it is written. */
  generation: number
  /** What no server may ever show; empty when all is well. */
  readonly violations: readonly string[]
  /** How often the service that nobody touches was asked for, by server. */
  readonly asked: ReadonlyMap<string, number>
  /** Sign-ins from password to validation, each at two servers. */
  readonly signIns: { count: number }
  /** Resolves when every server was asked `times` more. */
  untilAsked(times: number): Promise<void>
  /** Servers that cannot grant tickets now: nobody signs in there. Their login forms are asked for all the same. */
  exceptSignInsAt(server: ServerProcess | undefined): void
  /** Nobody looks at this server now: it was taken out of the Service. */
  exceptAt(server: ServerProcess | undefined): void
  /** Nobody signs in until `resumeSignIns`; resolves when the last one who does is through. */
  pauseSignIns(): Promise<void>
  resumeSignIns(): void
  stop(): Promise<void>
}

const betweenMs = 60
const betweenSignInsMs = 250

const serviceUrl = (host: string): string => `https://${host}.example.org/`

/** Begins to watch. */
export function observe(servers: readonly ServerProcess[]): Observer {
  const observer = new PoolObserver(servers)
  observer.start()
  return observer
}

class PoolObserver implements Observer {
  generation = 0
  readonly violations: string[] = []
  readonly asked = new Map<string, number>()
  readonly signIns = { count: 0 }
  readonly #servers: readonly ServerProcess[]
  #running: Promise<unknown> = Promise.resolve()
  #isStopped = false
  #isPaused = false
  #without: ServerProcess | undefined
  #away: ServerProcess | undefined
  #signIn: Promise<unknown> = Promise.resolve()

  constructor(servers: readonly ServerProcess[]) {
    this.#servers = servers
  }

  start(): void {
    this.#running = Promise.all([
      ...this.#servers.map((server) => this.#watch(server)),
      this.#signInOnAndOn(),
    ])
  }

  async untilAsked(times: number): Promise<void> {
    const before = new Map(this.asked)
    const isAsked = ({ name }: ServerProcess) =>
      (this.asked.get(name) ?? 0) - (before.get(name) ?? 0) >= times
    await until('every server was asked', async () =>
      this.#servers.every((server) => server === this.#away || isAsked(server)),
    )
  }

  exceptSignInsAt(server: ServerProcess | undefined): void {
    this.#without = server
  }

  exceptAt(server: ServerProcess | undefined): void {
    this.#away = server
    this.#without = server
  }

  async pauseSignIns(): Promise<void> {
    this.#isPaused = true
    await this.#signIn
  }

  resumeSignIns(): void {
    this.#isPaused = false
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#running
  }

  async #watch(server: ServerProcess): Promise<void> {
    while (!this.#isStopped) {
      if ((await this.#statusOf(server, watched.untouched)) !== 200) {
        this.#violation(server, 'refused the service that nobody touches')
      }
      this.asked.set(server.name, (this.asked.get(server.name) ?? 0) + 1)
      for (const host of [...watched.exchangedHosts, watched.renamed]) {
        const status = await this.#statusOf(server, host)
        if (status !== 200)
          this.#violation(server, `answered ${status} for ${host}, which always has a service`)
      }
      await this.#watchRename(server)
    }
  }

  /**
   * Renames lead from one generation to the next and never back. So the old name must be gone where the new one was
   * seen before, and the new one must be there where the old one was missed before.
   */
  async #watchRename(server: ServerProcess): Promise<void> {
    const { generation } = this
    if (generation === 0) return
    const [before, after] = [generationHost(generation - 1), generationHost(generation)]
    const isThere = async (host: string) => (await this.#statusOf(server, host)) === 200
    const wasNewSeen = await isThere(after)
    const isOldThere = await isThere(before)
    const isNewThere = await isThere(after)
    // The next rename has begun: what was seen belongs to two.
    if (this.generation !== generation) return
    if (wasNewSeen && isOldThere) this.#violation(server, `showed ${after} together with ${before}`)
    if (!isOldThere && !isNewThere) this.#violation(server, `showed neither ${before} nor ${after}`)
  }

  async #statusOf(server: ServerProcess, host: string): Promise<number> {
    await delay(betweenMs)
    const page = await new Browser(server.url).get('/login', { service: serviceUrl(host) }).catch(reason)
    return typeof page === 'string' ? this.#unanswered(server, page) : page.status
  }

  #unanswered(server: ServerProcess, why: string): number {
    this.#violation(server, `did not answer: ${why}`)
    return 0
  }

  /** Signs in at one server and validates at the next, over and over. */
  async #signInOnAndOn(): Promise<void> {
    const service = serviceUrl(watched.untouched)
    for (let turn = 0; !this.#isStopped; turn++) {
      await delay(betweenSignInsMs)
      const servers = this.#servers.filter((server) => server !== this.#without)
      const [at, next] = [servers[turn % servers.length], servers[(turn + 1) % servers.length]]
      if (this.#isPaused || at === undefined || next === undefined) continue
      this.#signIn = this.#signInOnce(at, next, service)
      await this.#signIn
    }
  }

  async #signInOnce(at: ServerProcess, next: ServerProcess, service: string): Promise<void> {
    const outcome = await signInAndValidate(at, next, service).catch(reason)
    if (outcome === undefined) this.signIns.count++
    // Begun before somebody told that this server is cut off.
    else if (this.#without !== at && this.#without !== next) this.#violation(at, outcome)
  }

  #violation(server: ServerProcess, what: string): void {
    if (!this.#isStopped && server !== this.#away) this.violations.push(`${server.name} ${what}`)
  }
}

/** Undefined: the user was signed in. */
async function signInAndValidate(
  at: ServerProcess,
  next: ServerProcess,
  service: string,
): Promise<string | undefined> {
  const user = { username: 'casuser', password: 'Mellon' }
  const answer = await new Browser(at.url).signIn(user, { service })
  const ticket = ticketIn(answer)
  const { status, body } = await new Browser(next.url).get('/serviceValidate', { service, ticket })
  return body.includes('<cas:user>casuser</cas:user>')
    ? undefined
    : `granted a ticket that ${next.name} refused: ${status} ${body}`
}

const reason = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown))
