// The same commands on a machine with Docker, where kind makes the cluster.
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { findProgram, run, tryRun } from '../system/command.ts'
import { programPath } from './build.ts'
import { paths } from './layout.ts'
import { kindProgram } from './recipe.ts'

const config = join(import.meta.dirname, '../../kind-config.yaml')
const clusterName = 'caspool'

const kind = (...args: string[]) =>
  run(findProgram('kind') ?? programPath(kindProgram.name), args, { show: args[0] !== 'get' })

async function exists(): Promise<boolean> {
  return (await kind('get', 'clusters')).split('\n').includes(clusterName)
}

/** Creates the cluster if it is not there, and writes its kubeconfig to the same place as the native cluster's. */
export async function kindUp(): Promise<void> {
  await mkdir(dirname(paths.kubeconfig), { recursive: true })
  if (await exists())
    await kind('export', 'kubeconfig', '--name', clusterName, '--kubeconfig', paths.kubeconfig)
  else
    await kind(
      'create',
      'cluster',
      '--name',
      clusterName,
      '--config',
      config,
      '--wait',
      '180s',
      '--kubeconfig',
      paths.kubeconfig,
    )
}

/** kind cannot stop a cluster and keep its state: down and clean are the same. */
export async function kindDown(): Promise<void> {
  if (await exists()) await kind('delete', 'cluster', '--name', clusterName, '--kubeconfig', paths.kubeconfig)
}

/** Brings an image archive to all nodes. */
export async function kindLoad(archive: string): Promise<void> {
  await kind('load', 'image-archive', archive, '--name', clusterName)
}

/** Whether the cluster is there. */
export async function kindRuns(): Promise<boolean> {
  return (await tryRun('docker', ['info'])) !== undefined && exists()
}
