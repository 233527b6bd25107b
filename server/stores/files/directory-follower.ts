/**
 * Follows a directory of definitions. What it reports was there at one moment: a look is taken only when a second one,
 * after the files were read and a pause, finds everything as it was. So neither half-written files nor half a swap of
 * a ConfigMap is ever reported, and a directory that is gone or suddenly empty leaves what was read before.
 */
import { type Clock, delay, type Instant } from '../../../common/clock.ts'
import type { Log } from '../../../common/log.ts'
import { contentsOf, type DirectoryContents, isSameContents, nothingRead } from './directory-contents.ts'
import { DirectoryWatch } from './directory-watch.ts'
import { codeOf, isSameLook, type Look, lookAt, unreadableSignature } from './look.ts'
import { readLook, readsOf, type SignedFile } from './read-directory.ts'

export interface DirectoryFollowerOptions {
  readonly directory: string
  readonly log: Log
  /** Monotonic. */
  readonly clock: Clock
  /**
   * Called with the first contents, and with every change of them; `closed`: folders that cannot be listed. Must not
   * throw.
   */
  readonly onContents: (contents: DirectoryContents, closed: Iterable<string>) => void
  /** Whether an empty directory is a loss, and no decision. Default: it held several definitions. */
  readonly isLoss?: (held: number) => boolean
  /** Called when the directory turns out to be lost in that way: what was read before is kept. */
  readonly onEmptied?: () => void
  /**
   * Called as long as the directory is not there, once it has not been there for `lookEveryMs`: who replaces it by two
   * renames is not to find one in between. True: it was made.
   */
  readonly onMissing?: () => boolean
  /** How long files must rest before they are believed. Default 100 ms. */
  readonly settleMs?: number
  /** How often it looks without having heard of a change, at least. Default 5 s. */
  readonly lookEveryMs?: number
}

/** At first; no problem that anybody was told of. */
const notReadYet = 'not read yet'
/** Several events of one change come within this time. */
const gatherMs = 20
/** A directory that never rests is taken file by file, those that rest, after this long. */
const restlessMs = 3_000
/** While it cannot be listed. */
const retryMs = 1_000
/** Looking costs at most this part of the time. */
const longestLookShare = 0.02

export class DirectoryFollower {
  readonly #options: Required<Omit<DirectoryFollowerOptions, 'onEmptied' | 'onMissing'>> &
    Pick<DirectoryFollowerOptions, 'onEmptied' | 'onMissing'>
  readonly #watch: DirectoryWatch
  readonly #stopping = new AbortController()
  #hint = Promise.withResolvers<void>()
  /** The look that was taken last; undefined: whatever is found is news. */
  #taken: Look | undefined
  #files: ReadonlyMap<string, SignedFile> = new Map()
  #contents: DirectoryContents | undefined
  #problem: string | undefined = notReadYet
  #missingSince: Instant | undefined
  #lookMs = 0
  #isReportDue = false
  /** Ends what holds the directory at the moment: a look with its reading, or a write. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: DirectoryFollowerOptions) {
    this.#options = { settleMs: 100, lookEveryMs: 5_000, isLoss: (held) => held > 1, ...options }
    const { directory, log } = options
    this.#watch = new DirectoryWatch({ directory, log, onHint: () => this.hint() })
    void this.#run()
  }

  /** Why the directory cannot be believed at the moment; what was read before is kept. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** Looks soon, rather than when it is time. */
  hint(): void {
    this.#hint.resolve()
  }

