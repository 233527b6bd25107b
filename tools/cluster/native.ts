// The native cluster: brings its parts up in order, and the objects that every cluster is expected to have.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { run, tryRun } from '../system/command.ts'
import { until } from '../system/ports.ts'
import { buildPrograms, programPath } from './build.ts'
import { prepareControlGroups } from './control-groups.ts'
import { makeIdentities, startControlPlane } from './control-plane.ts'
import { installSystemPackages } from './doctor.ts'
import { openHostNetwork } from './host-network.ts'
import { buildMongoImage, buildPauseImage, importImage } from './images.ts'
import { daemons, network, paths } from './layout.ts'
import { startContainerd, startNode } from './node.ts'
import { programs } from './recipe.ts'

const kubectl = (args: readonly string[], input?: string) =>
  run(
    programPath('kubectl'),
    [`--kubeconfig=${paths.kubeconfig}`, ...args],
    input === undefined ? {} : { input },
  )

/** Brings the cluster up, or completes one that is partly up. Returns when pods can run. */
export async function nativeUp(): Promise<void> {
  await installSystemPackages()
  await buildPrograms(programs)
  const mongo = await buildMongoImage()
  const pause = await buildPauseImage()
  await claimMachine()
  await prepareControlGroups()
  await openHostNetwork()
  await makeIdentities()
  await Promise.all([startControlPlane(), startContainerd()])
  await until('containerd', containerdAnswers, { withinMs: 20_000 })
  for (const archive of [pause, mongo.archive]) await importImage(archive)
  await applyBasics()
  await startNode()
  await untilNodeReady()
}

/** Says what of the cluster runs; an empty list means that it is down. */
export async function nativeStatus(): Promise<string[]> {
  return daemons.running()
}

async function containerdAnswers(): Promise<boolean> {
  const answer = await tryRun(programPath('ctr'), [`--address=${paths.containerdSocket}`, 'version'])
  return answer !== undefined
}

/** From here on `down` knows whose cluster this is, and no other user's `up` will start. */
async function claimMachine(): Promise<void> {
  await mkdir(paths.state, { recursive: true, mode: 0o700 })
  await mkdir(paths.runtime, { recursive: true })
  const owner = await readFile(paths.owner, 'utf8').catch(() => paths.state)
  if (owner !== paths.state)
    throw new Error(`a cluster of another user runs here, with its state in ${owner}`)
  await mkdir(dirname(paths.owner), { recursive: true })
  await writeFile(paths.owner, paths.state)
}

/** kube-proxy's rights, the default storage class, and the Service behind which CoreDNS answers. */
async function applyBasics(): Promise<void> {
  const rbac = 'rbac.authorization.k8s.io'
  const dns = { name: 'kube-dns', namespace: 'kube-system' }
  const ports = (['UDP', 'TCP'] as const).map((protocol) => ({
    name: `dns-${protocol.toLowerCase()}`,
    port: 53,
    protocol,
  }))
  const items = [
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'caspool-kube-proxy' },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'system:node-proxier' },
      subjects: [{ apiGroup: rbac, kind: 'User', name: 'system:kube-proxy' }],
    },
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'kubernetes.io/host-path',
      reclaimPolicy: 'Delete',
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: dns,
      spec: { clusterIP: network.dnsServiceAddress, ports },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...dns, labels: { 'kubernetes.io/service-name': dns.name } },
      addressType: 'IPv4',
      ports,
      endpoints: [{ addresses: [network.nodeAddress], conditions: { ready: true } }],
    },
  ]
  await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
}

async function untilNodeReady(): Promise<void> {
  const query = 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'
  const ready = async () => {
    for (const name of ['containerd', 'kubelet', 'kube-proxy', 'coredns']) {
      if (!daemons.isRunning(name)) throw new Error(`${name} ended:\n${await daemons.logTail(name)}`)
    }
    const args = [`--kubeconfig=${paths.kubeconfig}`, 'get', 'node', network.nodeName, '-o', query]
    return (await tryRun(programPath('kubectl'), args)) === 'True'
  }
  await until('the node', ready, { withinMs: 90_000, everyMs: 200 }).catch(async (error: Error) => {
    throw new Error(`${error.message}\n${await daemons.logTail('kubelet')}`)
  })
}
