/** Edits of services: what is written, how, and at which URL it shows. */

import { kubectl } from '../e2e/kubectl.ts'
import { casService } from '../e2e/objects.ts'
import { namespace } from '../e2e/pool.ts'
import type { KubeObject } from '../operator/api/meta.ts'
import { apiVersion } from '../operator/api/meta.ts'
import { inParallel } from '../operator/controller/parallel.ts'
import type { KubeClient } from '../operator/kube/client.ts'
import { pathOf } from '../operator/kube/kinds.ts'
import type { ApiTransport } from '../operator/kube/transport.ts'
import { run } from '../tools/system/command.ts'

const atATime = 32
/** By which they are found again. */
const ours = { 'app.kubernetes.io/part-of': 'caspool-bench' }

/** A service in one of its versions: which path it claims tells them apart. */
export interface Version {
  readonly number: number
  readonly version: number
}

export function urlOf({ number, version }: Version): string {
  return `https://app-${number}.example.org/v${version}/`
}

export function manifestOf({ number, version }: Version): KubeObject {
  const match = {
    hosts: [`app-${number}.example.org`, `*.app-${number}.example.org`],
    paths: [`/v${version}`],
  }
  const attributes = { policy: 'Allowed', allowed: ['mail', 'cn'] }
  const object = casService(`app-${number}`, { match, attributes, evaluationOrder: number % 100 })
  return {
    ...(object as KubeObject),
    apiVersion,
    metadata: { name: `app-${number}`, namespace, labels: ours },
  }
}

/** One server-side apply for each, many at a time. Calls `onDone` after each. */
export async function applyRaw(
  client: KubeClient,
  versions: readonly Version[],
  onDone: (done: number) => void = () => undefined,
): Promise<void> {
  let done = 0
  await inParallel(versions, atATime, async (version) => {
    await client.apply(manifestOf(version))
    onDone(++done)
  })
}

/**
 * One request for each, many at a time, as `kubectl apply` sends them for a resource that it has applied before: a
 * merge patch of what differs, with the whole manifest in an annotation.
 */
export function patchRaw(transport: ApiTransport, versions: readonly Version[]): Promise<void> {
  return inParallel(versions, atATime, async (version) => {
    const manifest = manifestOf(version)
    const { spec, metadata } = manifest as KubeObject & { readonly spec: { readonly match: object } }
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(manifest) }
    await transport.json({
      method: 'PATCH',
      path: pathOf('CasService', { namespace, name: metadata.name }),
      query: { fieldManager: 'kubectl-client-side-apply', fieldValidation: 'Strict' },
      body: { metadata: { annotations }, spec: { match: spec.match } },
      contentType: 'application/merge-patch+json',
    })
  })
}

/** Sets one property of the samples' pool. */
export async function patchProperty(
  transport: ApiTransport,
  { name, value }: { readonly name: string; readonly value: string },
): Promise<void> {
  await transport.json({
    method: 'PATCH',
    path: pathOf('CasCluster', { namespace, name: 'sso' }),
    query: { fieldManager: 'kubectl-client-side-apply', fieldValidation: 'Strict' },
    body: { spec: { config: { [name]: value } } },
    contentType: 'application/merge-patch+json',
  })
}

/** As a person does it: one command for all of them. */
export async function applyByKubectl(objects: readonly KubeObject[]): Promise<void> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
  await run('kubectl', ['apply', '--filename', '-'], { input })
}

/** Takes all services away again: the cluster may be somebody's own. */
export async function withdrawServices(): Promise<void> {
  const selector = Object.entries(ours).map(([name, value]) => `${name}=${value}`)
  await kubectl(namespace, 'delete', 'casservices', '--wait=false', '--selector', selector.join(','))
}
