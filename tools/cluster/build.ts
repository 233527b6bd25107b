// Builds the programs of the recipe into the cache, one after the other, and says how far it is.
import { existsSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { run } from '../system/command.ts'
import { withLock } from '../system/lock.ts'
import { binDirectory, kubernetesVersion, type Program } from './recipe.ts'

/** The path of a built program. */
export const programPath = (name: string): string => join(binDirectory, name)

/** Those of the given programs that are not built yet. */
export const missingPrograms = (wanted: readonly Program[]): Program[] =>
  wanted.filter(({ name }) => !existsSync(programPath(name)))

/** Builds what is missing. Needs Go; progress goes to standard error. Safe to be called by several processes. */
export async function buildPrograms(wanted: readonly Program[]): Promise<void> {
  if (missingPrograms(wanted).length === 0) return
  await withLock(join(dirname(binDirectory), 'build.lock'), async () => {
    const missing = missingPrograms(wanted)
    if (missing.length > 0) progress(`building ${missing.length} programs into ${binDirectory}\n`)
    for (const [index, program] of missing.entries())
      await buildOne(program, `[${index + 1}/${missing.length}]`)
  })
}

async function buildOne(program: Program, position: string): Promise<void> {
  const target = programPath(program.name)
  const temporary = `${target}.tmp`
  const startedAt = performance.now()
  const seconds = () => Math.round((performance.now() - startedAt) / 1000)
  const label = `${position} ${program.name}${program.version === undefined ? '' : ` ${program.version}`}`
  progress(`${label} ...`)
  const ticker = process.stderr.isTTY
    ? setInterval(() => progress(`\r${label} ... ${seconds()} s`), 1000)
    : undefined
  try {
    await mkdir(dirname(target), { recursive: true })
    await (program.version === undefined
      ? buildFromModule(program, temporary)
      : installVersion(program, temporary))
    await rename(temporary, target)
  } finally {
    clearInterval(ticker)
  }
  progress(`${process.stderr.isTTY ? `\r${label} ...` : ''} ${seconds()} s\n`)
}

async function buildFromModule(program: Program, target: string): Promise<void> {
  await run('go', ['build', ...flags(program), '-o', target, program.package], {
    cwd: import.meta.dirname,
    env: environment(program),
  })
}

/** `go install` of a version keeps each program's own dependency versions, but has no say about the file's name. */
async function installVersion(program: Program, target: string): Promise<void> {
  const bin = `${target}.d`
  await run('go', ['install', ...flags(program), `${program.package}@${program.version}`], {
    cwd: binDirectory,
    env: { ...environment(program), GOBIN: bin },
  })
  await rename(join(bin, program.package.split('/').at(-1) ?? program.name), target)
}

function flags(program: Program): string[] {
  const [major, minor] = kubernetesVersion.slice(1).split('.')
  const stamp = [
    `-X k8s.io/component-base/version.gitVersion=${kubernetesVersion}`,
    `-X k8s.io/component-base/version.gitMajor=${major}`,
    `-X k8s.io/component-base/version.gitMinor=${minor}`,
    `-X k8s.io/client-go/pkg/version.gitVersion=${kubernetesVersion}`,
  ]
  const ldflags = ['-s', '-w', ...(program.package.startsWith('k8s.io/') ? stamp : [])].join(' ')
  return [
    '-trimpath',
    '-buildvcs=false',
    `-ldflags=${ldflags}`,
    ...(program.tags ? [`-tags=${program.tags}`] : []),
  ]
}

const environment = (program: Program) => ({
  CGO_ENABLED: program.cgo ? '1' : '0',
  GOFLAGS: '',
  GOWORK: 'off',
})

function progress(text: string): void {
  process.stderr.write(text)
}
