import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { load } from 'js-yaml'
import { kstatusOf, type ReadableStatus } from '../api/conditions.ts'
import type { Condition, KubeObject } from '../api/meta.ts'
import { validateCasCluster } from '../api/validate-cas-cluster.ts'
import { validateCasService } from '../api/validate-cas-service.ts'
import { validationCases } from '../api/validation-cases.ts'
import { startTestCluster, type TestCluster } from '../test/test-cluster.ts'
import type { ApiClient } from './api-client.ts'
import { KubeFault } from './client.ts'

let cluster: TestCluster
let client: ApiClient
const namespace = 'demo'

beforeAll(async () => {
  cluster = await startTestCluster()
  client = cluster.client
  await cluster.installKinds()
  await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
}, 90_000)
afterAll(() => cluster?.stop(), 30_000)

const apiVersion = 'caspool.io/v1alpha1'
const external = { mongodb: { external: { uriSecretRef: { name: 'a' } } } }
const casCluster = (name: string, spec: object = {}): KubeObject => ({
  apiVersion,
  kind: 'CasCluster',
  metadata: { name, namespace },
  spec: { serverUrl: 'https://sso.example.org/cas', ...spec },
})

/** The API server's words for refusing an object, or undefined when it takes it. Faults of other kinds go on. */
async function refusal(object: KubeObject): Promise<string | undefined> {
  try {
    await client.apply(object)
    return undefined
  } catch (fault) {
    if (fault instanceof KubeFault && fault.kind === 'invalid') return fault.message
    throw fault
  }
}

describe('what the API server and the code say', () => {
  const titled = validationCases.map((one, i) => [one.object.kind, one.title, i] as const)

  it.each(titled)('of a %s with %s', async (kind, _title, i) => {
    const { object, refusedBy } = validationCases[i]!
    // Names of their own, so that no case is judged as a change of another.
    const name = object.metadata.name === 'sample' ? `sample-${i}` : object.metadata.name
    const own = { ...object, metadata: { name, namespace } }
    const words = await refusal(own)
    expect(words).toEqual(refusedBy === 'api' ? expect.any(String) : undefined)
    if (refusedBy === undefined) {
      expect(kind === 'CasCluster' ? validateCasCluster(own) : validateCasService(own)).toEqual([])
    }
  })
})

describe('a CasCluster that exists', () => {
  let numbered = 0

  it.each([
    ['the database', { mongodb: { database: 'a' } }, { mongodb: { database: 'b' } }],
    ['the database, away from the default', {}, { mongodb: { database: 'b' } }],
    ['the size of volumes, downwards', storage('2Gi'), storage('2047Mi')],
    ['the size of volumes, upwards', storage('1Gi'), storage('1025Mi')],
    [
      'the storage class',
      { mongodb: { storage: { storageClassName: 'a' } } },
      { mongodb: { storage: { storageClassName: 'b' } } },
    ],
    ['its own set for an external one', { mongodb: { members: 3 } }, external],
    ['an external set for its own', external, {}],
    ['an external set for its own, with members', external, { mongodb: { members: 3 } }],
    ['its own set, of which nothing is said, for an external one', {}, external],
    [
      'a database of its own for the default one',
      { mongodb: { database: 'a' } },
      { mongodb: { members: 3 } },
    ],
    ['a database of its own for that of a manifest without mongodb', { mongodb: { database: 'a' } }, {}],
  ])('may not change %s', async (_title, before, after) => {
    const name = `keeps-${numbered++}`
    await client.apply(casCluster(name, before))
    expect(await refusal(casCluster(name, after))).toMatch(/cannot/)
  })

  it.each([
    ['the spelling of a size', storage('1Gi'), storage('1024Mi')],
    ['members', { mongodb: { members: 3 } }, { mongodb: { members: 5 } }],
    ['the default database by its name', {}, { mongodb: { database: 'cas' } }],
    ['the Secret of an external set', external, { mongodb: { external: { uriSecretRef: { name: 'b' } } } }],
  ])('may change %s', async (_title, before, after) => {
    const name = `changes-${numbered++}`
    await client.apply(casCluster(name, before))
    expect(await refusal(casCluster(name, after))).toBeUndefined()
  })
})

describe('an object that is new', () => {
  it('is in progress for everything that reads kstatus, before the operator has seen it', async () => {
    const stored = await client.apply(casCluster('fresh'))
    expect(stored['status']).toEqual({ observedGeneration: -1 })
    expect(kstatusOf(stored as ReadableStatus)).toBe('InProgress')
  })

  it('keeps its spec as it was written: nothing for GitOps tools to see as drift', async () => {
    const object = casCluster('as-written')
    expect((await client.apply(object))['spec']).toEqual(object['spec'])
  })

  it('ignores a status that comes with the manifest', async () => {
    const object = { ...casCluster('bold'), status: { observedGeneration: 1 } }
    expect((await client.apply(object))['status']).toEqual({ observedGeneration: -1 })
  })
})

describe('status', () => {
  const condition: Condition = {
    type: 'Ready',
    status: 'True',
    reason: 'AsSpecified',
    message: '',
    observedGeneration: 1,
    lastTransitionTime: '2026-01-01T00:00:00Z',
  }

  it('takes everything that the operator writes, and a write of the same changes nothing', async () => {
    const object = await client.apply(casCluster('reported'))
    const status = {
      observedGeneration: 1,
      conditions: [condition],
      replicas: 3,
      readyReplicas: 3,
      selector: 'app.kubernetes.io/instance=reported',
      mongodb: { members: 3, primary: 'reported-mongodb-0', replicaSet: 'reported' },
      registry: { rev: 2 ** 33, services: 3 },
    }
    const first = await client.applyStatus(stripped(object, status))
    expect(first?.['status']).toEqual(status)
    const second = await client.applyStatus(stripped(object, status))
    expect(second?.metadata.resourceVersion).toBe(first?.metadata.resourceVersion)
  })

  it('removes a condition that is no longer written', async () => {
    const object = await client.apply(casCluster('conditions'))
    const stalled = { ...condition, type: 'Stalled' }
    await client.applyStatus(stripped(object, { observedGeneration: 1, conditions: [condition, stalled] }))
    const stored = await client.applyStatus(
      stripped(object, { observedGeneration: 1, conditions: [condition] }),
    )
    expect(stored?.['status']).toEqual({ observedGeneration: 1, conditions: [condition] })
  })

  it('refuses a condition that says nothing', async () => {
    const object = await client.apply(casCluster('silent'))
    const status = { observedGeneration: 1, conditions: [{ ...condition, reason: '' }] }
    await expect(client.applyStatus(stripped(object, status))).rejects.toMatchObject({ kind: 'invalid' })
  })
})

describe('samples', () => {
  it('are all accepted as they are', async () => {
    const directory = join(import.meta.dirname, '../../crds/samples')
    const files = globSync('**/*.yaml', { cwd: directory })
    expect(files.length).toBeGreaterThan(3)
    for (const file of files) {
      const object = load(readFileSync(join(directory, file), 'utf8')) as KubeObject
      const stored = await client.apply({ ...object, metadata: { ...object.metadata, namespace } })
      expect(stored.metadata.name).toBe(object.metadata.name)
    }
  })
})

function storage(size: string): object {
  return { mongodb: { storage: { size } } }
}

/** What the operator applies to the status subresource. */
function stripped({ kind, metadata }: KubeObject, status: object): KubeObject {
  return { apiVersion, kind, metadata: { name: metadata.name, namespace }, status }
}
