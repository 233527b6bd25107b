// A program that runs as long as this process, and certainly not longer.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { findProgram } from './command.ts'

export type ChildOptions = {
  /** File that takes standard output and error. Default: thrown away. */
  readonly log?: string
  readonly env?: Readonly<Record<string, string>>
}

/** A program that was started. */
export type RunningChild = {
  readonly pid: number
  /** Resolves when the program has ended, for whatever reason. */
  readonly ended: Promise<void>
  isRunning(): boolean
  /** Sends a signal and waits for the end; after `withinMs` SIGKILL follows. Fine to call when it has ended. */
  end(signal?: 'SIGTERM' | 'SIGINT' | 'SIGKILL', withinMs?: number): Promise<void>
  signal(name: NodeJS.Signals): void
}

const running = new Set<ChildProcess>()
const setpriv = process.platform === 'linux' ? findProgram('setpriv') : undefined

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts a program that dies with this process: at its exit, and on Linux also when this process is killed. */
export function startChild(file: string, args: readonly string[], options: ChildOptions = {}): RunningChild {
  const log = options.log === undefined ? ('ignore' as const) : openSync(options.log, 'a')
  const [program, ...rest] = setpriv === undefined ? [file] : [setpriv, '--pdeathsig', 'KILL', file]
  const child = spawn(program ?? file, [...rest, ...args], {
    stdio: ['ignore', log, log],
    env: { ...process.env, ...options.env },
  })
  if (child.pid === undefined) throw new Error(`cannot start ${file}`)
  running.add(child)
  const ended = once(child, 'exit').then(() => {
    running.delete(child)
  })
  const isRunning = () => child.exitCode === null && child.signalCode === null
  const end: RunningChild['end'] = async (signal = 'SIGTERM', withinMs = 20_000) => {
    if (!isRunning()) return
    child.kill(signal)
    child.kill('SIGCONT')
    const killer = setTimeout(() => child.kill('SIGKILL'), withinMs)
    await ended.finally(() => clearTimeout(killer))
  }
  return { pid: child.pid, ended, isRunning, end, signal: (name) => child.kill(name) }
}
