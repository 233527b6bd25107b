/** Where the operator finds its cluster: a kubeconfig file, or the service account of its own pod. */
import { KubeConfig } from '@kubernetes/client-node'
import { reasonOf, SettingsFault } from '../../common/fault.ts'
import { type ApiClient, apiClient } from './api-client.ts'
import { type ApiTransport, apiTransport } from './transport.ts'

export interface KubeConnection {
  readonly client: ApiClient
  /** What the client sends its requests through: for measurements, which make others. */
  readonly transport: ApiTransport
  /** URL of the API server, for logs. */
  readonly server: string
  close(): Promise<void>
}

/**
 * Connects by a kubeconfig file; without one by the pod's service account. Throws SettingsFault when there is
 * neither. Nothing is sent yet.
 */
export function connectKube(options: { readonly kubeconfig?: string } = {}): KubeConnection {
  const config = new KubeConfig()
  try {
    if (options.kubeconfig === undefined) config.loadFromCluster()
    else config.loadFromFile(options.kubeconfig)
  } catch (thrown) {
    throw new SettingsFault([`no access to a Kubernetes cluster: ${reasonOf(thrown)}`])
  }
  const transport = apiTransport(config)
  return {
    client: apiClient(transport),
    transport,
    server: config.getCurrentCluster()?.server ?? '',
    close: () => transport.close(),
  }
}
