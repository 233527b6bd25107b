// Programs that go on running when this process has ended. What runs is written down, so that another process can end it.
import { spawn } from 'node:child_process'
import { openSync, readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from './ports.ts'

/** Writes logs to `logs/NAME.log` and a note of each running program to `pids/NAME`. */
export class Daemons {
  readonly #pids: string
  readonly #logs: string
  constructor({ pids, logs }: { pids: string; logs: string }) {
    this.#pids = pids
    this.#logs = logs
  }

  /** Starts a program unless the one of that name runs already. */
  async start(name: string, file: string, args: readonly string[]): Promise<void> {
    if (this.isRunning(name)) return
    await mkdir(this.#pids, { recursive: true })
    await mkdir(this.#logs, { recursive: true })
    const log = openSync(this.logFile(name), 'w')
    const child = spawn(file, args, { detached: true, stdio: ['ignore', log, log], cwd: '/' })
    if (child.pid === undefined) throw new Error(`cannot start ${name} (${file})`)
    child.unref()
    await writeFile(join(this.#pids, name), `${child.pid} ${startTime(child.pid) ?? ''}\n`)
  }

  logFile(name: string): string {
    return join(this.#logs, `${name}.log`)
  }

  /** The last lines that a program wrote. */
  async logTail(name: string, lines = 15): Promise<string> {
    const text = await readFile(this.logFile(name), 'utf8').catch(() => '')
    return text.trimEnd().split('\n').slice(-lines).join('\n')
  }

  isRunning(name: string): boolean {
    return this.#pidOf(name) !== undefined
  }

  /** The names of the programs that were started and run. */
  async running(): Promise<string[]> {
    const names = await readdir(this.#pids).catch(() => [])
    return names.filter((name) => this.isRunning(name))
  }

  /** SIGTERM, and SIGKILL where that takes longer than `withinMs`. Resolves when the program is gone. */
  async stop(name: string, withinMs = 15_000): Promise<void> {
    const pid = this.#pidOf(name)
    if (pid !== undefined) {
      const gone = async () => !this.isRunning(name)
      process.kill(pid, 'SIGTERM')
      await until(`${name} to end`, gone, { withinMs }).catch(async () => {
        process.kill(pid, 'SIGKILL')
        await until(`${name} to end`, gone)
      })
    }
    await rm(join(this.#pids, name), { force: true })
  }

  /** The start time guards against ending a stranger that got the same process id later. */
  #pidOf(name: string): number | undefined {
    try {
      const [pid, started] = readFileSync(join(this.#pids, name), 'utf8').trim().split(' ')
      return started !== undefined && startTime(Number(pid)) === started ? Number(pid) : undefined
    } catch {
      return undefined
    }
  }
}

/** When a process started, in clock ticks since boot; undefined when there is none, or only its remains. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
  } catch {
    return undefined
  }
}
