import { expect, it } from '@jest/globals'
import { SettingsFault } from '../../common/fault.ts'
import { silentLog } from '../../common/log.ts'
import type { KubeClient } from '../kube/client.ts'
import { clusterOf, poolFor } from '../test/builders.ts'
import { openRegistry } from './registry-access.ts'
import type { RegistryLink } from './registry-link.ts'
import { PoolRuntimes } from './runtimes.ts'

const key = 'ns/c'
const uriSecretRef = { name: 'db', key: 'address' }

/** A pool with a database of somebody else; `look` is the part of a pass, with this text in the Secret. */
function externalPool() {
  const closed: string[] = []
  const opened = (_: string, { uri }: { readonly uri: string }): RegistryLink => {
    if (!uri.startsWith('mongodb:'))
      throw new SettingsFault(['the MongoDB connection string is refused: why'])
    return { close: async () => void closed.push(uri) } as unknown as RegistryLink
  }
  const runtimes = new PoolRuntimes({ log: silentLog, openRegistry: opened })
  const pool = poolFor(clusterOf({ mongodb: { external: { uriSecretRef } } }))
  const look = (uri: string | undefined) => {
    const address = uri && Buffer.from(uri).toString('base64')
    const kube = { get: async () => (uri === undefined ? undefined : { data: { address } }) }
    const deps = { kube: kube as unknown as KubeClient, runtimes, wakeRegistry: () => undefined }
    return openRegistry(deps, { key, pool, secrets: new Map(), set: undefined })
  }
  return { look, runtimes, closed }
}

it('names the Secret and the key of a connection string that cannot be read, and why', async () => {
  const { look } = externalPool()
  expect(await look('S3cret')).toEqual({
    status: 'False',
    reason: 'SecretInvalid',
    message: 'key address of Secret db: the MongoDB connection string is refused: why',
    stalled: true,
  })
})

it.each([
  ['turns bad', 'S3cret'],
  ['goes', undefined],
])('writes no longer to the former database when the Secret %s, and opens the new one', async (_, uri) => {
  const { look, runtimes, closed } = externalPool()
  expect(await look('mongodb://former')).toBeUndefined()
  expect(await look(uri)).toMatchObject({ status: 'False' })
  expect([runtimes.registry(key), closed]).toEqual([undefined, ['mongodb://former']])
  expect(await look('mongodb://new')).toBeUndefined()
  expect(runtimes.registry(key)).toBeDefined()
})
