/** Deleting a pool: under Retain everything that cannot be made again stays, under Delete nothing does. */

import { join, resolve } from 'node:path'
import { beforeAll, expect, it, jest } from '@jest/globals'
import { eventually, getObject, kubectl, listObjects, waitFor } from './kubectl.ts'
import type { HasMetadata } from './objects.ts'
import { client, installPool, namespace, type SignedIn, serverUrl, service, type Validation } from './pool.ts'

jest.setTimeout(900_000)

const samples = join(resolve(import.meta.dirname, '..'), 'crds/samples')
const ours = ['--selector', 'app.kubernetes.io/instance=sso,app.kubernetes.io/managed-by=caspool-operator']

beforeAll(installPool)

it('comes back with the same users, keys and sessions after a delete under Retain', async () => {
  const { tgc } = await client<SignedIn>('login', await serverUrl(0), service)
  const secrets = await secretData()
  await kubectl(namespace, 'delete', 'cascluster/sso')
  await eventually(
    'the pods are gone',
    async () => (await listObjects(namespace, 'pods', ...ours)).length === 0,
    180_000,
  )
  expect(await secretData()).toEqual(secrets)

  await kubectl(namespace, 'apply', '--recursive', '--filename', samples)
  await waitFor(namespace, 'condition=Ready', 'cascluster/sso')
  expect(await secretData()).toEqual(secrets)
  const granted = await client<{ ticket: string }>('grant', await serverUrl(1), service, tgc)
  const validated = await client<Validation>('validate', await serverUrl(2), service, granted.ticket)
  expect(validated).toMatchObject({ user: 'casuser' })
})

it('leaves nothing behind after a delete under Delete', async () => {
  const patch = JSON.stringify({ spec: { deletionPolicy: 'Delete' } })
  await kubectl(namespace, 'patch', 'cascluster/sso', '--type=merge', '--patch', patch)
  await eventually('the policy is taken over', async () => {
    const cluster = await getObject<HasMetadata & { status: { observedGeneration: number } }>(
      namespace,
      'cascluster/sso',
    )
    return cluster?.status.observedGeneration === cluster?.metadata.generation
  })
  await waitFor(namespace, 'condition=Ready', 'cascluster/sso')
  await kubectl(namespace, 'delete', 'casservices', '--all')
  await kubectl(namespace, 'delete', 'cascluster/sso')
  const kinds =
    'pods,statefulsets,services,secrets,serviceaccounts,persistentvolumeclaims,poddisruptionbudgets,networkpolicies,ingresses'
  await eventually(
    'every object of the pool is gone',
    async () =>
      (await listObjects(namespace, kinds, '--selector', 'app.kubernetes.io/instance=sso')).length === 0,
    240_000,
  )
})

async function secretData(): Promise<Readonly<Record<string, unknown>>> {
  const secrets = await listObjects<HasMetadata & { data: unknown }>(namespace, 'secrets', ...ours)
  return Object.fromEntries(secrets.map((secret) => [secret.metadata.name, secret.data]))
}
