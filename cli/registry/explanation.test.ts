import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { apereoSource, documentSource } from '../lint/read-source.ts'
import type { DefinitionSource } from '../lint/source.ts'
import { explain } from './explanation.ts'

const source = (id: number, serviceId: string, fields: object = {}) =>
  documentSource({
    file: `app-${id}.json`,
    origin: 'apereo',
    document: {
      _id: BigInt(id),
      _class: 'org.apereo.cas.services.CasRegisteredService',
      name: `app-${id}`,
      serviceId,
      evaluationOrder: id,
      ...fields,
    },
    lineOf: () => 3,
  })

const app = (id: number, port = '', path = '', fields: object = {}) =>
  source(id, `^https://app\\.example\\.org${port}${path}([/?#].*)?$`, fields)

it.each([
  ['http://app.example.org/', 'the scheme is http, not https'],
  ['https://other.example.org/', 'the host other.example.org is not app.example.org'],
  ['https://app.example.org:1/a', 'the port is 1, not 8443'],
  ['https://app.example.org:8443/apple', 'the path /apple is not below /app'],
  ['https://app.example.org:8443', 'the path (none) is not below /app'],
])('says of %s that %s', (url, reason) => {
  const { answer, asked } = explain(url, [app(1, ':8443', '/app')])
  expect(answer.kind).toBe('unregistered')
  expect(asked).toMatchObject([{ name: 'app-1', whyNot: reason }])
})

it('ends with the service that answers, in the order asked', () => {
  const {
    answer,
    asked,
    source: found,
  } = explain('https://app.example.org/x', [app(3), source(2, '^https://app\\d.*'), app(1, ':1')])
  expect(answer).toMatchObject({ kind: 'service', definition: { name: 'app-3' } })
  expect(found?.file).toBe('app-3.json')
  expect(asked).toMatchObject([
    { name: 'app-1', isNear: true },
    { name: 'app-2', whyNot: 'the regular expression does not match' },
    { name: 'app-3', whyNot: undefined },
  ])
})

it('ends with a refused definition, which keeps its URLs', () => {
  const strict = app(1, '', '', { environments: ['prod'] })
  expect(explain('https://app.example.org/x', [strict, app(2)])).toMatchObject({
    answer: { kind: 'refused', reason: expect.stringContaining('environments') },
    asked: [{ name: 'app-1', whyNot: undefined }],
  })
})

it('says of a pattern that cannot be run what servers do', () => {
  const broken = source(1, '^https://app\\.example\\.org/(?<=x)')
  for (const url of ['https://app.example.org/x', 'https://other.example.org/x']) {
    const { answer, asked } = explain(url, [broken, source(2, '.*')])
    const [first] = asked
    if (answer.kind === 'refused') expect(first?.whyNot).toBeUndefined()
    else expect(first?.whyNot).toContain('cannot be run')
  }
})

it('says where patterns cost so much that servers refuse the URL', () => {
  const costly = Array.from({ length: 400 }, (_, i) =>
    source(i, `^https://(a|b${i})+[a-z]{200}\\.example\\.org/.*`),
  )
  const { answer, asked } = explain('https://app.example.org/x', [...costly, app(999)])
  expect(answer).toMatchObject({ kind: 'refused', reason: expect.stringContaining('too many patterns') })
  expect(asked.at(-1)).toMatchObject({
    name: 'app-999',
    whyNot: expect.stringContaining('too many patterns'),
  })
})

it('says why no service at all takes a URL', () => {
  expect(explain('https://me@app.example.org/', [app(1)])).toMatchObject({
    unreadable: expect.any(String),
    asked: [],
  })
})

it('always names the service that servers answer with', () => {
  const pattern = fc.constantFrom(
    '^https://a\\.b([/?#].*)?$',
    '^https://a\\.b/x(/.*)?$',
    '^https?://[a-z0-9-]+\\.b(:[0-9]+)?(/.*)?$',
    '^https://.\\.b/.*',
    '.*',
    '^https://a\\.b:1/.*',
    '^https://(?<=x)',
    '^https://a\\.b/(?<=x)',
    '^https://c\\.d/[^](]*|https://a\\.b/.*',
  )
  const url = fc.constantFrom(
    'https://a.b',
    'https://a.b/',
    'https://a.b/x',
    'http://c.b/y',
    'https://a.b:1/x',
    'https://c.d/',
  )
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 5 }), url, (patterns, asked) => {
      const explanation = explain(
        asked,
        patterns.map((one, i) => source(i, one)),
      )
      const last = explanation.asked.at(-1)
      if (explanation.answer.kind === 'service') {
        expect(last).toMatchObject({ whyNot: undefined, name: explanation.answer.definition.name })
      } else
        expect(explanation.answer.kind === 'refused').toBe(last !== undefined && last.whyNot === undefined)
    }),
    { numRuns: 300 },
  )
})

it('refuses the URLs of a file whose id is that of none, as servers do', () => {
  const definition = {
    '@class': 'org.apereo.cas.services.CasRegisteredService',
    serviceId: '^https://app\\.example\\.org(/.*)?$',
    name: 'App',
    id: -1,
  }
  const unset = apereoSource('App--1.json', JSON.stringify(definition), 'json') as DefinitionSource
  const { answer } = explain('https://app.example.org/x', [unset, source(9, '^https://.*')])
  expect(answer).toMatchObject({ kind: 'refused' })
})
