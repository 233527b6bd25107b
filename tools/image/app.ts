// The application part of an image: compiled JavaScript, its data files and the packages it needs. The same for
// build.ts, which needs no Docker, and for the Dockerfile:
//   node tools/image/app.ts server DIRECTORY       writes it into a directory
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { glob, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { contentKey } from '../system/cache.ts'
import { run } from '../system/command.ts'
import { type Lock, packageClosure } from './closure.ts'
import type { Layer } from './oci.ts'
import type { Entry } from './tar.ts'

export type ImageName = 'server' | 'operator'

/** From images.json: which folders and root packages an image consists of, and what it runs. */
export type AppImage = {
  readonly folders: readonly string[]
  readonly main: string
  readonly packages: readonly string[]
}

export const project = resolve(import.meta.dirname, '../..')
export const imageNames: readonly ImageName[] = ['server', 'operator']
export const appImages = readJson<Record<ImageName, AppImage>>('tools/image/images.json')
export const projectVersion = readJson<{ version: string }>('package.json').version
const lock = readJson<Lock>('package-lock.json')

const compiled = join(project, 'build/dist')
/** Declarations, maps and documents are no use at run time; licences stay. */
const needless = /\.(d\.[cm]?ts|ts|map|md|markdown|flow)$/
const notData = /(\.ts|\.md|\.test\.\w+|\.golden\.json|Dockerfile)$|(^|\/)(contract|testing|test)\//

/** Compiles the project's TypeScript into build/dist. Throws CommandFault with the compiler's messages. */
export async function compile(): Promise<void> {
  await rm(compiled, { recursive: true, force: true })
  const tsc = join(project, 'node_modules/.bin/tsc')
  await run(tsc, ['-p', 'tsconfig.build.json', '--outDir', compiled, '--sourceMap', 'false'], {
    cwd: project,
  })
}

/** The packages of an image under `app/node_modules`; changes only with the lock file. */
export function packagesLayer(name: ImageName): Layer {
  const places = packageClosure(lock, appImages[name].packages)
  const versions = places.map(
    (place) => `${place} ${lock.packages[place]?.version} ${lock.packages[place]?.integrity}`,
  )
  return { key: contentKey(['packages 1', ...versions]), entries: () => packageEntries(places) }
}

/** The project's own code under `app/`. Call compile() before. */
export async function codeLayer(name: ImageName): Promise<Layer> {
  const entries = await codeEntries(appImages[name])
  const contents = entries.map((entry) =>
    entry.kind === 'file' ? readFileSync(entry.source) : JSON.stringify(entry),
  )
  return {
    key: contentKey(['code 1', ...entries.map(({ path }) => path), ...contents]),
    entries: () => entries,
  }
}

async function packageEntries(places: readonly string[]): Promise<Entry[]> {
  const perPackage = places.map(async (place) => {
    const files = await filesBelow(
      join(project, place),
      (path) => path.startsWith('node_modules/') || needless.test(path),
    )
    return files.map((file) => fileEntry(`app/${place}/${file}`, join(project, place, file)))
  })
  return (await Promise.all(perPackage)).flat()
}

async function codeEntries({ folders }: AppImage): Promise<Entry[]> {
  const about = JSON.stringify({ name: 'caspool', version: projectVersion, type: 'module' })
  const entries: Entry[] = [{ kind: 'text', path: 'app/package.json', mode: 0o644, text: `${about}\n` }]
  for (const folder of folders) {
    const code = await filesBelow(join(compiled, folder), () => false)
    const data = await filesBelow(join(project, folder), (path) => notData.test(path))
    entries.push(
      ...code.map((file) => fileEntry(`app/dist/${folder}/${file}`, join(compiled, folder, file))),
      ...data.map((file) => fileEntry(`app/dist/${folder}/${file}`, join(project, folder, file))),
    )
  }
  return entries
}

const fileEntry = (path: string, source: string): Entry => ({ kind: 'file', path, mode: 0o644, source })

/** Files below a directory as sorted relative paths; none if it does not exist. */
async function filesBelow(directory: string, leaveOut: (path: string) => boolean): Promise<string[]> {
  const files: string[] = []
  for await (const found of glob('**/*', { cwd: directory, withFileTypes: true })) {
    const path = join(found.parentPath, found.name).slice(directory.length + 1)
    if (found.isFile() && !leaveOut(path)) files.push(path)
  }
  return files.sort()
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(join(project, path), 'utf8')) as T
}

async function main([name, directory]: readonly string[]): Promise<void> {
  const wanted = imageNames.find((known) => known === name)
  if (wanted === undefined || directory === undefined)
    throw new TypeError('usage: app.ts server|operator DIRECTORY')
  await compile()
  for (const layer of [packagesLayer(wanted), await codeLayer(wanted)]) {
    for (const entry of await layer.entries()) {
      const target = join(directory, entry.path)
      mkdirSync(dirname(target), { recursive: true })
      if (entry.kind === 'file') cpSync(entry.source, target)
      if (entry.kind === 'text') writeFileSync(target, entry.text)
    }
  }
}

if (import.meta.main) void main(process.argv.slice(2))
