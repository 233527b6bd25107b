// What a cluster is made of: every program, where it comes from, at which version. Nothing is built here.
// Kubernetes and etcd get their versions from go.mod; the others stand here, and Go's checksum database vouches for them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory, contentKey } from '../system/cache.ts'

/** One program to build. `version` is absent for what go.mod pins. */
export type Program = {
  readonly name: string
  readonly package: string
  readonly version?: string
  /** Needs a C compiler and the libraries of `systemPackages`. */
  readonly cgo?: boolean
  readonly tags?: string
}

export const kubernetesVersion = pinnedVersion('k8s.io/kubernetes')

const kubernetes = (name: string): Program => ({ name, package: `k8s.io/kubernetes/cmd/${name}` })
const containerd = (name: string): Program => ({
  name,
  package: `github.com/containerd/containerd/v2/cmd/${name}`,
  version: 'v2.4.2',
})
const cni = (kind: 'main' | 'ipam', name: string): Program => ({
  name: `cni/${name}`,
  package: `github.com/containernetworking/plugins/plugins/${kind}/${name}`,
  version: 'v1.9.1',
})

/** Enough for an API server without a node. */
export const apiServerPrograms: readonly Program[] = [
  { name: 'etcd', package: 'go.etcd.io/etcd/server/v3' },
  kubernetes('kube-apiserver'),
  kubernetes('kubectl'),
]

/** What talks to any cluster, also to one that kind made. */
export const clientPrograms: readonly Program[] = [
  kubernetes('kubectl'),
  { name: 'helm', package: 'helm.sh/helm/v3/cmd/helm', version: 'v3.22.0' },
]

/** Everything of a whole cluster, in an order that makes the API server available early. */
export const programs: readonly Program[] = [
  ...apiServerPrograms,
  { name: 'helm', package: 'helm.sh/helm/v3/cmd/helm', version: 'v3.22.0' },
  kubernetes('kube-controller-manager'),
  kubernetes('kube-scheduler'),
  kubernetes('kubelet'),
  kubernetes('kube-proxy'),
  containerd('containerd'),
  containerd('containerd-shim-runc-v2'),
  containerd('ctr'),
  { name: 'runc', package: 'github.com/opencontainers/runc', version: 'v1.5.2', cgo: true, tags: 'seccomp' },
  { name: 'coredns', package: 'github.com/coredns/coredns', version: 'v1.13.1' },
  cni('main', 'ptp'),
  cni('main', 'loopback'),
  cni('ipam', 'host-local'),
]

/** For machines with Docker, where kind makes the cluster. */
export const kindProgram: Program = { name: 'kind', package: 'sigs.k8s.io/kind', version: 'v0.33.0' }

/** Debian's packages: the first group runs a cluster, the second builds runc. */
export const systemPackages = {
  run: { iptables: 'iptables', ip: 'iproute2', conntrack: 'conntrack', openssl: 'openssl' },
  build: { gcc: 'gcc', 'pkg-config': 'pkg-config' },
  buildLibraries: ['libc6-dev', 'libseccomp-dev'],
} as const

/** Where the programs lie once built. Any changed version gives another directory. */
export const binDirectory = cacheDirectory('kubernetes', `${kubernetesVersion}-${recipeKey()}`)

function recipeKey(): string {
  const module = ['go.mod', 'go.sum'].map((file) => readFileSync(join(import.meta.dirname, file)))
  return contentKey([...module, JSON.stringify(programs), process.arch])
}

function pinnedVersion(module: string): string {
  const text = readFileSync(join(import.meta.dirname, 'go.mod'), 'utf8')
  const version = text.match(new RegExp(`^\\s*${RegExp.escape(module)} (v\\S+)`, 'm'))?.[1]
  if (version === undefined) throw new TypeError(`go.mod does not pin ${module}`)
  return version
}
