import { describe } from '@jest/globals'
import type { StoredDocument } from '../../../common/documents/service-definition.ts'
import type { Batch, RegistryHarness } from '../contract/registry-samples.ts'
import { registrySourceContract } from '../contract/registry-source.ts'
import { contentsOf, nothingHeld, type RegistryChange, withChanges } from '../mongo/registry-held.ts'
import { memoryRegistrySource } from './registry-source.ts'

describe('the registry in memory', () => {
  registrySourceContract(async (): Promise<RegistryHarness> => {
    let held = nothingHeld
    const source = memoryRegistrySource(contentsOf(held))
    return {
      source,
      async commit(batch) {
        held = withChanges(held, [...changesOf(batch), { kind: 'head', head: nextHead(held.head?.rev ?? 0) }])
        source.publish(contentsOf(held))
      },
    }
  })
})

const nextHead = (rev: number) => ({ rev: rev + 1, digest: `of ${rev + 1}` })

function changesOf({ put = [], remove = [], properties = {} }: Batch): RegistryChange[] {
  const service = (document: StoredDocument): RegistryChange => ({
    kind: 'put',
    part: 'services',
    id: String(document['_id']),
    document,
  })
  return [
    ...put.map(service),
    ...remove.map((id): RegistryChange => ({ kind: 'remove', part: 'services', id: String(id) })),
    ...Object.entries(properties).map(
      ([name, value]): RegistryChange => ({
        kind: 'put',
        part: 'properties',
        id: name,
        document: { _id: name, name, value },
      }),
    ),
  ]
}
