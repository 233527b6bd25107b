// The control plane as processes of this machine: etcd, API server, controller manager, scheduler.
import { mkdir } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { writeIfChanged } from '../system/cache.ts'
import { apiServerArguments, etcdArguments, etcdIdentity, untilReady } from './api-server.ts'
import { programPath } from './build.ts'
import { daemons, kubeconfigOf, network, paths } from './layout.ts'
import { type Identity, makeAuthority, makeCertificate, writeKubeconfig } from './pki.ts'

const server = `https://${network.nodeAddress}:${network.apiPort}`

const place = {
  address: network.nodeAddress,
  apiPort: network.apiPort,
  etcdClientPort: network.etcdClientPort,
  etcdPeerPort: network.etcdPeerPort,
  etcdData: paths.etcd,
  pki: paths.pki,
  serviceRange: network.serviceRange,
}

const identities: readonly Identity[] = [
  {
    name: 'apiserver',
    user: 'kube-apiserver',
    altNames: [
      ...['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'].map(
        (name) => `DNS:${name}`,
      ),
      ...['127.0.0.1', network.nodeAddress, network.apiServiceAddress].map((address) => `IP:${address}`),
    ],
  },
  etcdIdentity(network.nodeAddress),
  { name: 'admin', user: 'admin', group: 'system:masters' },
  { name: 'controller-manager', user: 'system:kube-controller-manager' },
  { name: 'scheduler', user: 'system:kube-scheduler' },
  {
    name: 'kubelet',
    user: `system:node:${network.nodeName}`,
    group: 'system:nodes',
    altNames: [`IP:${network.nodeAddress}`],
  },
  { name: 'proxy', user: 'system:kube-proxy' },
]

/** Makes keys, certificates and kubeconfigs; keeps those that are there. */
export async function makeIdentities(): Promise<void> {
  await makeAuthority(paths.pki)
  for (const identity of identities) await makeCertificate(paths.pki, identity)
  for (const { name } of identities.filter(({ name }) => name !== 'apiserver' && name !== 'etcd')) {
    await writeKubeconfig(kubeconfigOf(name), { server, pki: paths.pki, name })
  }
}

/** Starts what does not run yet, and waits until the API server is ready. */
export async function startControlPlane(): Promise<void> {
  await mkdir(paths.etcd, { recursive: true, mode: 0o700 })
  await daemons.start('etcd', programPath('etcd'), etcdArguments(place))
  await startApiServer()
  await untilReady(paths.kubeconfig, () => daemons.isRunning('kube-apiserver')).catch(
    async (error: Error) => {
      throw new Error(`${error.message}\n${await daemons.logTail('kube-apiserver')}`)
    },
  )
  await daemons.start('kube-controller-manager', programPath('kube-controller-manager'), [
    `--kubeconfig=${kubeconfigOf('controller-manager')}`,
    `--root-ca-file=${paths.pki}/ca.crt`,
    `--service-account-private-key-file=${paths.pki}/sa.key`,
    '--use-service-account-credentials',
    '--bind-address=127.0.0.1',
    `--service-cluster-ip-range=${network.serviceRange}`,
    '--leader-elect=false',
    // Makes and deletes the directories behind volumes. See volume-modes.ts for what it leaves undone.
    '--enable-hostpath-provisioner=true',
  ])
  await daemons.start('kube-scheduler', programPath('kube-scheduler'), [
    `--kubeconfig=${kubeconfigOf('scheduler')}`,
    '--bind-address=127.0.0.1',
    '--leader-elect=false',
  ])
}

/**
 * The API server's memory is collected less often than by default, as long as it stays small: a node's processors, which
 * are few, are everybody's here, and a fifth of what it uses of them would go into that.
 */
const rareCollections = ['GOGC=400', `GOMEMLIMIT=${Math.ceil(totalmem() / 2 ** 30 / 4)}GiB`]

async function startApiServer(): Promise<void> {
  const policy = join(paths.state, 'audit.json')
  const rules = [{ level: 'Metadata' }]
  const content = { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages: ['RequestReceived'], rules }
  await writeIfChanged(policy, JSON.stringify(content))
  await daemons.start('kube-apiserver', '/usr/bin/env', [
    ...rareCollections,
    programPath('kube-apiserver'),
    ...apiServerArguments(place),
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    // Without it, exec and logs look for the node's name in DNS.
    '--kubelet-preferred-address-types=InternalIP',
    `--kubelet-certificate-authority=${paths.pki}/ca.crt`,
    `--kubelet-client-certificate=${paths.pki}/admin.crt`,
    `--kubelet-client-key=${paths.pki}/admin.key`,
    `--audit-policy-file=${policy}`,
    `--audit-log-path=${join(paths.logs, 'audit.log')}`,
    '--audit-log-maxsize=200',
    '--audit-log-maxbackup=1',
  ])
}
