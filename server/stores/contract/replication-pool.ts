/** Nodes of one process that replicate real directories: what the suites of replication start, edit, cut off and stop. */
import { mkdir, mkdtemp, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { delay, monotonicClock, systemClock, systemRandom } from '../../../common/clock.ts'
import { StoreFault } from '../../../common/fault.ts'
import { createLog } from '../../../common/log.ts'
import type {
  ApplyEntries,
  ReplicatedEntry,
  ReplicationFeed,
  ReplicationTransport,
} from '../../replication/transport.ts'
import { readDirectory } from '../files/read-directory.ts'
import { ReplicatedServices } from '../files/replicated-services.ts'
import type { ReplicationMode } from '../files/replication-node.ts'
import { noServices, type Services, type ServicesFeed } from '../files/services-source.ts'
import { definitionJson } from '../files/testing/directories.ts'
import type { ReplicationHarness } from './replication-samples.ts'

export type LogLine = Readonly<Record<string, unknown>>

export interface PoolOptions {
  readonly store: ReplicationHarness
  readonly mode: ReplicationMode
  /** How many nodes have a directory; default all in mode active, one in mode passive. */
  readonly directories?: number
  readonly nodes?: number
  readonly settleMs?: number
  /** How far each node's clock is off; it also dates the files that are put there. */
  readonly skewMinutes?: readonly number[]
}

/** Three nodes; node 0 has a directory in either mode. */
export class ReplicationPool {
  readonly nodes: readonly PoolNode[]
  readonly #root: string

  constructor(root: string, nodes: readonly PoolNode[]) {
    this.#root = root
    this.nodes = nodes
  }

  static async create(options: PoolOptions): Promise<ReplicationPool> {
    const { store, mode, directories, nodes = 3, settleMs = 20, skewMinutes = [] } = options
    const root = await mkdtemp(join(tmpdir(), 'caspool-replication-'))
    const withDirectory = directories ?? (mode === 'active' ? nodes : 1)
    const made = Array.from({ length: nodes }, (_, index) => {
      const place = join(root, `node-${index}`)
      const hasDirectory = index < withDirectory
      const skewMs = (skewMinutes[index] ?? 0) * 60_000
      return new PoolNode({ name: `node-${index}`, place, hasDirectory, store, mode, settleMs, skewMs })
    })
    for (const node of made) await node.prepare()
    return new ReplicationPool(root, made)
  }

  node(index: number): PoolNode {
    const node = this.nodes[index]
    if (node === undefined) throw new TypeError(`there is no node ${index}`)
    return node
  }

  async start(): Promise<void> {
    for (const node of this.nodes) await node.start()
  }

  /** Resolves when all serve exactly these names. */
  async untilNames(...names: readonly string[]): Promise<void> {
    const wanted = [...names].sort().join()
    await Promise.all(this.nodes.map((node) => node.until(() => node.names === wanted)))
  }

  /** Resolves when all are at rest, with one set of definitions. `tidies`: copies that nodes report are removed. */
  async untilEqual({ tidies = false } = {}): Promise<void> {
    await poll(async () => {
      if (tidies) for (const node of this.nodes) await node.removeCopies()
      if (!this.nodes.every((node) => node.isAtRest)) return false
      for (const node of this.nodes) if (!(await node.hasRead())) return false
      const states = await Promise.all(this.nodes.map((node) => node.state()))
      return new Set(states).size === 1
    })
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()))
    await rm(this.#root, { recursive: true, force: true })
  }
}

/** The pool's parts, to be taken apart. An edit that meets one on its way would be a concurrent one: all rest first. */
export function bound(pool: ReplicationPool) {
  const untilNames = async (...names: readonly string[]): Promise<void> => {
    await pool.untilNames(...names)
    await pool.untilEqual()
  }
  return { untilNames, node: pool.node.bind(pool), nodes: pool.nodes }
}

