// Makes the control groups of this machine usable for kubelet and runc, with cgroup v1 and v2.
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const root = '/sys/fs/cgroup'
const controllers = ['cpuset', 'cpu', 'io', 'memory', 'hugetlb', 'pids']

/**
 * With v2, controllers must be enabled for the groups below the root. Inside a container the root is not the real one,
 * and may not hold processes then: they move into a group of their own first.
 */
export async function prepareControlGroups(): Promise<void> {
  const available = join(root, 'cgroup.controllers')
  if (!existsSync(available)) return
  const known = (await readFile(available, 'utf8')).trim().split(' ')
  const wanted = controllers.filter((name) => known.includes(name)).map((name) => `+${name}`)
  const enable = () => writeFile(join(root, 'cgroup.subtree_control'), wanted.join(' '))
  await enable().catch(async () => {
    const home = join(root, 'init')
    await mkdir(home, { recursive: true })
    const pids = (await readFile(join(root, 'cgroup.procs'), 'utf8')).trim().split('\n')
    // Kernel threads, and processes that have ended meanwhile, cannot be moved.
    for (const pid of pids) await writeFile(join(home, 'cgroup.procs'), pid).catch(() => undefined)
    await enable()
  })
}
