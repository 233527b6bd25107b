// Ends the native cluster so that nothing of it is left: processes, mounts, network, control groups.
import { existsSync } from 'node:fs'
import { glob, lstat, readdir, readFile, readlink, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { run, tryRun } from '../system/command.ts'
import { until } from '../system/ports.ts'
import { programPath } from './build.ts'
import { closeHostNetwork } from './host-network.ts'
import { daemons, paths } from './layout.ts'

const containerLogs = '/var/log/containers'
const cniResults = '/var/lib/cni/results'

/** Directories that Kubernetes and containerd make whatever they are told; removed where they are empty. */
const fixedDirectories = [
  containerLogs,
  cniResults,
  '/var/lib/cni',
  '/run/containerd/s',
  '/run/containerd',
  '/var/lib/kubelet/pki',
  '/var/lib/kubelet/device-plugins',
  '/var/lib/kubelet',
  '/usr/libexec/kubernetes/kubelet-plugins/volume/exec',
  '/usr/libexec/kubernetes/kubelet-plugins/volume',
  '/usr/libexec/kubernetes/kubelet-plugins',
  '/usr/libexec/kubernetes',
]

/**
 * Ends everything that runs. The state stays: the next `up` finds the same objects and images.
 * Does nothing where no cluster of ours was started since the machine was: what is there belongs to others.
 */
export async function stopCluster(): Promise<void> {
  const owner = await readFile(paths.owner, 'utf8').catch(() => undefined)
  if (owner === undefined) return
  if (owner !== paths.state)
    throw new Error(`the cluster that runs here is another user's: its state is in ${owner}`)
  // Whoever would start containers again goes first.
  for (const name of ['volume-modes', 'kube-controller-manager', 'kube-scheduler', 'kubelet'])
    await daemons.stop(name)
  if (daemons.isRunning('containerd')) await removeContainers()
  for (const name of ['containerd', 'kube-proxy', 'coredns', 'kube-apiserver', 'etcd'])
    await daemons.stop(name)
  await endLeftShims()
  await unmountAll()
  await closeHostNetwork()
  await removeControlGroups()
  await rm(paths.runtime, { recursive: true, force: true })
}

/** Ends everything and removes the state, the volumes and what Kubernetes left in system directories. */
export async function cleanCluster(): Promise<void> {
  await stopCluster()
  if (!existsSync(paths.state)) return
  await rm(paths.state, { recursive: true, force: true })
  await rm(paths.volumes, { recursive: true, force: true })
  await removeLeftFiles()
}

/** Containers outlive containerd, since each has a shim of its own: they are ended while containerd can still be asked. */
async function removeContainers(): Promise<void> {
  const ctr = (...args: string[]) =>
    tryRun(programPath('ctr'), [`--address=${paths.containerdSocket}`, '--namespace=k8s.io', ...args])
  const list = async (what: 'tasks' | 'containers') =>
    ((await ctr(what, 'list', '--quiet')) ?? '').split(/\s+/).filter(Boolean)
  const tasks = await list('tasks')
  await Promise.all(tasks.map((task) => ctr('tasks', 'kill', '--all', '--signal', 'SIGKILL', task)))
  await Promise.all(tasks.map((task) => ctr('tasks', 'delete', '--force', task)))
  await until('containers to end', async () => (await list('tasks')).length === 0, {
    withinMs: 20_000,
  }).catch(() => false)
  const containers = await list('containers')
  if (containers.length > 0) await ctr('containers', 'delete', ...containers)
}

/** Shims that containerd could not be asked about, for instance because it was killed. */
async function endLeftShims(): Promise<void> {
  for (const pid of await processesRunning(programPath('containerd-shim-runc-v2'))) {
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
    for (const one of [...children.trim().split(' '), pid].filter(Boolean)) {
      if (existsSync(`/proc/${one}`)) process.kill(Number(one), 'SIGKILL')
    }
  }
}

async function processesRunning(program: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const checked = await Promise.all(
    pids.map(async (pid) => ((await readlink(`/proc/${pid}/exe`).catch(() => '')) === program ? [pid] : [])),
  )
  return checked.flat()
}

async function unmountAll(): Promise<void> {
  const mounts = (await readFile('/proc/mounts', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((mount) => [paths.state, paths.runtime].some((ours) => mount.startsWith(`${ours}/`)))
  for (const mount of mounts.reverse()) await run('umount', ['--lazy', mount])
}

/** With cgroup v1 there is one hierarchy per controller, with v2 a single one; either way kubelet and runc name the groups. */
async function removeControlGroups(): Promise<void> {
  const groups: string[] = []
  for await (const group of glob('{,*/}{kubepods,k8s.io}{,/**}', {
    cwd: '/sys/fs/cgroup',
    withFileTypes: true,
  })) {
    if (group.isDirectory()) groups.push(join(group.parentPath, group.name))
  }
  for (const group of groups.sort().reverse()) await rmdir(group).catch(() => undefined)
}

/** Some directories are fixed in kubelet and in the CNI library; only what is ours is taken out of them. */
async function removeLeftFiles(): Promise<void> {
  for (const name of await readdir(containerLogs).catch(() => [])) {
    const link = join(containerLogs, name)
    const target = (await lstat(link)).isSymbolicLink() ? await readlink(link) : ''
    if (target.startsWith(`${paths.state}/`)) await rm(link)
  }
  for (const name of await readdir(cniResults).catch(() => [])) {
    const result = join(cniResults, name)
    if ((await readFile(result, 'utf8')).includes(`${paths.runtime}/`)) await rm(result)
  }
  for (const directory of ['/run/containerd/s', '/var/lib/kubelet/device-plugins']) {
    await removeDeadSockets(directory)
  }
  for (const directory of fixedDirectories) await rmdir(directory).catch(() => undefined)
}

/** Sockets whose process is gone; /proc/net/unix lists the others. */
async function removeDeadSockets(directory: string): Promise<void> {
  const alive = new Set((await readFile('/proc/net/unix', 'utf8')).split(/\s+/))
  for (const entry of await readdir(directory, { withFileTypes: true }).catch(() => [])) {
    const path = join(directory, entry.name)
    if (entry.isSocket() && !alive.has(path)) await rm(path)
  }
}