  /**
   * Runs `work`, which writes into the directory, while no look is under way. What is found afterwards is reported also
   * if it is what was reported before: that is news to those who know what was written.
   */
  writing<T>(work: () => Promise<T>): Promise<T> {
    return this.#exclusively(() => {
      this.#isReportDue = true
      return work()
    })
  }

  /** Resolves when a look that is under way has ended; nothing is reported any more. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.hint()
    this.#watch.close()
    await this.#turn
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => undefined)
    return result
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      this.#hint = Promise.withResolvers<void>()
      await this.#exclusively(() => this.#lookAndTake().catch((thrown) => this.#failed(thrown)))
      await this.#wait()
    }
  }

  async #wait(): Promise<void> {
    const { lookEveryMs } = this.#options
    const pauseMs =
      this.#problem === undefined ? Math.max(lookEveryMs, this.#lookMs / longestLookShare) : retryMs
    const waited = new AbortController()
    const signal = AbortSignal.any([this.#stopping.signal, waited.signal])
    await Promise.race([this.#hint.promise, delay(pauseMs, signal)]).catch(() => undefined)
    waited.abort()
    if (!this.#isStopped) await delay(gatherMs, this.#stopping.signal).catch(() => undefined)
  }

  async #lookAndTake(): Promise<void> {
    const { clock, directory, settleMs } = this.#options
    const since = clock.now()
    let look = await this.#look()
    if (this.#taken !== undefined && isSameLook(look, this.#taken)) return this.#rest(look)
    while (!this.#isStopped) {
      await delay(settleMs, this.#stopping.signal).catch(() => undefined)
      if (this.#isStopped) return
      // After the pause: a second write within one tick of the file system's clock leaves the signature as it was.
      const files = await readLook(directory, look, this.#files)
      const next = await this.#look()
      if (isSameLook(look, next)) return this.#take(look, files)
      if (clock.now() - since > restlessMs) {
        const resting = restingFiles({ look, files }, next)
        return this.#take({ ...next, files: signaturesOf(resting) }, resting)
      }
      look = next
    }
  }

  async #look(): Promise<Look> {
    const { clock, directory } = this.#options
    const startedAt = clock.now()
    const look = await lookAt(directory)
    this.#lookMs = clock.now() - startedAt
    this.#missingSince = undefined
    // Before it is read: what changes from now on is heard of.
    this.#watch.follow(look.folders)
    return look
  }

  #rest(look: Look): void {
    if (look.files.size > 0 || (this.#contents?.definitions.size ?? 0) === 0) this.#recover()
    const isKept = this.#problem !== undefined
    if (!isKept && this.#contents !== undefined && this.#isReportDue) this.#report(this.#contents)
  }

  #take(look: Look, files: ReadonlyMap<string, SignedFile>): void {
    if (this.#isStopped) return
    this.#taken = look
    const before = this.#contents ?? nothingRead
    const held = before.definitions.size
    const contents = contentsOf({ files: readsOf(files), unlisted: look.unlisted }, before)
    // Where all that was held is in folders that are closed now, it is kept with better words.
    const isAllKept = held > 0 && contents.definitions.size === held
    if (look.files.size === 0 && !isAllKept && this.#options.isLoss(held)) {
      this.#keep(`is empty, where ${held} definitions were`)
      this.#options.onEmptied?.()
      return
    }
    this.#files = files
    this.#recover()
    if (this.#contents === undefined || !isSameContents(before, contents)) this.#report(contents)
    else if (this.#isReportDue) this.#report(before)
  }

  #report(contents: DirectoryContents): void {
    this.#isReportDue = false
    this.#contents = contents
    this.#options.onContents(contents, this.#taken?.unlisted.keys() ?? [])
  }

  #failed(thrown: unknown): void {
    if (this.#isStopped) return
    this.#taken = undefined
    const code = codeOf(thrown)
    this.#keep(code === 'ENOENT' ? 'does not exist' : `cannot be listed (${code})`)
    if (code === 'ENOENT') this.#tellMissing()
  }

  #tellMissing(): void {
    const { clock, lookEveryMs, onMissing } = this.#options
    this.#missingSince ??= clock.now()
    if (clock.now() - this.#missingSince >= lookEveryMs && onMissing?.() === true) this.hint()
  }

  #recover(): void {
    const { directory, log } = this.#options
    const isTold = this.#problem !== undefined && this.#problem !== notReadYet
    if (isTold) log.info({ directory }, 'directory of definitions is read again')
    this.#problem = undefined
  }

  #keep(problem: string): void {
    const { directory, log } = this.#options
    const facts = { directory, problem }
    const outcome = this.#contents === undefined ? 'has not been read yet' : 'is kept as it was read last'
    if (this.#problem !== problem) log.error(facts, `directory of definitions ${outcome}`)
    this.#problem = problem
  }
}

/** Of two looks that differ: files that rested in between; what the others say is not known. */
function restingFiles(
  one: { readonly look: Look; readonly files: ReadonlyMap<string, SignedFile> },
  next: Look,
): ReadonlyMap<string, SignedFile> {
  const paths = new Set([...one.look.files.keys(), ...next.files.keys()])
  return new Map(
    [...paths].sort().map((file) => {
      const isResting = one.look.files.get(file) === next.files.get(file)
      const problems = [{ file, message: 'does not rest' }]
      const unknown = { signature: unreadableSignature, read: { kind: 'refused', problems } } as const
      return [file, (isResting ? one.files.get(file) : undefined) ?? unknown]
    }),
  )
}

const signaturesOf = (files: ReadonlyMap<string, SignedFile>): ReadonlyMap<string, string> =>
  new Map(Array.from(files, ([path, { signature }]) => [path, signature]))
