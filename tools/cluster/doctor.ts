// Whether this machine can run what is asked, and what it lacks. Installs Debian packages where it may.
import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { findProgram, run, tryRun } from '../system/command.ts'
import { missingPrograms } from './build.ts'
import { network, paths } from './layout.ts'
import {
  apiServerPrograms,
  clientPrograms,
  kindProgram,
  type Program,
  programs,
  systemPackages,
} from './recipe.ts'

/** How a cluster is made here: by kind in Docker, or by processes of this machine. */
export type Flavour = 'kind' | 'native'

/** What somebody wants to run. */
export type Target = 'cluster' | 'apiserver'

/** $CASPOOL_CLUSTER decides if set to `kind` or `native`; else kind where Docker answers. The one place for this choice. */
export async function chooseFlavour(): Promise<Flavour> {
  const asked = process.env['CASPOOL_CLUSTER']
  if (asked === 'kind' || asked === 'native') return asked
  return (await tryRun('docker', ['info'])) === undefined ? 'native' : 'kind'
}

/** What to build for a target. kind brings its own Kubernetes and is itself taken from PATH if it is there. */
export function wantedPrograms(target: Target, flavour: Flavour): readonly Program[] {
  if (target === 'apiserver') return apiServerPrograms
  if (flavour === 'native') return programs
  return [...clientPrograms, kindProgram].filter(({ name }) => findProgram(name) === undefined)
}

/** The reasons, as sentences, why this machine cannot run the target even after building and installing; none if it can. */
export async function obstacles(target: Target): Promise<string[]> {
  const flavour = target === 'apiserver' ? 'native' : await chooseFlavour()
  const found = missingPrograms(wantedPrograms(target, flavour)).length > 0 ? await buildObstacles() : []
  if (flavour === 'kind') return found
  if (process.platform !== 'linux') return ['It is not Linux, and Docker does not answer.']
  if (target === 'apiserver') return [...found, ...lacking(['openssl'])]
  if (process.getuid?.() !== 0) {
    return [...found, 'It needs root: containers, mounts and firewall rules are made directly.']
  }
  return [...found, ...nodeObstacles(), ...(await foreignCluster())]
}

async function buildObstacles(): Promise<string[]> {
  const text = await tryRun('go', ['version'])
  const [, major, minor] = text?.match(/go(\d+)\.(\d+)/) ?? []
  if (major === undefined) return ['Go is not installed; it builds Kubernetes (1.26 or newer, see go.mod).']
  const downloads = (await tryRun('go', ['env', 'GOTOOLCHAIN']))?.trim() !== 'local'
  const enough = Number(minor) >= 26 || (downloads && Number(minor) >= 21)
  return enough ? [] : [`Go ${major}.${minor} is too old; Kubernetes needs 1.26 or newer.`]
}

function nodeObstacles(): string[] {
  const found: string[] = []
  if (findProgram('apt-get') === undefined) found.push(...lacking(missingCommands()))
  if (!existsSync('/sys/fs/cgroup')) found.push('There is no /sys/fs/cgroup.')
  const overlay = readFileSync('/proc/filesystems', 'utf8').includes('overlay')
  if (!overlay && findProgram('modprobe') === undefined) found.push('The kernel has no overlay file system.')
  return found
}

/** Another Kubernetes on this machine would share ports, firewall chains and cgroups with ours. */
async function foreignCluster(): Promise<string[]> {
  const owner = await readFile(paths.owner, 'utf8').catch(() => '')
  if (owner !== '' && owner !== paths.state)
    return [`A cluster of another user runs here, with its state in ${owner}.`]
  if (owner === '' && (await tryRun('pidof', ['kubelet'])) !== undefined) {
    return ['This machine is a node of another Kubernetes already (a kubelet runs).']
  }
  const route = (await tryRun('ip', ['route', 'get', network.nodeAddress])) ?? ''
  if (owner === '' && route.startsWith('local'))
    return [`The address ${network.nodeAddress} is in use on this machine.`]
  return []
}

const commandsOf = { ...systemPackages.run, ...systemPackages.build }

const missingCommands = (): string[] =>
  Object.keys(commandsOf).filter((name) => findProgram(name) === undefined)

const lacking = (names: readonly string[]): string[] =>
  names.filter((name) => findProgram(name) === undefined).map((name) => `${name} is not installed.`)

/** Installs Debian packages that are not there. Only called for the native cluster, as root. */
export async function installSystemPackages(): Promise<void> {
  const byCommand = missingCommands().map((name) => commandsOf[name as keyof typeof commandsOf])
  const libraries = (await hasBuildLibraries()) ? [] : systemPackages.buildLibraries
  const wanted = [...new Set([...byCommand, ...libraries])]
  if (wanted.length === 0) return
  if (findProgram('apt-get') === undefined) throw new Error(`please install: ${wanted.join(', ')}`)
  process.stderr.write(`installing ${wanted.join(' ')} ...\n`)
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...wanted]
  if ((await tryRun('apt-get', install, { env })) !== undefined) return
  await run('apt-get', ['update', '-qq'], { env })
  await run('apt-get', install, { env })
}

/** The static C library and seccomp's headers: only needed while runc or the pause program are not built. */
async function hasBuildLibraries(): Promise<boolean> {
  const built = missingPrograms(programs.filter(({ cgo }) => cgo === true)).length === 0
  if (built && existsSync(`${paths.images}/pause`)) return true
  return (await tryRun('pkg-config', ['--exists', 'libseccomp'])) !== undefined
}
