// The tiers that run tests, each with what it needs from the machine.
import { resolve } from 'node:path'
import { rsyncUnavailable } from '../rsync/programs.ts'
import { systemdUnavailable } from '../rsync/units.ts'
import { tryRun } from '../system/command.ts'
import { apiServerAvailable } from '../testing/api-server.ts'
import { browserUnavailable } from '../testing/browser.ts'
import { hazelcastUnavailable } from '../testing/hazelcast.ts'
import { javaUnavailable } from '../testing/java.ts'
import { javaCasClientUnavailable } from '../testing/java-cas-client.ts'
import { pythonCasUnavailable } from '../testing/python-cas.ts'
import { clusterUnavailable, withCluster } from './cluster.ts'
import { needs, runJest, testFiles } from './jest.ts'
import { sum, type Tier } from './tier.ts'

const root = resolve(import.meta.dirname, '../..')
const cluster = resolve(root, 'tools/cluster/cluster')

/** Pure tests: no network, no timers. */
export const unitTier: Tier = {
  name: 'unit',
  what: 'pure tests beside the sources',
  run: () => runJest({ files: testFiles('.test.ts'), workers: 2 }),
}

/** Tests on a real mongod and a real API server. */
export const integrationTier: Tier = {
  name: 'int',
  what: 'on a real mongod and a real API server',
  run: async () => {
    const files = testFiles('.int.test.ts')
    const left = [
      ...(await leftOut(needs(files, 'api-server.ts', 'test-cluster.ts', 'chaos-pool.ts'), missingApiServer)),
      ...(await leftOut(needs(files, 'python-cas.ts'), pythonCasUnavailable)),
      ...(await leftOut(needs(files, 'java-cas-client.ts'), javaCasClientUnavailable)),
      ...(await leftOut(needs(files, 'testing/java.ts'), javaUnavailable)),
      ...(await leftOut(needs(files, 'testing/hazelcast.ts'), hazelcastUnavailable)),
      ...(await leftOut(needs(files, 'rsync/programs.ts'), rsyncUnavailable)),
      ...(await leftOut(needs(files, 'rsync/units.ts'), systemdUnavailable)),
    ]
    const names = left.map(({ file }) => file)
    const runnable = files.filter((file) => !names.includes(file))
    // What takes members of a cluster away measures patience: it has the machine to itself.
    const alone = needs(runnable, 'replica-set.ts', 'chaos-pool.ts', 'testing/hazelcast.ts')
    const beside = runnable.filter((file) => !alone.includes(file))
    const result = sum([
      await runJest({ files: beside, workers: 2 }),
      await runJest({ files: alone, workers: 1 }),
    ])
    return { ...result, skipped: left.map(({ file, reason }) => `${file}: ${reason}`) }
  },
}

/** The local pool as a user starts it, with a real browser. */
export const demoTier: Tier = {
  name: 'demo',
  what: 'the local pool, with a real browser',
  run: async () => {
    const files = testFiles('.demo.test.ts')
    const withBrowser = needs(files, 'browser.ts')
    const reason = withBrowser.length > 0 ? await browserUnavailable() : undefined
    const left = reason === undefined ? [] : withBrowser
    const result = await runJest({ files: files.filter((file) => !left.includes(file)), workers: 1 })
    return { ...result, skipped: left.map((file) => `${file}: ${reason}`) }
  },
}

/** Scenarios on a whole cluster with running pods. A cluster that was up before is used and left up. */
export const clusterTier: Tier = {
  name: 'cluster',
  what: 'scenarios on a real cluster with running pods',
  run: async () => {
    const files = testFiles('.cluster.test.ts')
    const reason = await clusterUnavailable()
    if (reason !== undefined)
      return { passed: 0, failed: 0, skipped: files.map((file) => `${file}: ${reason}`) }
    return withCluster((env) => runJest({ files, workers: 1, env }))
  },
}

/** Files that cannot run where something is missing, with the reason. Nothing is looked for when no file needs it. */
async function leftOut(files: readonly string[], missing: () => Promise<string | undefined>) {
  const reason = files.length > 0 ? await missing() : undefined
  return reason === undefined ? [] : files.map((file) => ({ file, reason }))
}

/** Builds the API server where that is possible; answers why there is none, or undefined. */
async function missingApiServer(): Promise<string | undefined> {
  if (apiServerAvailable() === undefined) return undefined
  await tryRun(cluster, ['build', 'apiserver'], { show: true })
  return apiServerAvailable()
}
