import { expect, it } from '@jest/globals'
import { decodeDefinition, encodeDefinition } from './definition-codec.ts'
import type { StoredDocument } from './service-definition.ts'
import { definitionIn, ignoredPaths, minimal, refusedPaths, services, stored } from './testing/documents.ts'

const rules = `${services}.DefaultRegisteredServiceAccessStrategy`
const times = `${services}.TimeBasedRegisteredServiceAccessStrategy`
const chain = `${services}.ChainingRegisteredServiceAccessStrategy`

const withAccess = (accessStrategy: StoredDocument): StoredDocument => ({ ...minimal, accessStrategy })
const withExpiration = (fields: StoredDocument): StoredDocument => ({
  ...minimal,
  expirationPolicy: { _class: `${services}.DefaultRegisteredServiceExpirationPolicy`, ...fields },
})

it('honours the times of an access strategy, as a real Apereo CAS stored them', () => {
  const { access } = definitionIn(stored('TimeBased'))
  expect(access).toMatchObject({
    enabled: true,
    notBefore: Date.UTC(2020, 0, 1),
    notAfter: Date.UTC(2035, 0, 1),
  })
})

it.each([
  [{ startingDateTime: '2026-01-01T08:00', zoneId: '+02:00' }, { notBefore: Date.UTC(2026, 0, 1, 6) }, []],
  [{ startingDateTime: '2026-01-01T08:00' }, { notBefore: Date.UTC(2026, 0, 1, 8) }, []],
  [
    { endingDateTime: '2026-01-01T08:00+01:00', zoneId: 'Asia/Tokyo' },
    { notAfter: Date.UTC(2026, 0, 1, 7) },
    [],
  ],
  [{ endingDateTime: '2026-01-01', zoneId: 'Z', enabled: false }, { enabled: false }, []],
])('reads %j', (fields, expected, noted) => {
  const decoded = decodeDefinition(withAccess({ _class: times, ...fields }))
  expect(decoded).toMatchObject({ kind: 'definition', definition: { access: expected } })
  expect(ignoredPaths(decoded)).toEqual(noted)
})

it.each([
  [{ startingDateTime: 'soon' }, 'accessStrategy.startingDateTime'],
  [{ endingDateTime: '2026-01-01T08:00', zoneId: 'Europe/Berlin' }, 'accessStrategy.endingDateTime'],
  [{ endingDateTime: 5, startingDateTime: '2026-01-01T08:00Z' }, 'accessStrategy.endingDateTime'],
  [{ startingDateTime: ' ' }, 'accessStrategy'],
  [{ endingDateTime: '2026-01-01T08:00Z', somethingNew: 'x' }, 'accessStrategy.somethingNew'],
])('refuses %j, since the service might be open when it should not be', (fields, path) => {
  expect(refusedPaths(decodeDefinition(withAccess({ _class: times, ...fields })))).toEqual([path])
})

it('writes times alone where there are no rules beside them, which Apereo CAS 6.6 needs at the sign-in', () => {
  const only = { notBefore: Date.UTC(2026, 0, 1), notAfter: Date.UTC(2027, 0, 1) }
  const base = definitionIn(minimal)
  const encoded = (change: object) =>
    encodeDefinition({ ...base, access: { ...base.access, ...only, ...change } })['accessStrategy']
  expect(encoded({})).toMatchObject({ _class: times, startingDateTime: '2026-01-01T00:00:00.000Z' })
  for (const change of [
    { enabled: false },
    { ssoEnabled: false },
    { requiredAttributes: { memberOf: ['staff'] } },
    { rejectedAttributes: { memberOf: ['guest'] } },
    { unauthorizedRedirectUrl: 'https://example.org/' },
  ])
    expect(encoded(change)).toMatchObject({
      _class: chain,
      strategies: [{ _class: rules }, { _class: times }],
    })
})

it('takes strategies that must all allow for one: the rules of one, and the time that all share', () => {
  const strategies = [
    { _class: times, startingDateTime: '2026-01-01T00:00Z', endingDateTime: '2026-06-01T00:00Z' },
    { _class: rules, requiredAttributes: { memberOf: ['staff'] } },
    { _class: times, startingDateTime: '2026-02-01T00:00Z', endingDateTime: '2026-12-01T00:00Z' },
  ]
  const { access } = definitionIn(withAccess({ _class: chain, strategies, operator: 'AND', order: 1 }))
  expect(access).toEqual({
    enabled: true,
    ssoEnabled: true,
    requireAllAttributes: true,
    caseInsensitive: false,
    requiredAttributes: { memberOf: ['staff'] },
    rejectedAttributes: {},
    notBefore: Date.UTC(2026, 1, 1),
    notAfter: Date.UTC(2026, 5, 1),
  })
})

