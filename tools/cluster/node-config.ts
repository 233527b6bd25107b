// The configuration files of the node's programs, as values.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { kubeconfigOf, network, paths } from './layout.ts'

/**
 * Each pod gets a link of its own to the host and no bridge, so that all its traffic is routed and kube-proxy's
 * rules see it whatever the kernel does with bridged packets.
 */
export function podNetworkConfig() {
  const ipam = {
    type: 'host-local',
    ranges: [[{ subnet: network.podRange }]],
    routes: [{ dst: '0.0.0.0/0' }],
    dataDir: join(paths.cni, 'addresses'),
  }
  return { cniVersion: '1.0.0', name: 'caspool', plugins: [{ type: 'ptp', ipMasq: false, ipam }] }
}

/** All that containerd would put into system directories goes below ours. */
export function containerdConfig({
  sandboxImage,
  cniPrograms,
}: {
  sandboxImage: string
  cniPrograms: string
}) {
  const { containerd, runtime, containerdSocket, cni } = paths
  return `version = 3
root = "${containerd}/root"
state = "${runtime}/containerd"
[grpc]
  address = "${containerdSocket}"
[ttrpc]
  address = "${containerdSocket}.ttrpc"
[plugins.'io.containerd.internal.v1.opt']
  path = "${containerd}/opt"
[plugins.'io.containerd.nri.v1.nri']
  disable = true
[plugins.'io.containerd.cri.v1.images']
  snapshotter = "overlayfs"
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = "${sandboxImage}"
[plugins.'io.containerd.cri.v1.runtime']
  # A root without CAP_SYS_RESOURCE may not lower a process's oom_score_adj.
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = ["${cniPrograms}"]
  conf_dir = "${cni}/net.d"
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
  Root = "${runtime}/runc"
`
}

/** For one node that is also somebody's machine: nothing is evicted or collected before its disk is nearly full. */
export function kubeletConfig(resolver: string) {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: network.nodeAddress,
    healthzPort: 0,
    containerRuntimeEndpoint: `unix://${paths.containerdSocket}`,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: join(paths.pki, 'ca.crt') },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: join(paths.pki, 'kubelet.crt'),
    tlsPrivateKeyFile: join(paths.pki, 'kubelet.key'),
    clusterDNS: [network.dnsServiceAddress],
    clusterDomain: network.dnsDomain,
    resolvConf: resolver,
    cgroupDriver: 'cgroupfs',
    failCgroupV1: false,
    failSwapOn: false,
    podLogsDir: join(paths.logs, 'pods'),
    volumePluginDir: join(paths.kubelet, 'volume-plugins'),
    evictionHard: { 'nodefs.available': '1%', 'imagefs.available': '1%', 'memory.available': '50Mi' },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    syncFrequency: '10s',
  }
}

/** kube-proxy with iptables. It leaves limits of connection tracking and the machine's sysctls alone. */
export function kubeProxyConfig() {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clusterCIDR: network.podRange,
    hostnameOverride: network.nodeName,
    bindAddress: network.nodeAddress,
    healthzBindAddress: '127.0.0.1:10256',
    metricsBindAddress: '127.0.0.1:10249',
    oomScoreAdj: 0,
    clientConnection: { kubeconfig: kubeconfigOf('proxy') },
    conntrack: { maxPerCore: 0, min: 0 },
    iptables: { localhostNodePorts: false },
  }
}

/** CoreDNS runs on the node; the Service kube-dns leads to it. Other names go to the machine's own resolver. */
export async function corefile(): Promise<string> {
  const host = existsSync('/etc/resolv.conf') ? await readFile('/etc/resolv.conf', 'utf8') : ''
  const rest = /^nameserver\s/m.test(host)
    ? 'forward . /etc/resolv.conf'
    : 'template ANY ANY {\n    rcode NXDOMAIN\n  }'
  const zones = `${network.dnsDomain} in-addr.arpa ip6.arpa`
  return `.:53 {
  bind ${network.nodeAddress}
  errors
  kubernetes ${zones} {
    kubeconfig ${kubeconfigOf('admin')}
    pods insecure
    fallthrough in-addr.arpa ip6.arpa
    ttl 5
  }
  ${rest}
  cache 2 ${network.dnsDomain}
}
`
}
