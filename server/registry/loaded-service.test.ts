import { expect, it } from '@jest/globals'
import { loadService } from './loaded-service.ts'

it('refuses a document that breaks its reader, and keeps the URLs that it claims', () => {
  const document = {
    _id: 1n,
    serviceId: '^https://app\\.example\\.org/.*',
    get name(): string {
      throw new TypeError('broken')
    },
  }
  const loaded = loadService(document)
  expect(loaded.problems).toEqual([{ path: 'document', message: 'cannot be read: broken' }])
  expect(loaded.matchable?.outcome.kind).toBe('refused')
  expect(loaded.matchable?.claim).toMatchObject({ id: -(2n ** 63n), evaluationOrder: -(2 ** 31) })
  expect(loaded.definition).toBeUndefined()
})
