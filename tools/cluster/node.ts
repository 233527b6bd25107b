// The node: containerd, kubelet, kube-proxy, CoreDNS and the network of the pods. Works with cgroup v1 and v2.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeIfChanged } from '../system/cache.ts'
import { programPath } from './build.ts'
import { pauseImage } from './images.ts'
import { daemons, kubeconfigOf, network, paths } from './layout.ts'
import {
  containerdConfig,
  corefile,
  kubeletConfig,
  kubeProxyConfig,
  podNetworkConfig,
} from './node-config.ts'

/** Starts containerd alone, which images are loaded into. */
export async function startContainerd(): Promise<void> {
  const networkDirectory = join(paths.cni, 'net.d')
  const config = join(paths.containerd, 'config.toml')
  await mkdir(networkDirectory, { recursive: true })
  await mkdir(paths.containerd, { recursive: true })
  await writeIfChanged(join(networkDirectory, '10-caspool.conflist'), JSON.stringify(podNetworkConfig()))
  await writeIfChanged(
    config,
    containerdConfig({ sandboxImage: pauseImage, cniPrograms: programPath('cni') }),
  )
  // containerd finds its shim and runc on PATH.
  const path = `PATH=${programPath('.')}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`
  await daemons.start('containerd', '/usr/bin/env', [path, programPath('containerd'), '--config', config])
}

/** Starts kubelet, kube-proxy, CoreDNS and the keeper of volume modes. Needs the API server and containerd. */
export async function startNode(): Promise<void> {
  await mkdir(paths.kubelet, { recursive: true })
  const file = async (name: string, content: string) => {
    await writeIfChanged(join(paths.kubelet, name), content)
    return join(paths.kubelet, name)
  }
  const resolver = await file('resolv.conf', `nameserver ${network.nodeAddress}\n`)
  await daemons.start('kubelet', programPath('kubelet'), [
    `--config=${await file('kubelet.json', JSON.stringify(kubeletConfig(resolver)))}`,
    `--kubeconfig=${kubeconfigOf('kubelet')}`,
    `--hostname-override=${network.nodeName}`,
    `--node-ip=${network.nodeAddress}`,
    `--root-dir=${join(paths.kubelet, 'root')}`,
  ])
  await daemons.start('kube-proxy', programPath('kube-proxy'), [
    `--config=${await file('proxy.json', JSON.stringify(kubeProxyConfig()))}`,
  ])
  await daemons.start('coredns', programPath('coredns'), ['-conf', await file('Corefile', await corefile())])
  await daemons.start('volume-modes', process.execPath, [
    join(import.meta.dirname, 'volume-modes.ts'),
    paths.volumes,
  ])
}
