// etcd and kube-apiserver: their arguments (for the cluster), and an API server that runs alone (for integration tests).
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type RunningChild, startChild } from '../system/child.ts'
import { tryRun } from '../system/command.ts'
import { freePorts, until } from '../system/ports.ts'
import { programPath } from './build.ts'
import { makeAuthority, makeCertificate, writeKubeconfig } from './pki.ts'

/** Where etcd listens, and where it keeps its data. */
export type EtcdPlace = {
  readonly dataDirectory: string
  readonly clientPort: number
  readonly peerPort: number
}

/** Where the API server listens and finds its keys. `authorization` and more are up to the caller. */
export type ApiServerPlace = {
  readonly address: string
  readonly port: number
  readonly etcdPort: number
  readonly pki: string
  readonly serviceRange: string
}

/** Arguments of etcd. Data need not survive a power cut: no fsync. */
export function etcdArguments({ dataDirectory, clientPort, peerPort }: EtcdPlace): string[] {
  const client = `http://127.0.0.1:${clientPort}`
  const peer = `http://127.0.0.1:${peerPort}`
  return [
    `--data-dir=${dataDirectory}`,
    '--unsafe-no-fsync',
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--log-level=warn',
  ]
}

/** Arguments of kube-apiserver that both ways of running it share. */
export function apiServerArguments({ address, port, etcdPort, pki, serviceRange }: ApiServerPlace): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    `--bind-address=${address}`,
    `--advertise-address=${address}`,
    `--secure-port=${port}`,
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
  const [clientPort = 0, peerPort = 0, port = 0] = await freePorts(3)
  await mkdir(directory, { recursive: true })
  await makeAuthority(pki)
  await makeCertificate(pki, {
    name: 'apiserver',
    user: 'kube-apiserver',
    altNames: ['DNS:localhost', 'IP:127.0.0.1'],
  })
  await makeCertificate(pki, { name: 'admin', user: 'admin', group: 'system:masters' })
  const kubeconfig = join(directory, 'kubeconfig')
  await writeKubeconfig(kubeconfig, { server: `https://127.0.0.1:${port}`, pki, name: 'admin' })

  const start = (name: string, args: string[]): RunningChild =>
    startChild(programPath(name), args, { log: join(directory, `${name}.log`) })
  const etcd = start('etcd', etcdArguments({ dataDirectory: join(directory, 'etcd'), clientPort, peerPort }))
  const place = { address: '127.0.0.1', port, etcdPort: clientPort, pki, serviceRange: '10.96.0.0/16' }
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
