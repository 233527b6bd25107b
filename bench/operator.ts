/** Memory of the operator: its own process, on a real API server that holds the samples. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { loadAll } from 'js-yaml'
import type { KubeObject } from '../operator/api/meta.ts'
import { startTestCluster, type TestCluster } from '../operator/test/test-cluster.ts'
import { freePorts, until } from '../tools/system/ports.ts'
import { apiServerAvailable } from '../tools/testing/api-server.ts'
import { type Figure, megabytes } from './figure.ts'

const root = resolve(import.meta.dirname, '..')
const namespace = 'default'
const samples = ['users.yaml', 'cascluster.yaml', 'services/local-apps.yaml', 'services/intranet.yaml']
/** Lists, watches and the first passes are over by then; nothing tells that more exactly. */
const settleMs = 5_000

export async function operatorFigures(): Promise<Figure[]> {
  const what = 'resident memory of the operator, with the samples applied'
  const reason = apiServerAvailable()
  if (reason !== undefined) return [{ what, value: `skipped: ${reason}` }]
  const cluster = await startTestCluster()
  try {
    await cluster.installKinds()
    for (const file of samples) await applySample(cluster, file)
    return [{ what, value: megabytes(await memoryOfOperator(cluster)) }]
  } finally {
    await cluster.stop()
  }
}

async function applySample({ client }: TestCluster, file: string): Promise<void> {
  const text = await readFile(join(root, 'crds/samples', file), 'utf8')
  for (const object of loadAll(text) as KubeObject[]) {
    await client.apply({ ...object, metadata: { ...object.metadata, namespace } })
  }
}

async function memoryOfOperator({ client, kubeconfig }: TestCluster): Promise<number> {
  const [port = 0] = await freePorts(1)
  const operator = spawn(process.execPath, ['operator/main.ts'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      KUBECONFIG: kubeconfig,
      CASPOOL_POD_NAMESPACE: namespace,
      CASPOOL_POD_NAME: 'bench',
      CASPOOL_DEFAULT_SERVER_IMAGE: 'caspool/server:bench',
      CASPOOL_DEFAULT_MONGODB_IMAGE: 'mongo:bench',
      CASPOOL_MANAGEMENT_PORT: String(port),
      CASPOOL_LOG_LEVEL: 'error',
    },
  })
  try {
    await until('the operator makes the StatefulSets', async () => {
      if (operator.exitCode !== null) throw new Error(`the operator ended with status ${operator.exitCode}`)
      return (await client.list('StatefulSet')).items.length === 2
    })
    await new Promise((done) => setTimeout(done, settleMs))
    return await residentBytes(operator)
  } finally {
    await end(operator)
  }
}

/** Linux only, as the API server is. */
async function residentBytes({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}