interface NodeOptions {
  readonly name: string
  readonly place: string
  readonly hasDirectory: boolean
  readonly store: ReplicationHarness
  readonly mode: ReplicationMode
  readonly settleMs: number
  readonly skewMs: number
}

export class PoolNode {
  readonly directory: string
  readonly stateFile: string
  readonly lines: LogLine[] = []
  readonly #options: NodeOptions
  #source: ReplicatedServices | undefined
  #feed: ServicesFeed | undefined
  #transport: CuttableTransport | undefined
  #isCut = false
  #hasCrashed = false
  #served: Services | undefined
  readonly #seen: string[] = []

  constructor(options: NodeOptions) {
    this.#options = options
    this.directory = join(options.place, 'services')
    this.stateFile = join(options.place, 'replication.json')
  }

  async prepare(): Promise<void> {
    await mkdir(this.directory, { recursive: true })
  }

  async start(): Promise<void> {
    if (this.#source !== undefined) return
    const { store, name: node, mode, settleMs, hasDirectory, skewMs } = this.#options
    const transport = new CuttableTransport(await store.transport())
    transport.setCut(this.#isCut)
    this.#transport = transport
    const log = createLog(node, 'debug', { write: (line) => void this.lines.push(JSON.parse(line)) })
    const files = hasDirectory ? { directory: this.directory, stateFile: this.stateFile } : {}
    const clock = { now: () => monotonicClock.now() + skewMs }
    this.#hasCrashed = false
    // Every file that is written has a name that is drawn: a node that has crashed writes none.
    const uuid = (): string => {
      if (this.#hasCrashed) throw new Error('crashed')
      return systemRandom.uuid()
    }
    const random = { ...systemRandom, uuid }
    const options = { node, mode, transport, log, clock, random, settleMs, ...files }
    this.#source = new ReplicatedServices({ ...options, startPatienceMs: 200, lookEveryMs: 1_000 })
    this.#feed = this.#source.follow((services) => {
      this.#served = services
      this.#seen.push(this.names)
    })
  }

  /** Ends at once, and saves nothing any more. */
  crash(): Promise<void> {
    this.#hasCrashed = true
    return this.stop()
  }

  async stop(): Promise<void> {
    const feed = this.#feed
    this.#source = undefined
    this.#feed = undefined
    this.#served = undefined
    await feed?.stop()
    await this.#transport?.close()
  }

  get isRunning(): boolean {
    return this.#source !== undefined
  }

  /** Cuts the node off from the store, or connects it again. */
  setCut(isCut: boolean): void {
    this.#isCut = isCut
    this.#transport?.setCut(isCut)
  }

  get status() {
    if (this.#source === undefined) throw new TypeError('the node does not run')
    return this.#source.status
  }

  /** Nothing is left to be done, as far as this node knows. */
  get isAtRest(): boolean {
    if (this.#source === undefined) return false
    const { current, unpublished, unwritten } = this.#source.status
    return current && unpublished === 0 && unwritten === 0
  }

  /** Removes the files of which it reports that another one has their id. */
  async removeCopies(): Promise<void> {
    for (const reason of this.refused) {
      const [, copy] = /^(.+): has the id \d+ of .+, and is passed over$/.exec(reason) ?? []
      if (copy !== undefined) await rm(join(this.directory, copy), { force: true })
    }
  }

  /** What its directory says is what it serves: no edit has yet to be noticed. */
  async hasRead(): Promise<boolean> {
    if (!this.#options.hasDirectory) return true
    const found = await this.found()
    return (
      [...found.values()]
        .map(({ name }) => name)
        .sort()
        .join() === this.names
    )
  }

  /** Names that are served, sorted. */
  get names(): string {
    return this.#namesOf().sort().join()
  }

  /** Every set of names that was ever served, in order. */
  get seen(): readonly string[] {
    return this.#seen
  }

  get refused(): readonly string[] {
    const { refused, withheld } = this.#served ?? noServices
    return [...refused, ...withheld.values()].map(({ reason }) => reason)
  }

  /** What is served and, where it has one that is written, what the directory holds. */
  async state(): Promise<string> {
    const served = Array.from(this.#served?.documents ?? [], ([id, { name }]) => `${id}=${name}`).sort()
    if (this.#options.mode === 'passive') return served.join()
    const { definitions } = await readDirectory(this.directory)
    const files = Array.from(definitions.values(), ({ id, file, hash }) => `${id}:${file}:${hash}`).sort()
    return `${served.join()} ${files.join()}`
  }

  until(holds: () => boolean | Promise<boolean>): Promise<void> {
    return poll(async () => await holds())
  }

  /** id -> name of the definition, and file, as the directory has them at this moment. */
  async found(): Promise<ReadonlyMap<string, { readonly name: string; readonly file: string }>> {
    const { definitions } = await readDirectory(this.directory)
    return new Map(
      Array.from(definitions.values(), ({ id, file, document }) => [
        id,
        { name: String(document['name']), file },
      ]),
    )
  }

  /** Writes a definition as `file`, by default under Apereo's name for `app`, atomically. */
  async put(id: number, name: string, file = `app-${id}.json`): Promise<void> {
    const temporary = join(this.directory, `.${id}.${name}.tmp`)
    await writeFile(temporary, definitionJson(id, name))
    const now = new Date(systemClock.now() + this.#options.skewMs)
    await utimes(temporary, now, now)
    await rename(temporary, join(this.directory, file))
  }

  remove(id: number, file = `app-${id}.json`): Promise<void> {
    return rm(join(this.directory, file), { force: true })
  }

  rename(from: string, to: string): Promise<void> {
    return rename(join(this.directory, from), join(this.directory, to))
  }

  read(file: string): Promise<string> {
    return readFile(join(this.directory, file), 'utf8')
  }

  #namesOf(): string[] {
    return Array.from(this.#served?.documents.values() ?? [], ({ name }) => String(name))
  }
}

/** Any transport, as a node sees it whose network can be cut. */
class CuttableTransport implements ReplicationTransport {
  readonly #inner: ReplicationTransport
  #apply: ApplyEntries | undefined
  #feed: ReplicationFeed | undefined
  #isCut = false

  constructor(inner: ReplicationTransport) {
    this.#inner = inner
  }

  async publish(entries: readonly ReplicatedEntry[]): Promise<readonly ReplicatedEntry[]> {
    if (this.#isCut) throw new StoreFault('publish definitions: cut off', { retryable: true })
    const greater = await this.#inner.publish(entries)
    // The answer is lost, and the entries are kept nevertheless.
    if (this.#isCut) throw new StoreFault('publish definitions: cut off', { retryable: true })
    return greater
  }

  follow(apply: ApplyEntries): ReplicationFeed {
    this.#apply = apply
    if (!this.#isCut) this.#feed = this.#inner.follow(apply)
    const isCurrent = () => this.#feed?.isCurrent === true
    return {
      get isCurrent() {
        return isCurrent()
      },
      stop: async () => {
        this.#apply = undefined
        await this.#feed?.stop()
      },
    }
  }

  setCut(isCut: boolean): void {
    if (this.#isCut === isCut) return
    this.#isCut = isCut
    void this.#feed?.stop()
    this.#feed = isCut || this.#apply === undefined ? undefined : this.#inner.follow(this.#apply)
  }

  close(): Promise<void> {
    return this.#inner.close()
  }
}

/** Shorter than a test may take, so that a pool is stopped whose wait was in vain. */
const patienceMs = 55_000

/** Waits for what no event tells of. */
async function poll(holds: () => Promise<boolean>): Promise<void> {
  const deadline = monotonicClock.now() + patienceMs
  while (!(await holds())) {
    if (monotonicClock.now() > deadline)
      throw new Error(`what was waited for did not come in ${patienceMs} ms`)
    await delay(5)
  }
}
