// The cluster that scenarios and measurements run on. One that was up before is used and left up.
import { resolve } from 'node:path'
import { CommandFault, run } from '../system/command.ts'

const root = resolve(import.meta.dirname, '../..')
const cluster = resolve(root, 'tools/cluster/cluster')

/** Why this machine cannot run a cluster, or undefined. */
export async function clusterUnavailable(): Promise<string | undefined> {
  try {
    await run(cluster, ['doctor'])
    return undefined
  } catch (error) {
    if (error instanceof CommandFault) return error.message.split('\n').slice(1).join(' ').trim()
    throw error
  }
}

/**
 * Builds the images, brings the cluster up, hands over the variables by which kubectl and helm find it, and cleans up
 * afterwards what was not there before. One that is not up begins with nothing: `down` keeps the objects of whoever used
 * it last.
 */
export async function withCluster<T>(
  work: (environment: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const wasUp = await isUp()
  try {
    await run(process.execPath, ['tools/image/build.ts'], { cwd: root, show: true })
    if (!wasUp) await run(cluster, ['clean'], { show: true })
    await run(cluster, ['up'], { show: true })
    return await work(await environmentOf())
  } finally {
    if (!wasUp) await run(cluster, ['clean'], { show: true })
  }
}

async function isUp(): Promise<boolean> {
  try {
    await run(cluster, ['status'])
    return true
  } catch (error) {
    if (error instanceof CommandFault) return false
    throw error
  }
}

/** What `cluster env` sets: which cluster is meant, and where kubectl and helm are. */
async function environmentOf(): Promise<Record<string, string>> {
  const script = 'eval "$("$1" env)"; printf "%s\\n%s" "$KUBECONFIG" "$PATH"'
  const [KUBECONFIG = '', PATH = ''] = (await run('bash', ['-c', script, 'bash', cluster])).split('\n')
  return { KUBECONFIG, PATH }
}
