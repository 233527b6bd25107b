/**
 * One node of replication: its directory (if it has one) and the store that all nodes share. Everything that is known
 * changes at once, in memory, by `Replica`; the slow parts follow, each in its order: what is known is saved before any
 * of it is published or written, so that a crash between the two is seen for what it was.
 */
import type { Clock, Instant, Random } from '../../../common/clock.ts'
import { reasonOf } from '../../../common/fault.ts'
import type { Log } from '../../../common/log.ts'
import { type DirectoryStep, directorySteps } from '../../replication/directory-plan.ts'
import { editOfAnother } from '../../replication/edit-of-another.ts'
import { entryHash } from '../../replication/entry.ts'
import { Replica } from '../../replication/replica.ts'
import type { SavedReplica } from '../../replication/saved-replica.ts'
import type { ReplicatedEntry, ReplicationFeed, ReplicationTransport } from '../../replication/transport.ts'
import { removeTemporaries } from './atomic-file.ts'
import { preferring } from './defining-files.ts'
import type { DirectoryContents } from './directory-contents.ts'
import { DirectoryFollower, type DirectoryFollowerOptions } from './directory-follower.ts'
import { type StepResult, syncSteps, takeStep } from './directory-writer.ts'
import { foundDirectory } from './found-directory.ts'
import { DirectoryHome, lossOf } from './lost-directory.ts'
import { MetEdits } from './met-edits.ts'
import { type DocumentOf, PublicationOrder } from './publication-order.ts'
import { ReplicaStateFile } from './replica-state-file.ts'
import { logEvent, publishedFacts } from './replication-events.ts'
import { Retry } from './retry.ts'
import { logSteps } from './taken-steps.ts'

export type ReplicationMode = 'active' | 'passive'

export interface ReplicationNodeOptions extends Pick<DirectoryFollowerOptions, 'settleMs' | 'lookEveryMs'> {
  /** Absent: this node only serves what others publish (mode passive). */
  readonly directory?: string
  /** Beside the directory, never inside of it. Needed with a directory. */
  readonly stateFile?: string
  /** active: what others publish is written into the directory; passive: it is only served. */
  readonly mode: ReplicationMode
  /** Member name. */
  readonly node: string
  readonly transport: ReplicationTransport
  readonly log: Log
  /** Monotonic. */
  readonly clock: Clock
  readonly random: Random
  /** Documents of texts that were read already. */
  readonly documentOf?: DocumentOf
  /** Something that is served may have changed. */
  readonly onChange: (node: ReplicationNode) => void
}

interface StepsTaken {
  /** Some steps met somebody's edit and were not taken: a look comes first. */
  readonly hasMetEdits: boolean
  /** Why others were not. They do not stand in the way of the rest. */
  readonly refused: readonly string[]
}

/** Steps in the directory at the same time. */
const parallelSteps = 8
const publishAtOnce = 1_000
/** Refusals that are told of by name. */
const maxListed = 3
const stuckOnEdit = "somebody's edit stands there that cannot be read"

export class ReplicationNode {
  readonly #options: ReplicationNodeOptions
  readonly #retry: Retry
  readonly #stopping = new AbortController()
  readonly #order = new PublicationOrder()
  readonly #started: Promise<void>
  #replica: Replica | undefined
  #contents: DirectoryContents | undefined
  #state: ReplicaStateFile | undefined
  #follower: DirectoryFollower | undefined
  #feed: ReplicationFeed | undefined
  #hasHeard = false
  #hasToldOfPublisher = false
  #appliedAt: Instant | undefined
  readonly #metEdits = new MetEdits()
  #problems = new Map<'state' | 'directory' | 'store', string>()
  #writes: Promise<void> = Promise.resolve()
  #writing = Promise.withResolvers<void>()
  #publishing = Promise.withResolvers<void>()

  constructor(options: ReplicationNodeOptions) {
    this.#options = options
    this.#retry = new Retry(options.random, this.#stopping.signal)
    this.#started = this.#start()
  }

  /** Undefined before the state of an earlier run was read. */
  get replica(): Replica | undefined {
    return this.#replica
  }

  /** What the directory said last. */
  get contents(): DirectoryContents | undefined {
    return this.#contents
  }

  /** The store told everything it holds at least once. */
  get hasHeard(): boolean {
    return this.#hasHeard
  }

  get isCurrent(): boolean {
    return this.#feed?.isCurrent === true && this.problem === undefined
  }

  /** What keeps definitions from being read, written, saved or published. */
  get problem(): string | undefined {
    return this.#problems.values().next().value ?? this.#follower?.problem
  }

  /** When entries of others were taken last; of the clock that was given. */
  get appliedAt(): Instant | undefined {
    return this.#appliedAt
  }

  /** Entries that the directory does not hold yet; 0 in mode passive. */
  get unwritten(): number {
    return this.#steps().length
  }

