// The command `cluster`: see README.md beside this file.
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { findProgram, run } from '../system/command.ts'
import { withLock } from '../system/lock.ts'
import { startLoneApiServer } from './api-server.ts'
import { buildPrograms, programPath } from './build.ts'
import { chooseFlavour, installSystemPackages, obstacles, type Target, wantedPrograms } from './doctor.ts'
import { buildMongoImage, importImage, projectArchives } from './images.ts'
import { kindDown, kindLoad, kindRuns, kindUp } from './kind.ts'
import { paths } from './layout.ts'
import { nativeStatus, nativeUp } from './native.ts'
import { binDirectory } from './recipe.ts'
import { cleanCluster, stopCluster } from './teardown.ts'

const help = `A real Kubernetes for tests: by kind where Docker runs, else as processes of this machine.

  cluster up                 build what is missing, start it, load the images of build/*.oci.tar; done when pods can run
  cluster down               end it; the native one keeps its objects and images for the next \`up\`
  cluster clean              end it and remove everything but the built programs
  cluster status             what runs; exit code 0 when it is up
  cluster load IMAGE.tar…    bring image archives into it
  cluster env                shell lines that set KUBECONFIG and PATH:  eval "$(tools/cluster/cluster env)"
  cluster build [apiserver]  only build, everything or what an API server alone needs
  cluster doctor [apiserver] whether this machine can run it: exit code 0, or 1 and a sentence per obstacle
  cluster apiserver          an API server alone (no root, no pods) in the foreground; prints its kubeconfig

  CASPOOL_CLUSTER=native|kind   choose, instead of asking Docker
`

type Command = (args: readonly string[]) => Promise<void>

const commands: Readonly<Record<string, Command>> = {
  up,
  down,
  clean,
  status,
  load,
  env,
  build,
  doctor,
  apiserver,
}

async function up(): Promise<void> {
  await refuseObstacles('cluster')
  const startedAt = performance.now()
  const archives = await projectArchives()
  if ((await chooseFlavour()) === 'kind') {
    await buildPrograms(wantedPrograms('cluster', 'kind'))
    await kindUp()
    // Made of this machine's mongod, so only Linux can; elsewhere kind's nodes pull an official image.
    const mongo = process.platform === 'linux' ? [(await buildMongoImage()).archive] : []
    for (const archive of [...mongo, ...archives]) await kindLoad(archive)
  } else {
    await exclusively(async () => {
      await nativeUp()
      for (const archive of archives) await importImage(archive)
    })
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  process.stdout.write(`up after ${seconds} s\nexport KUBECONFIG=${paths.kubeconfig}\n`)
}

async function down(): Promise<void> {
  if ((await chooseFlavour()) === 'kind') await kindDown()
  else await exclusively(stopCluster)
}

async function clean(): Promise<void> {
  if ((await chooseFlavour()) === 'kind') await kindDown()
  else await exclusively(cleanCluster)
}

async function status(): Promise<void> {
  const kind = (await chooseFlavour()) === 'kind'
  const running = kind ? ((await kindRuns()) ? ['kind'] : []) : await nativeStatus()
  process.stdout.write(running.length === 0 ? 'down\n' : `running: ${running.toSorted().join(' ')}\n`)
  if (running.length === 0) process.exitCode = 3
  else
    await run(kubectl(), [`--kubeconfig=${paths.kubeconfig}`, 'get', 'nodes,pods', '-A', '-o', 'wide'], {
      show: true,
    })
}

async function load(archives: readonly string[]): Promise<void> {
  if (archives.length === 0) throw new UsageFault('load needs the path of an image archive')
  const bring = (await chooseFlavour()) === 'kind' ? kindLoad : importImage
  for (const archive of archives) await bring(resolve(archive))
}

async function env(): Promise<void> {
  process.stdout.write(`export KUBECONFIG='${paths.kubeconfig}'\nexport PATH='${binDirectory}':"$PATH"\n`)
}

async function build(args: readonly string[]): Promise<void> {
  const target = parseTarget(args)
  const native = target === 'apiserver' || (await chooseFlavour()) === 'native'
  if (target === 'cluster' && native && process.getuid?.() === 0) await installSystemPackages()
  await buildPrograms(wantedPrograms(target, native ? 'native' : 'kind'))
  process.stdout.write(`${binDirectory}\n`)
}

async function doctor(args: readonly string[]): Promise<void> {
  const target = parseTarget(args)
  const found = await obstacles(target)
  process.stdout.write(found.length === 0 ? `ok: ${await summary(target)}\n` : `${found.join('\n')}\n`)
  if (found.length > 0) process.exitCode = 1
}

async function summary(target: Target): Promise<string> {
  const flavour = target === 'apiserver' ? 'native' : await chooseFlavour()
  const missing = wantedPrograms(target, flavour).filter(({ name }) => !existsSync(programPath(name)))
  return `${target} (${flavour}), ${missing.length === 0 ? 'built' : `${missing.length} programs to build`}`
}

async function apiserver(): Promise<void> {
  await refuseObstacles('apiserver')
  await buildPrograms(wantedPrograms('apiserver', 'native'))
  const directory = await mkdtemp(join(tmpdir(), 'caspool-api-'))
  const server = await startLoneApiServer(directory)
  process.stdout.write(`${server.kubeconfig}\n`)
  const interrupted = Promise.withResolvers<void>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.resolve())
  await Promise.race([interrupted.promise, server.ended])
  await server.stop()
  await rm(directory, { recursive: true, force: true })
}

/** Two commands that change the one cluster of this machine never run at the same time. */
async function exclusively(work: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('the native cluster needs root')
  await withLock(paths.lock, work)
}

async function refuseObstacles(target: Target): Promise<void> {
  const found = await obstacles(target)
  if (found.length > 0) throw new Error(`this machine cannot run it:\n${found.join('\n')}`)
}

function parseTarget([target = 'cluster']: readonly string[]): Target {
  if (target === 'cluster' || target === 'apiserver') return target
  throw new UsageFault(`unknown target ${target}`)
}

const kubectl = (): string =>
  existsSync(programPath('kubectl')) ? programPath('kubectl') : (findProgram('kubectl') ?? 'kubectl')

class UsageFault extends Error {}

async function main([name = '--help', ...args]: readonly string[]): Promise<void> {
  if (['--help', '-h', 'help'].includes(name) || args.includes('--help')) {
    process.stdout.write(help)
    return
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) throw new UsageFault(`unknown command ${name}`)
  await command(args)
}

main(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`cluster: ${error.message}\n${error instanceof UsageFault ? `\n${help}` : ''}`)
  process.exitCode = error instanceof UsageFault ? 2 : 1
})
