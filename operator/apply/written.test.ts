import { expect, it } from '@jest/globals'
import { LastWritten } from './written.ts'

const object = (resourceVersion: string, uid = 'u') => ({
  kind: 'Any',
  metadata: { name: 'a', namespace: 'n', uid, resourceVersion },
})

it('knows better than a cache that is behind, until it has caught up', () => {
  const written = new LastWritten<ReturnType<typeof object>>()
  written.remember(object('100'))
  expect(written.newerThan(object('99'))).toEqual(object('100'))
  expect(written.newerThan(object('101'))).toBeUndefined()
  expect(written.newerThan(object('99'))).toBeUndefined()
})

it('says nothing about another object of the same name', () => {
  const written = new LastWritten<ReturnType<typeof object>>()
  written.remember(object('100'))
  expect(written.newerThan(object('99', 'another'))).toBeUndefined()
})
