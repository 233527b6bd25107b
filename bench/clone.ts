/** The very first start: a fresh clone with empty caches, as somebody has it who has just heard of the project. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { CommandFault, run } from '../tools/system/command.ts'
import { freePorts } from '../tools/system/ports.ts'
import { type Figure, seconds } from './figure.ts'

const root = resolve(import.meta.dirname, '..')
const withinMs = 300_000

/** Needs git, and a network to fetch packages and mongod from. */
export async function cloneFigures(): Promise<Figure[]> {
  const what = '`make demo` in a fresh clone, empty caches (fetches packages and mongod)'
  const directory = await mkdtemp(join(tmpdir(), 'caspool-clone-'))
  try {
    await run('git', ['clone', '--quiet', root, join(directory, 'tree')])
    return [{ what, value: await firstStart(directory), target: 'under 120 s' }]
  } catch (error) {
    if (!(error instanceof CommandFault)) throw error
    return [{ what, value: 'skipped: the tree cannot be cloned' }]
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function firstStart(directory: string): Promise<string> {
  const [port = 0] = await freePorts(1)
  const started = performance.now()
  // A group of its own, to which a SIGINT goes as from a terminal.
  const make = spawn('make', ['demo', `PORT=${port}`, `CASPOOL_HOME=${join(directory, 'home')}`], {
    cwd: join(directory, 'tree'),
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      XDG_CACHE_HOME: join(directory, 'cache'),
      npm_config_cache: join(directory, 'npm'),
    },
  })
  const ended = once(make, 'exit')
  const ready = untilPrinted(make.stdout, 'ready http')
  const timer = setTimeout(() => make.stdout.destroy(new Error('the demo did not become ready')), withinMs)
  try {
    await ready
    return seconds(performance.now() - started)
  } finally {
    clearTimeout(timer)
    if (make.pid !== undefined && make.exitCode === null) process.kill(-make.pid, 'SIGINT')
    await ended
  }
}

/** Keeps reading afterwards, so that the writer is never held up. */
function untilPrinted(stream: NodeJS.ReadableStream, text: string): Promise<void> {
  const { promise, resolve: found, reject } = Promise.withResolvers<void>()
  let printed = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    printed += chunk
    if (printed.includes(text)) found()
  })
  stream.on('error', reject)
  stream.on('end', () => reject(new Error(`the demo ended: ${printed}`)))
  return promise
}