  /** Ends everything under way and saves what is known; what was not published or written is, at the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#wake()
    await this.#started.catch(() => undefined)
    await this.#feed?.stop()
    await this.#follower?.stop()
    await this.#writes
    // What was written and is not saved is found out at the next start, unless it was deleted until then.
    if (this.#replica !== undefined) await this.#save(this.#replica).catch(() => undefined)
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted
  }

  async #start(): Promise<void> {
    const { directory, stateFile: path, node, mode, log, random } = this.#options
    if (path !== undefined) this.#state = new ReplicaStateFile({ path, node, log, random })
    const saved = await this.#retry.until(
      () => this.#state?.load() ?? Promise.resolve(undefined),
      (thrown) => this.#failed('state', 'state of replication cannot be read', thrown),
    )
    // What a crash has left. A directory that is not there is told of by those who follow it.
    if (mode === 'active' && directory !== undefined)
      await removeTemporaries([directory]).catch(() => undefined)
    if (this.#isStopped) return
    this.#problems.delete('state')
    const isMaster = mode === 'passive'
    this.#replica = new Replica({ node, isMaster, saved, report: (event) => logEvent(log, event) })
    if (directory === undefined) this.#followStore()
    else this.#followDirectory(directory, this.#replica, saved)
    // Not waited for at the end: a store that is away keeps it for long.
    void this.#publishLoop(this.#replica)
    this.#writes = this.#writeLoop(this.#replica)
  }

  #followDirectory(directory: string, replica: Replica, saved: SavedReplica | undefined): void {
    const { log, clock, settleMs, lookEveryMs, mode, stateFile } = this.#options
    const home = new DirectoryHome(directory)
    // The folder of a new server may not be mounted yet, as far as anybody can tell.
    if (stateFile !== undefined && saved?.hasJoined === true) home.seenBeside(stateFile)
    this.#follower = new DirectoryFollower({
      directory,
      log,
      clock,
      ...(settleMs !== undefined && { settleMs }),
      ...(lookEveryMs !== undefined && { lookEveryMs }),
      isLoss: () => replica.files.size > 1,
      onEmptied: () => {
        replica.lost()
        this.#changed()
      },
      ...(mode === 'active' && {
        onMissing: () => {
          if (!home.makeAgain()) return false
          log.warn({ directory }, 'directory of definitions was not there and was made again')
          replica.lost()
          return true
        },
      }),
      onContents: (found, unlisted) => {
        home.seen()
        const closed = [...unlisted]
        const contents = preferring(found, replica.knownFiles, closed)
        this.#contents = contents
        this.#metEdits.looked()
        replica.scanned(foundDirectory(contents, closed))
        this.#changed()
        // Only now: what was edited while this node was away is told from what others did by its version.
        if (this.#feed === undefined) this.#followStore()
      },
    })
  }

  #followStore(): void {
    this.#feed = this.#options.transport.follow((entries, { isWhole }) => {
      if (this.#isStopped || this.#replica === undefined) return
      this.#noticePublisher(this.#replica, entries)
      this.#order.heard(entries, { isWhole })
      if (isWhole) this.#replica.mergeWhole(entries)
      else this.#replica.merge(entries)
      this.#hasHeard ||= isWhole
      this.#appliedAt = this.#options.clock.now()
      this.#changed()
    })
  }

  #changed(): void {
    this.#options.onChange(this)
    this.#wake()
  }

  #wake(): void {
    this.#writing.resolve()
    this.#publishing.resolve()
  }

  async #publishLoop(replica: Replica): Promise<void> {
    while (!this.#isStopped) {
      this.#publishing = Promise.withResolvers<void>()
      const isDone = await this.#attempt('store', 'definitions could not be published', () =>
        this.#publish(replica),
      )
      if (isDone && !this.#isStopped) await this.#publishing.promise
    }
  }

  /**
   * Nothing is published before everything that the store holds was heard. What is first in the order is published
   * first, also of what was edited meanwhile.
   */
  async #publish(replica: Replica): Promise<void> {
    while (this.#hasHeard && replica.unpublished.size > 0 && !this.#isStopped) {
      const entries = (await this.#inOrder(replica)).slice(0, publishAtOnce)
      await this.#save(replica)
      const greater = await this.#options.transport.publish(entries)
      if (this.#isStopped) return
      this.#options.log.info(publishedFacts(entries), 'definitions were published')
      replica.published(entries)
      this.#order.heard([...entries, ...greater])
      this.#mergeGreater(replica, greater)
    }
  }

  #inOrder({ unpublished, entries }: Replica): Promise<readonly ReplicatedEntry[]> {
    return this.#order.sorted(
      Array.from(unpublished).flatMap((id) => entries.get(id) ?? []),
      (entry) => {
        const file = this.#contents?.definitions.get(entry.id)
        return file?.hash === entryHash(entry) ? file.document : this.#options.documentOf?.(entry)
      },
    )
  }

  #mergeGreater(replica: Replica, greater: readonly ReplicatedEntry[]): void {
    if (greater.length === 0) return
    this.#noticePublisher(replica, greater)
    replica.merge(greater)
    this.#changed()
  }

  /** Before they are merged. What the store held at the start may be of a server that published before this one. */
  #noticePublisher(replica: Replica, entries: readonly ReplicatedEntry[]): void {
    const { mode, directory, node, log } = this.#options
    const isOnlyPublisher = mode === 'passive' && directory !== undefined
    if (!isOnlyPublisher || !this.#hasHeard || this.#hasToldOfPublisher) return
    const entry = editOfAnother(replica, { node, entries })
    if (entry === undefined) return
    this.#hasToldOfPublisher = true
    const facts = { publisher: entry.version.node, service: entry.id }
    log.warn(facts, 'another server publishes, although this one does in mode passive')
  }

  async #writeLoop(replica: Replica): Promise<void> {
    while (!this.#isStopped) {
      this.#writing = Promise.withResolvers<void>()
      const isDone = await this.#attempt('directory', 'directory could not be written', async () => {
        await this.#save(replica)
        await this.#write(replica)
        await this.#save(replica)
      })
      if (isDone && !this.#isStopped) await this.#writing.promise
    }
  }

  /** Not while the directory is looked at: what is found and what is known would be of different moments. */
  async #write(replica: Replica): Promise<void> {
    const { directory } = this.#options
    const follower = this.#follower
    if (directory === undefined || follower === undefined || this.#steps().length === 0) return
    const { hasMetEdits, refused } = await follower.writing(() => this.#takeSteps(directory, replica))
    if (hasMetEdits) follower.hint()
    if (refused.length > 0) throw new Error(listed(refused))
    if (hasMetEdits) return
    if (this.#steps().length > 0) this.#writing.resolve()
  }

  async #takeSteps(directory: string, replica: Replica): Promise<StepsTaken> {
    const loss = lossOf(
      directory,
      Array.from(replica.files.values(), ({ file }) => file),
    )
    if (loss !== undefined) return { hasMetEdits: true, refused: [loss] }
    const steps = this.#steps()
    await this.#save(replica)
    const done: DirectoryStep[] = []
    const edited = new Map<DirectoryStep, string>()
    const refused: string[] = []
    const work = steps.values()
    const worker = async (): Promise<void> => {
      for (const step of work) {
        if (this.#isStopped) return
        const result = await this.#takeStep(directory, step)
        if (result.kind === 'done') {
          replica.wrote(step.id, result.state)
          done.push(step)
        } else if (result.kind === 'edited') edited.set(step, result.file)
        else refused.push(result.reason)
      }
    }
    const workers = Array.from({ length: Math.min(parallelSteps, steps.length) }, worker)
    await Promise.all(workers)
    await syncSteps(directory, steps)
    logSteps(this.#options.log, done, this.#contents)
    const stuck = this.#metEdits.stuck([...edited.keys()])
    for (const step of stuck) refused.push(`${edited.get(step)}: ${stuckOnEdit}`)
    return { hasMetEdits: edited.size > stuck.size, refused }
  }

  /** Never throws: what the file system refuses of one file says nothing of others. */
  async #takeStep(directory: string, step: DirectoryStep): Promise<StepResult> {
    try {
      return await takeStep(directory, step, this.#options.random)
    } catch (thrown) {
      const file = step.kind === 'write' ? step.next.file : step.now?.file
      return { kind: 'refused', reason: `${file}: ${reasonOf(thrown)}` }
    }
  }

  #steps(): ReturnType<typeof directorySteps> {
    const { mode, directory } = this.#options
    if (mode === 'passive' || directory === undefined || this.#replica === undefined) return []
    if (!this.#hasHeard) return []
    return directorySteps(this.#replica, this.#contents?.files ?? new Set())
  }

  async #save(replica: Replica): Promise<void> {
    if (this.#state === undefined) return
    await this.#state.save(replica)
  }

  /** False after a failure and a pause: it is time to try again. */
  async #attempt(what: 'store' | 'directory', failure: string, work: () => Promise<void>): Promise<boolean> {
    try {
      await work()
      this.#problems.delete(what)
      this.#retry.succeeded(what)
      return true
    } catch (thrown) {
      if (this.#isStopped) return true
      this.#failed(what, failure, thrown)
      await this.#retry.pause(what)
      return false
    }
  }

  #failed(what: 'state' | 'store' | 'directory', message: string, thrown: unknown): void {
    const reason = reasonOf(thrown)
    const isNews = !this.#problems.has(what)
    this.#problems.set(what, `${message}: ${reason}`)
    if (isNews) this.#options.log.warn({ reason }, message)
    else this.#options.log.debug({ reason }, message)
  }
}

/** A full disk refuses them all. */
function listed(reasons: readonly string[]): string {
  const more = reasons.length - maxListed
  return `${reasons.slice(0, maxListed).join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}
