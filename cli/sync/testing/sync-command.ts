/** `caspool sync` as people start it, and directories of definitions for it to work on. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { findRsync } from '../../../tools/rsync/programs.ts'

const command = resolve(import.meta.dirname, '../../main.ts')

/** A place for one test. */
export class Workplace {
  readonly root: string
  readonly #running = new Set<SyncCommand>()
  constructor(root: string) {
    this.root = root
  }

  static async make(): Promise<Workplace> {
    return new Workplace(await mkdtemp(join(tmpdir(), 'caspool-sync-test-')))
  }

  path(...names: string[]): string {
    return join(this.root, ...names)
  }

  /** Starts `caspool sync` with a state directory of its own. */
  start(...args: string[]): SyncCommand {
    const started = new SyncCommand([
      '--rsync',
      findRsync() ?? 'rsync',
      '--state',
      this.path('state'),
      ...args,
    ])
    this.#running.add(started)
    return started
  }

  sync(...args: string[]): Promise<SyncEnd> {
    return this.start(...args).end
  }

  /** Writes files below a directory, making the directories on the way. */
  async write(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      const file = this.path(directory, name)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, text)
    }
  }

  /** A program that runs before rsync does: `script` sees its arguments and may end the process with exec. */
  async wrapper(name: string, script: string): Promise<string> {
    const file = this.path(name)
    await writeFile(file, `#!/bin/sh\n${script}\nexec ${findRsync()} "$@"\n`)
    await chmod(file, 0o755)
    return file
  }

  async remove(): Promise<void> {
    for (const started of this.#running) await started.kill()
    await rm(this.root, { recursive: true, force: true })
  }
}

export interface SyncEnd {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export class SyncCommand {
  readonly end: Promise<SyncEnd>
  stdout = ''
  stderr = ''
  readonly #child: ChildProcess

  constructor(args: readonly string[]) {
    this.#child = spawn(process.execPath, [command, 'sync', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
    })
    this.end = once(this.#child, 'close').then(([status]) => {
      return { status, stdout: this.stdout, stderr: this.stderr }
    })
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  /** Whether a program of that name runs, started by this command. */
  has(name: string): boolean {
    return descendants(this.#child.pid ?? 0).some((pid) => nameOf(pid) === name)
  }

  /** Kills the programs of a name that this command has started; answers how many there were. */
  killPrograms(name: string): number {
    const found = descendants(this.#child.pid ?? 0).filter((pid) => nameOf(pid) === name)
    for (const pid of found) process.kill(pid, 'SIGKILL')
    return found.length
  }

  /** Kills the command and all that it has started. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const all = descendants(this.#child.pid ?? 0)
    this.#child.kill('SIGKILL')
    for (const pid of all) killQuietly(pid)
    await this.end
  }

  /** Kills the command alone, as the kernel does when memory is short. */
  async killAlone(): Promise<readonly number[]> {
    const all = descendants(this.#child.pid ?? 0)
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await gone
    return all
  }
}

export function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

function descendants(pid: number): number[] {
  try {
    const text = readdirSync(`/proc/${pid}/task`)
      .map((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8'))
      .join(' ')
    const children = text.split(/\s+/).filter(Boolean).map(Number)
    return children.flatMap((child) => [...descendants(child), child])
  } catch {
    return []
  }
}

function nameOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  } catch {
    return undefined
  }
}

/** A definition in Apereo's JSON; `description` may make it large. */
export function definition(id: number, description = ''): string {
  const serviceId = `^https://app${id}\\.example\\.org/.*`
  const value = { serviceId, name: `app${id}`, id, ...(description && { description }) }
  return JSON.stringify({ '@class': 'org.apereo.cas.services.CasRegisteredService', ...value })
}

/** Definitions of about 40 kB each by file name; `version` is in each of them. */
export function largeDefinitions(count: number, version: string): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => {
      // Text that does not compress, the same in each run.
      const parts = Array.from({ length: 640 }, (_, k) =>
        createHash('sha256').update(`${i} ${k} ${version}`).digest('hex'),
      )
      return [`app${i}-${i}.json`, definition(i, `${version} ${parts.join('')}`)]
    }),
  )
}

/**
 * Content of all files below a directory, by path; hidden ones too. Empty when there is no directory. A file that goes
 * between the listing and the reading, as rsync's temporary ones do, is not there.
 */
export async function contents(directory: string): Promise<Record<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const texts = await Promise.all(
    files.map(async (file) => [file.slice(directory.length + 1), await textOf(file)] as const),
  )
  return Object.fromEntries(texts.filter((found): found is [string, string] => found[1] !== undefined))
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
