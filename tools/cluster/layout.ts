// Where the native cluster keeps its files, and the addresses it uses. There is at most one on a machine.
import { join } from 'node:path'
import { cacheDirectory } from '../system/cache.ts'
import { Daemons } from '../system/daemon.ts'

/** Addresses of the cluster. The node's is added to the loopback interface, so it needs no network device. */
export const network = {
  nodeName: 'caspool',
  nodeAddress: '10.250.0.1',
  podRange: '10.244.0.0/24',
  serviceRange: '10.96.0.0/16',
  apiServiceAddress: '10.96.0.1',
  dnsServiceAddress: '10.96.0.10',
  dnsDomain: 'cluster.local',
  apiPort: 6443,
  etcdClientPort: 2379,
  etcdPeerPort: 2380,
} as const

const state = cacheDirectory('cluster')
/** Sockets and mounts: on tmpfs, with short paths. Also what two users of a machine agree on. */
const runtime = '/run/caspool'

/** Files of the cluster: `state` survives `down`, nothing survives `clean`. */
export const paths = {
  state,
  runtime,
  lock: '/run/caspool.lock',
  owner: join(runtime, 'owner'),
  pki: join(state, 'pki'),
  logs: join(state, 'log'),
  etcd: join(state, 'etcd'),
  images: cacheDirectory('images'),
  kubeconfig: join(state, 'admin.kubeconfig'),
  kubelet: join(state, 'kubelet'),
  containerd: join(state, 'containerd'),
  containerdSocket: join(runtime, 'containerd.sock'),
  cni: join(state, 'cni'),
  /** The controller manager's own choice for the volumes it makes. */
  volumes: '/tmp/hostpath_pv',
} as const

export const kubeconfigOf = (name: string): string => join(state, `${name}.kubeconfig`)

export const daemons = new Daemons({ pids: join(runtime, 'pid'), logs: paths.logs })
