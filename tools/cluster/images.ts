// Images that pods of a cluster without a registry need, made of programs of this machine:
// the pause container of every pod, and MongoDB with the few commands that start scripts use.
import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nameServiceLibraries, programWithLibraries, systemFiles } from '../image/binary.ts'
import { buildImage } from '../image/oci.ts'
import { type Entry, entriesKey } from '../image/tar.ts'
import { findMongod } from '../mongod/find.ts'
import { findProgram, run } from '../system/command.ts'
import { programPath } from './build.ts'
import { paths } from './layout.ts'

export const pauseImage = 'caspool.local/pause:1'

/** Holds the namespaces of a pod and collects its orphans, until it is told to end. */
const pauseSource = `#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
static void reap(int number) { while (waitpid(-1, 0, WNOHANG) > 0) {} }
static void finish(int number) { exit(0); }
int main(void) {
  signal(SIGINT, finish);
  signal(SIGTERM, finish);
  signal(SIGCHLD, reap);
  for (;;) pause();
}
`

/** Makes the archive of the pause image, once. */
export async function buildPauseImage(): Promise<string> {
  const archive = join(paths.images, 'pause.oci.tar')
  const program = join(paths.images, 'pause')
  if (!existsSync(program)) {
    await mkdir(paths.images, { recursive: true })
    await writeFile(`${program}.c`, pauseSource)
    await run('gcc', ['-static', '-O2', '-o', program, `${program}.c`])
    await rm(`${program}.c`)
  }
  const entries: Entry[] = [{ kind: 'file', path: 'pause', mode: 0o755, source: program }]
  const layer = { key: entriesKey(entries), entries: () => entries }
  await buildImage(archive, { name: pauseImage, entrypoint: ['/pause'], user: '65535:65535' }, [layer])
  return archive
}

/** Makes the archive of `caspool.local/mongo:VERSION` out of the mongod of this machine. */
export async function buildMongoImage(): Promise<{ archive: string; reference: string }> {
  const mongod = await findMongod()
  const reference = `caspool.local/mongo:${mongod.version}`
  const archive = join(paths.images, `mongo-${mongod.version}.oci.tar`)
  const daemon = await programWithLibraries(mongod.path, 'usr/bin/mongod')
  const commands = ['cp', 'chmod', 'install', 'cat', 'mkdir', 'ls', 'rm'].map(async (name) => {
    const path = findProgram(name)
    return path === undefined ? [] : programWithLibraries(path, `usr/bin/${name}`)
  })
  const entries: Entry[] = [
    ...daemon,
    ...nameServiceLibraries(daemon),
    ...(await programWithLibraries('/bin/sh', 'bin/sh')),
    ...(await Promise.all(commands)).flat(),
    ...systemFiles({ name: 'mongodb', id: 999, home: '/data/db' }),
    { kind: 'directory', path: 'data/db', mode: 0o1777 },
  ]
  const config = { name: reference, entrypoint: ['/usr/bin/mongod'], user: '999:999' }
  await buildImage(archive, config, [{ key: entriesKey(entries), entries: () => entries }])
  return { archive, reference }
}

const ctr = (...args: string[]) => [`--address=${paths.containerdSocket}`, '--namespace=k8s.io', ...args]

/** Brings an image archive into the native cluster's containerd, unless it has just this one. */
export async function importImage(archive: string): Promise<void> {
  const index = JSON.parse(await run('tar', ['-xOf', archive, 'index.json'])) as ImageIndex
  const present = await run(programPath('ctr'), ctr('images', 'list'))
  const isPresent = index.manifests.every(({ digest, annotations }) => {
    const name = annotations?.['io.containerd.image.name']
    return (
      name !== undefined &&
      present.split('\n').some((line) => line.startsWith(`${name} `) && line.includes(digest))
    )
  })
  if (!isPresent) await run(programPath('ctr'), ctr('images', 'import', archive))
}

type ImageIndex = {
  readonly manifests: readonly {
    readonly digest: string
    readonly annotations?: Readonly<Record<string, string>>
  }[]
}

/** The archives of the project's own images, as far as they are built. */
export async function projectArchives(): Promise<string[]> {
  const build = join(import.meta.dirname, '../../build')
  const files = await readdir(build).catch(() => [])
  return files.filter((file) => file.endsWith('.oci.tar')).map((file) => join(build, file))
}
