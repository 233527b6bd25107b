import { expect, it } from '@jest/globals'
import { defaultAccess } from '../../common/documents/definition-policies.ts'
import { apereoSource } from '../lint/read-source.ts'
import { whyOutOfUse } from './out-of-use.ts'

const now = Date.UTC(2026, 0, 15, 12)
const hour = 3_600_000
const source = apereoSource(
  'a-1.json',
  '{ "@class": "org.apereo.cas.services.CasRegisteredService", "serviceId": "^https://a/.*", "name": "a", "id": 1 }',
  'json',
)
const plain = source.kind === 'definition' ? source.definition : undefined

it.each([
  ['is in use', {}, undefined],
  ['is disabled', { access: { ...defaultAccess, enabled: false } }, 'it is disabled'],
  ['has expired', { expiresAt: now - hour }, 'it expired on 2026-01-15T11:00:00Z'],
  [
    'is not yet in use',
    { access: { ...defaultAccess, notBefore: now + hour } },
    'it is not in use before 2026-01-15T13:00:00Z',
  ],
  [
    'is not in use any more',
    { access: { ...defaultAccess, notAfter: now - hour } },
    'it was in use until 2026-01-15T11:00:00Z',
  ],
])('says of a service that %s which it is', (_, fields, why) => {
  if (plain === undefined) throw new TypeError('the definition cannot be read')
  expect(whyOutOfUse({ ...plain, ...fields }, now)).toBe(why)
})
