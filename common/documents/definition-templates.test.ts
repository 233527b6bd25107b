/** Templates of Apereo CAS 7 are not applied: what comes from them would be missing without a word. */
import { expect, it } from '@jest/globals'
import { decodeDefinition } from './definition-codec.ts'
import { minimal } from './testing/documents.ts'

it.each(['StaffOnly', ' StaffOnly,Mail ', ['StaffOnly']])(
  'refuses a service that takes access rules from the template %j, and keeps its URLs',
  (templateName) => {
    expect(decodeDefinition({ ...minimal, templateName })).toMatchObject({
      kind: 'refused',
      problems: [{ path: 'templateName', message: expect.stringContaining('write the merged definition') }],
      claim: { serviceId: minimal['serviceId'] },
    })
  },
)

it.each(['', ' ', null])('takes no template where its name is %j', (templateName) => {
  expect(decodeDefinition({ ...minimal, templateName })).toMatchObject({ kind: 'definition', ignored: [] })
})

it.each([undefined, null, '', ' '])('knows a template by its serviceId, which is %j', (serviceId) => {
  const { _class } = minimal
  expect(decodeDefinition({ _class, templateName: 'StaffOnly', serviceId })).toEqual({
    kind: 'refused',
    id: undefined,
    name: undefined,
    problems: [{ path: 'templateName', message: expect.stringContaining('is a template of Apereo CAS') }],
    claim: undefined,
  })
})
