// A real Kubernetes API server for integration tests: etcd and kube-apiserver on loopback, gone with this process.
// Nothing acts on its objects: no controllers (namespaces do not finish deleting, owner references delete nothing), no nodes.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLoneApiServer } from '../cluster/api-server.ts'
import { missingPrograms } from '../cluster/build.ts'
import { apiServerPrograms } from '../cluster/recipe.ts'
import { findProgram } from '../system/command.ts'

export type TestApiServer = {
  /** Path of a kubeconfig with an administrator's rights. */
  readonly kubeconfig: string
  stop(): Promise<void>
}

/** Why this machine cannot run an API server now, as a sentence; undefined when it can. */
export function apiServerAvailable(): string | undefined {
  if (process.platform !== 'linux') return 'the Kubernetes API server is built for Linux only'
  if (findProgram('openssl') === undefined) return 'openssl is not installed'
  const missing = missingPrograms(apiServerPrograms).map(({ name }) => name)
  if (missing.length === 0) return undefined
  return `not built yet: ${missing.join(', ')}; run 'tools/cluster/cluster build apiserver' (needs Go)`
}

/** Starts one (about 5 s) and answers when it is ready. Throws with the reason when the machine cannot. */
export async function startApiServer(): Promise<TestApiServer> {
  const reason = apiServerAvailable()
  if (reason !== undefined) throw new Error(`no API server: ${reason}`)
  const directory = await mkdtemp(join(tmpdir(), 'caspool-api-'))
  const server = await startLoneApiServer(directory)
  const stop = async () => {
    await server.stop()
    await rm(directory, { recursive: true, force: true })
  }
  return { kubeconfig: server.kubeconfig, stop }
}
