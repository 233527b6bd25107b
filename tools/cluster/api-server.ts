// etcd and kube-apiserver: their arguments (for the cluster), and an API server that runs alone (for integration tests).
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type RunningChild, startChild } from '../system/child.ts'
import { tryRun } from '../system/command.ts'
import { freePorts, until } from '../system/ports.ts'
import { programPath } from './build.ts'
import { type Identity, makeAuthority, makeCertificate, writeKubeconfig } from './pki.ts'

/**
 * Where the API server and its etcd listen, and find their keys. They know each other by certificates of `pki`: an etcd
 * that somebody else runs on the same port is never taken for ours.
 */
export type Place = {
  readonly address: string
  readonly apiPort: number
  readonly etcdClientPort: number
  readonly etcdPeerPort: number
  readonly etcdData: string
  readonly pki: string
  readonly serviceRange: string
}

/** The certificate that etcd and the API server show each other needs the address in its names. */
export const etcdIdentity = (address: string): Identity => ({
  name: 'etcd',
  user: 'etcd',
  altNames: [`IP:${address}`],
})

/** Arguments of etcd. Data need not survive a power cut: no fsync. */
export function etcdArguments({ address, etcdClientPort, etcdPeerPort, etcdData, pki }: Place): string[] {
  const client = `https://${address}:${etcdClientPort}`
  const peer = `https://${address}:${etcdPeerPort}`
  const keys = (prefix: string) => [
    `--${prefix}cert-file=${pki}/etcd.crt`,
    `--${prefix}key-file=${pki}/etcd.key`,
    `--${prefix}trusted-ca-file=${pki}/ca.crt`,
    `--${prefix}client-cert-auth`,
  ]
  return [
    '--name=caspool',
    `--data-dir=${etcdData}`,
    '--unsafe-no-fsync',
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=caspool=${peer}`,
    ...keys(''),
    ...keys('peer-'),
    '--log-level=warn',
  ]
}

/** Arguments of kube-apiserver that both ways of running it share. */
export function apiServerArguments({ address, apiPort, etcdClientPort, pki, serviceRange }: Place): string[] {
  return [
    `--etcd-servers=https://${address}:${etcdClientPort}`,
    `--etcd-cafile=${pki}/ca.crt`,
    `--etcd-certfile=${pki}/etcd.crt`,
    `--etcd-keyfile=${pki}/etcd.key`,
    `--bind-address=${address}`,
    `--advertise-address=${address}`,
    `--secure-port=${apiPort}`,
    `--tls-cert-file=${pki}/apiserver.crt`,
    `--tls-private-key-file=${pki}/apiserver.key`,
    `--client-ca-file=${pki}/ca.crt`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${pki}/sa.pub`,
    `--service-account-signing-key-file=${pki}/sa.key`,
    `--service-cluster-ip-range=${serviceRange}`,
    '--allow-privileged=true',
  ]
}

/** Waits until the API server of a kubeconfig says that it is ready. */
export async function untilReady(kubeconfig: string, isRunning: () => boolean): Promise<void> {
  await until('kube-apiserver', async () => {
    if (!isRunning()) throw new Error('kube-apiserver ended while starting')
    const answer = await tryRun(programPath('kubectl'), [
      `--kubeconfig=${kubeconfig}`,
      'get',
      '--raw',
      '/readyz',
    ])
    return answer !== undefined
  })
}

/** An API server without nodes: objects are stored, validated, watched; nothing acts on them. */
export type LoneApiServer = {
  readonly kubeconfig: string
  stop(): Promise<void>
  readonly ended: Promise<void>
}

/** Starts etcd and kube-apiserver on free loopback ports, with all their files in `directory`. No root needed. */
export async function startLoneApiServer(directory: string): Promise<LoneApiServer> {
  const pki = join(directory, 'pki')
  const address = '127.0.0.1'
  const [etcdClientPort = 0, etcdPeerPort = 0, apiPort = 0] = await freePorts(3)
  await mkdir(directory, { recursive: true })
  await makeAuthority(pki)
  for (const identity of loneIdentities(address)) await makeCertificate(pki, identity)
  const kubeconfig = join(directory, 'kubeconfig')
  await writeKubeconfig(kubeconfig, { server: `https://${address}:${apiPort}`, pki, name: 'admin' })

  const start = (name: string, args: string[]): RunningChild =>
    startChild(programPath(name), args, { log: join(directory, `${name}.log`) })
  const etcdData = join(directory, 'etcd')
  const place = {
    address,
    apiPort,
    etcdClientPort,
    etcdPeerPort,
    etcdData,
    pki,
    serviceRange: '10.96.0.0/16',
  }
  const etcd = start('etcd', etcdArguments(place))
  const api = start('kube-apiserver', [
    ...apiServerArguments(place),
    '--authorization-mode=RBAC',
    // Nobody makes the service account that pods are given by default.
    '--disable-admission-plugins=ServiceAccount',
  ])
  const stop = async () => {
    await api.end('SIGTERM', 3_000)
    await etcd.end('SIGTERM', 3_000)
  }
  await untilReady(kubeconfig, () => etcd.isRunning() && api.isRunning()).catch(async (error) => {
    await stop()
    throw error
  })
  return { kubeconfig, stop, ended: Promise.race([etcd.ended, api.ended]) }
}

const loneIdentities = (address: string): Identity[] => [
  { name: 'apiserver', user: 'kube-apiserver', altNames: ['DNS:localhost', `IP:${address}`] },
  etcdIdentity(address),
  { name: 'admin', user: 'admin', group: 'system:masters' },
]
