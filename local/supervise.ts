/**
 * Processes of the pool: started, kept running (restarted with growing pauses), stopped with a deadline. Each has a
 * log file. A process that an earlier, killed pool left behind is found by its pid file and ended first.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, statSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { delay } from '../common/clock.ts'
import type { Log } from '../common/log.ts'
import { findProgram } from '../tools/system/command.ts'
import { lastWords } from './last-words.ts'

export interface ProcessPlan {
  readonly name: string
  readonly file: string
  readonly args: readonly string[]
  /** The whole environment of the process. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly logFile: string
  readonly pidFile: string
  /** A word of the command line that proves that a process with the old pid is ours. */
  readonly mark: string
}

/** Who hears that a process ended by itself: the log, and the person in front of the terminal. */
export interface Observers {
  readonly log: Log
  readonly progress: (sentence: string) => void
}

export interface Supervised {
  readonly name: string
  readonly pid: number | undefined
  readonly logFile: string
  /** What it wrote last since it was started last; empty when it wrote nothing. */
  lastWords(): Promise<string>
  /** SIGTERM, then SIGKILL after `withinMs`. Not restarted after that. */
  stop(withinMs: number): Promise<void>
}

const firstPauseMs = 200
const longestPauseMs = 5000

/** Where the kernel can do it, a process ends also when the pool is killed. */
const setpriv = process.platform === 'linux' ? findProgram('setpriv') : undefined
const dieWithParent = setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'TERM']

/** Starts a process and keeps it running until it is stopped. */
export async function supervise(plan: ProcessPlan, { log, progress }: Observers): Promise<Supervised> {
  await endLeftOver(plan, log)
  let child: ChildProcess
  let stopping = false
  let pauseMs = firstPauseMs
  let logStart = 0
  const start = (): void => {
    logStart = sizeOf(plan.logFile)
    child = spawnLogged(plan)
    const startedAt = performance.now()
    if (child.pid !== undefined) void writeFile(plan.pidFile, String(child.pid))
    child.once('error', (err) => log.warn({ process: plan.name, err }, 'process could not be started'))
    child.once('exit', (code, signal) => {
      if (stopping) return
      pauseMs = performance.now() - startedAt > 10_000 ? firstPauseMs : Math.min(pauseMs * 2, longestPauseMs)
      log.warn(
        { process: plan.name, code, signal, restartInMs: pauseMs, logFile: plan.logFile },
        'process ended, starting it again',
      )
      const how = `${plan.name} ended (${signal ?? `status ${code}`}) and is started again`
      void lastWords(plan.logFile, logStart).then((words) =>
        progress(`${how}; its log is ${plan.logFile}${words && `, which ends in: ${words}`}`),
      )
      setTimeout(() => {
        if (!stopping) start()
      }, pauseMs).unref()
    })
  }
  start()
  return {
    name: plan.name,
    get pid() {
      return child.exitCode === null && child.signalCode === null ? child.pid : undefined
    },
    logFile: plan.logFile,
    lastWords: () => lastWords(plan.logFile, logStart),
    async stop(withinMs) {
      stopping = true
      await endChild(child, withinMs)
      await rm(plan.pidFile, { force: true })
    },
  }
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0

function spawnLogged(plan: ProcessPlan): ChildProcess {
  const log = openSync(plan.logFile, 'a', 0o600)
  const [file = plan.file, ...args] = [...dieWithParent, plan.file, ...plan.args]
  try {
    // A group of its own: Ctrl-C reaches only the pool, which stops its processes in order.
    return spawn(file, args, {
      stdio: ['ignore', log, log],
      detached: true,
      env: plan.env,
    })
  } finally {
    closeSync(log)
  }
}

async function endChild(child: ChildProcess, withinMs: number): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  child.kill('SIGCONT')
  const killer = setTimeout(() => child.kill('SIGKILL'), withinMs)
  await ended.finally(() => clearTimeout(killer))
}

async function endLeftOver(plan: ProcessPlan, log: Log): Promise<void> {
  const pid = Number(await readFile(plan.pidFile, 'utf8').catch(() => ''))
  if (!Number.isInteger(pid) || pid <= 1 || !commandLineOf(pid).includes(plan.mark)) return
  log.warn({ process: plan.name, pid }, 'ending a process that an earlier pool left behind')
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    process.kill(pid, signal)
    for (let waited = 0; waited < 20_000; waited += 100) {
      if (!commandLineOf(pid).includes(plan.mark)) return
      await delay(100)
    }
  }
}

function commandLineOf(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
  } catch {
    return ''
  }
}