it.each([
  ['that are none', { strategies: [] }, ['accessStrategy']],
  [
    'one of which is enough',
    { strategies: [{ _class: rules }, { _class: rules }], operator: 'OR' },
    ['accessStrategy.operator'],
  ],
  [
    'of which two have rules',
    {
      strategies: [
        { _class: rules, enabled: false },
        { _class: rules, ssoEnabled: false },
      ],
    },
    ['accessStrategy.strategies'],
  ],
  [
    'of which one is a script',
    { strategies: [{ _class: `${services}.GroovyRegisteredServiceAccessStrategy` }] },
    ['accessStrategy.strategies.0._class', 'accessStrategy'],
  ],
  ['that are no list', { strategies: { _class: rules } }, ['accessStrategy.strategies', 'accessStrategy']],
])('refuses strategies %s', (_what, fields, paths) => {
  expect(refusedPaths(decodeDefinition(withAccess({ _class: chain, ...fields })))).toEqual(paths)
})

it.each<readonly [string, string]>([
  ['m.of', 'm_#_of'],
  ['m_#_of', 'm.of'],
])('refuses two keys that mean one attribute, %s and %s, whichever of them restricts', (first, second) => {
  for (const field of ['requiredAttributes', 'rejectedAttributes']) {
    const attributes = { [first]: ['strict'], [second]: ['.*'] }
    const decoded = decodeDefinition(withAccess({ _class: rules, [field]: attributes }))
    expect(refusedPaths(decoded)).toEqual([`accessStrategy.${field}.m.of`])
  }
})

it('refuses two keys that mean one attribute also where neither is written with dots alone', () => {
  const requiredAttributes = { 'a.b_#_c': ['strict'], 'a_#_b.c': ['.*'] }
  const decoded = decodeDefinition(withAccess({ _class: rules, requiredAttributes }))
  expect(refusedPaths(decoded)).toEqual(['accessStrategy.requiredAttributes.a.b.c'])
})

it.each([
  ['2030-01-01', Date.UTC(2030, 0, 1), []],
  ['2030-01-01T00:00:00+01:00', Date.UTC(2029, 11, 31, 23), []],
  [new Date(Date.UTC(2030, 0, 1)), Date.UTC(2030, 0, 1), []],
])('honours an expiration on %s', (expirationDate, expiresAt, noted) => {
  const decoded = decodeDefinition(withExpiration({ expirationDate }))
  expect(decoded).toMatchObject({ kind: 'definition', definition: { expiresAt } })
  expect(ignoredPaths(decoded)).toEqual(noted)
})

it('notes what else an expiration would do, and refuses a date that it does not understand', () => {
  const asked = { deleteWhenExpired: true, notifyWhenDeleted: true, notifyWhenExpired: true }
  const decoded = decodeDefinition(withExpiration({ ...asked, expirationDate: '' }))
  expect(ignoredPaths(decoded)).toEqual(Object.keys(asked).map((field) => `expirationPolicy.${field}`))
  for (const expirationDate of ['31.12.2030', 5, new Date(Number.NaN)]) {
    expect(refusedPaths(decodeDefinition(withExpiration({ expirationDate })))).toEqual([
      'expirationPolicy.expirationDate',
    ])
  }
})

it('writes times so that an Apereo CAS keeps to them together with the rules', () => {
  const definition = {
    ...definitionIn(minimal),
    access: { ...definitionIn(minimal).access, ssoEnabled: false, notAfter: Date.UTC(2026, 5, 1) },
    expiresAt: Date.UTC(2027, 0, 1),
  }
  const document = encodeDefinition(definition)
  expect(document).toMatchObject({
    accessStrategy: {
      _class: chain,
      operator: 'AND',
      strategies: [
        { _class: rules, ssoEnabled: false },
        { _class: times, endingDateTime: '2026-06-01T00:00:00.000Z', zoneId: 'Z' },
      ],
    },
    expirationPolicy: { expirationDate: '2027-01-01T00:00:00.000Z' },
  })
  expect(definitionIn(document)).toEqual(definition)
})

const scripts = [
  "groovy { return currentValues.contains('guest') }",
  "groovy \\{ return currentValues.contains('guest') \\}",
  'groovy{ true }',
  'file:/etc/cas/guests.groovy',
  '^classpath:guests.groovy$',
  'Groovy { true }',
  'file:/etc/cas/guests.GROOVY',
  '/etc/cas/guests.groovy',
]

it.each(
  scripts.flatMap((script) => [
    ['requiredAttributes', script] as const,
    ['rejectedAttributes', script] as const,
  ]),
)('takes no script for a pattern of %s: %s', (field, script) => {
  const decoded = decodeDefinition(withAccess({ _class: rules, [field]: { cn: ['staff', script] } }))
  expect(decoded).toMatchObject({
    problems: [{ path: `accessStrategy.${field}.cn`, message: 'scripts are not run' }],
  })
})

it.each(['^.*\\.groovy$', '.*\\.groovy', '(groovy){2}', 'groovy', '^groovy-.*'])(
  'takes the pattern %s for one',
  (value) => {
    expect(definitionIn(withAccess({ _class: rules, requiredAttributes: { cn: [value] } }))).toBeDefined()
  },
)
