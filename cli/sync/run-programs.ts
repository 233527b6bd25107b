/** What a run is told, and how it starts rsync. */
import type { Clock } from '../../common/clock.ts'
import { type ProgramEnd, runProgram } from './programs.ts'
import type { CopyOptions } from './rsync-arguments.ts'
import type { SyncSettings } from './settings.ts'

export interface RunContext {
  /** Directory of this destination alone: lock, snapshot, what is under way. There already. */
  readonly directory: string
  /** Ends the run where that leaves the destination as it was. */
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly onProgress?: (line: string) => void
  /** Told what people should know of a run whatever comes of it. */
  readonly onNote?: (line: string) => void
}

/** A run under way. */
export interface Run extends RunContext {
  readonly settings: SyncSettings
  readonly snapshot: string
  /** Of the lock. */
  readonly descriptor?: number
}

/** rsync's exit status when source files vanish while they are read, */
export const vanished = 24
/** for a directory or files that cannot be read or written, or are not there, */
export const partial = 23
/** and for files that cannot be written to their end. */
export const unwritten = 11

/** Runs rsync on this machine, until the run is told to stop. */
export function rsync(run: Run, args: readonly string[]): Promise<ProgramEnd> {
  const { settings, signal, descriptor, onProgress } = run
  const lock = descriptor === undefined ? {} : { lock: descriptor }
  return runProgram({
    file: settings.transport.rsync,
    args,
    signal,
    ...lock,
    ...(onProgress && { onProgress }),
  })
}

/** What travels, and how. */
export function copying({ settings: { all, deletes, transport } }: Run): CopyOptions {
  return { all, deletes, transport }
}

/** As `copying`, with progress where that is asked for. */
export function showing(run: Run): CopyOptions {
  return { ...copying(run), showsProgress: run.settings.showsProgress }
}
