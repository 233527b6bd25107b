// rsync and sshd for tests: named by a variable, on PATH, else out of Debian's packages, unpacked into the cache.
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheDirectory, fillOnce } from '../system/cache.ts'
import { findProgram, run, tryRun } from '../system/command.ts'
import { findWanted } from '../system/distribution.ts'

const rsync = { what: 'rsync', variable: 'RSYNC', names: ['rsync'], packages: ['rsync'] }
const sshd = {
  what: 'ssh server',
  variable: 'SSHD',
  // It is not on everybody's PATH.
  names: ['sshd', '/usr/sbin/sshd'],
  packages: ['openssh-server'],
}

/** Unpacked, nothing of the machine changes: no service, no user. */
const unpacked = cacheDirectory('rsync', 'debian')

/** The path of rsync, or undefined. Installs nothing. */
export const findRsync = (): string | undefined => findWanted(rsync) ?? inCache('rsync')

/** The path of sshd, absolute as it wants to be called, or undefined. Installs nothing. */
export const findSshd = (): string | undefined => findWanted(sshd) ?? inCache('sshd')

/** Why tests cannot run rsync over ssh, after trying to get what is missing; undefined when they can. */
export async function rsyncUnavailable(): Promise<string | undefined> {
  for (const program of ['ssh', 'ssh-keygen', 'flock']) {
    if (findProgram(program) === undefined) return `${program} is not installed`
  }
  if (findRsync() === undefined || findSshd() === undefined) await unpackPackages()
  if (findRsync() === undefined) return 'no rsync found: install one or set RSYNC to its path'
  if (findSshd() === undefined) return 'no sshd found: install one or set SSHD to its path'
  return undefined
}

function inCache(name: string): string | undefined {
  const path = join(unpacked, 'bin', name)
  return existsSync(path) ? path : undefined
}

async function unpackPackages(): Promise<void> {
  const isPossible = process.getuid?.() === 0 && ['apt-get', 'dpkg'].every((name) => findProgram(name))
  if (!isPossible) return
  process.stderr.write('getting rsync and openssh-server from the distribution (apt-get download)\n')
  await tryRun('apt-get', ['update', '-qq'])
  await fillOnce(unpacked, fill)
}

async function fill(directory: string): Promise<void> {
  const wanted = [...rsync.packages, ...sshd.packages]
  const plan = await run('apt-get', ['install', '-s', '-qq', '--no-install-recommends', ...wanted])
  const packages = [...plan.matchAll(/^Inst (\S+)/gm)].flatMap(([, name]) => name ?? [])
  const downloads = await mkdtemp(join(tmpdir(), 'caspool-packages-'))
  try {
    await run('apt-get', ['download', '-qq', ...packages], { cwd: downloads })
    for (const file of await readdir(downloads)) await run('dpkg', ['-x', join(downloads, file), directory])
  } finally {
    await rm(downloads, { recursive: true, force: true })
  }
  await mkdir(join(directory, 'bin'))
  await writeStarter(directory, 'rsync', 'usr/bin/rsync')
  await writeStarter(directory, 'sshd', 'usr/sbin/sshd')
}

/** A script beside the unpacked files that starts one of them with its libraries. */
async function writeStarter(directory: string, name: string, program: string): Promise<void> {
  const text = `#!/bin/sh
root=${unpacked}
for directory in "$root"/usr/lib/*-linux-gnu* "$root"/lib/*-linux-gnu*; do libraries=$libraries:$directory; done
LD_LIBRARY_PATH=\${libraries#:} exec "$root/${program}" "$@"
`
  const file = join(directory, 'bin', name)
  await writeFile(file, text)
  await chmod(file, 0o755)
}
