/** Runs rsync and ssh. They keep the lock of their run, also when they outlive this process. */
import { spawn } from 'node:child_process'
import { isProgress } from './rsync-output.ts'

export interface ProgramRun {
  readonly file: string
  readonly args: readonly string[]
  /** Ends the program with SIGTERM. */
  readonly signal?: AbortSignal
  /** File descriptor that stays open in the program. */
  readonly lock?: number
  /** Told each line of progress. */
  readonly onProgress?: (line: string) => void
}

export interface ProgramEnd {
  /** Null: ended by a signal. 127: could not be started. */
  readonly status: number | null
  readonly lines: readonly string[]
  readonly stderr: string
}

/** More than that of what a program complains is not kept. In characters. */
const maxComplaint = 20_000

/** Runs a program to its end; never throws. A session of its own keeps Ctrl-C from it, and passwords from being asked. */
export function runProgram({ file, args, signal, lock, onProgress }: ProgramRun): Promise<ProgramEnd> {
  const { promise, resolve } = Promise.withResolvers<ProgramEnd>()
  const child = spawn(file, args, {
    detached: true,
    // One language for what is read from its output, and no other meaning of arguments.
    env: { ...process.env, LC_ALL: 'C', RSYNC_OLD_ARGS: '', RSYNC_PROTECT_ARGS: '' },
    stdio: ['ignore', 'pipe', 'pipe', lock ?? 'ignore'],
  })
  const end = () => void child.kill('SIGTERM')
  signal?.addEventListener('abort', end, { once: true })
  if (signal?.aborted) end()
  const lines: string[] = []
  let rest = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split(/[\r\n]/)
    rest = parts.pop() ?? ''
    for (const line of parts) {
      if (isProgress(line)) onProgress?.(line.trim())
      else if (line !== '') lines.push(line)
    }
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(0, maxComplaint)
  })
  child.on('error', (error) => resolve({ status: 127, lines, stderr: error.message }))
  child.on('close', (status) => {
    signal?.removeEventListener('abort', end)
    if (rest !== '') lines.push(rest)
    resolve({ status, lines, stderr })
  })
  return promise
}
