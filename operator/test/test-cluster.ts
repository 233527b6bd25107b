/** A real API server for a test file, with our kinds, and connections to it that the test can break. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { load } from 'js-yaml'
import { until } from '../../tools/system/ports.ts'
import { startApiServer } from '../../tools/testing/api-server.ts'
import type { KubeObject } from '../api/meta.ts'
import type { ApiClient } from '../kube/api-client.ts'
import { connectKube, type KubeConnection } from '../kube/connect.ts'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts'

/** A connection that the test can break, and the kubeconfig that leads through its proxy. */
export interface ProxiedConnection extends KubeConnection {
  readonly proxy: TcpProxy
  readonly kubeconfig: string
}

export interface TestCluster {
  readonly client: ApiClient
  readonly kubeconfig: string
  /** A connection of its own through a proxy of its own. Ends with the cluster. */
  connectThroughProxy(): Promise<ProxiedConnection>
  /** Makes our kinds known and waits until they are served. */
  installKinds(): Promise<void>
  stop(): Promise<void>
}

const crds = join(import.meta.dirname, '../../crds')

/** The CustomResourceDefinitions of this project as manifests. */
async function readCrds(): Promise<KubeObject[]> {
  const files = (await readdir(crds)).filter((file) => file.endsWith('.yaml'))
  return Promise.all(files.map(async (file) => load(await readFile(join(crds, file), 'utf8')) as KubeObject))
}

/** Starts an API server (about 5 s). */
export async function startTestCluster(): Promise<TestCluster> {
  const server = await startApiServer()
  const connection = connectKube({ kubeconfig: server.kubeconfig })
  const stops: (() => Promise<void>)[] = [() => server.stop(), () => connection.close()]
  const { client } = connection
  return {
    client,
    kubeconfig: server.kubeconfig,
    connectThroughProxy: async () => {
      const text = await readFile(server.kubeconfig, 'utf8')
      const proxy = await startTcpProxy(Number(new URL(connection.server).port))
      const kubeconfig = join(dirname(server.kubeconfig), `kubeconfig-${proxy.port}`)
      await writeFile(kubeconfig, text.replaceAll(connection.server, `https://127.0.0.1:${proxy.port}`))
      const proxied = connectKube({ kubeconfig })
      stops.push(
        () => proxy.stop(),
        () => proxied.close(),
      )
      return { ...proxied, proxy, kubeconfig }
    },
    installKinds: async () => {
      for (const crd of await readCrds()) await client.apply(crd)
      for (const kind of ['CasCluster', 'CasService'] as const) {
        await until(`${kind} is served`, () => client.list(kind).catch(() => false as const))
      }
    },
    stop: async () => {
      for (const stop of stops.toReversed()) await stop()
    },
  }
}
