import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { defaultConfig } from '../../common/documents/properties.ts'
import type { StoredDocument } from '../../common/documents/service-definition.ts'
import { ShardedMap } from '../../common/sharded-map.ts'
import type { RegistryContents } from '../services/registry-source.ts'
import { Catalog } from './catalog.ts'

const services = 'org.apereo.cas.services'

function document(id: bigint, change: StoredDocument = {}): StoredDocument {
  return {
    _id: id,
    _class: `${services}.CasRegisteredService`,
    name: `app-${id}`,
    serviceId: `^https://app-${id}\\.example\\.org(/.*)?$`,
    ...change,
  }
}

function contents(
  documents: readonly StoredDocument[],
  change: Partial<RegistryContents> = {},
): RegistryContents {
  const byId = new Map(documents.map((one) => [String(one['_id']), one]))
  return { rev: 1, digest: 'd', services: byId, properties: new Map(), ...change }
}

const wide = document(99n, { name: 'wide', serviceId: '^https://.*', evaluationOrder: 1000 })

it('knows nothing before the first contents', () => {
  expect(new Catalog().current).toMatchObject({ rev: 0, size: 0, config: defaultConfig })
  expect(new Catalog().current.findService('https://app-1.example.org/').kind).toBe('unregistered')
})

it('finds the definitions of its contents, by URL and by id', () => {
  const snapshot = new Catalog().apply(contents([document(1n), document(2n)], { rev: 7 }))
  expect(snapshot).toMatchObject({ rev: 7, digest: 'd', size: 2, refusedServices: [], refusedProperties: [] })
  expect(snapshot.findService('https://app-2.example.org/x')).toMatchObject({ definition: { name: 'app-2' } })
  expect(snapshot.definitionById('1')?.name).toBe('app-1')
  expect(snapshot.definitionById('3')).toBeUndefined()
})

it('never changes a snapshot that somebody holds', () => {
  const catalog = new Catalog()
  const before = catalog.apply(contents([document(1n)]))
  catalog.apply(contents([], { rev: 2 }))
  expect(before.findService('https://app-1.example.org/').kind).toBe('service')
  expect(catalog.current.findService('https://app-1.example.org/').kind).toBe('unregistered')
})

it('reads a document once, as long as it does not change', () => {
  const catalog = new Catalog()
  const documents = [document(1n), document(2n)]
  const before = catalog.apply(contents(documents)).definitionById('1')
  expect(catalog.apply(contents([...documents, document(3n)])).definitionById('1')).toBe(before)
})

it('reports once what a document says that is not honoured and restricts nothing', () => {
  const reported: unknown[] = []
  const catalog = new Catalog((definition, ignored) => reported.push([definition.id, ...ignored]))
  const serviceTicketExpirationPolicy = {
    _class: `${services}.DefaultRegisteredServiceServiceTicketExpirationPolicy`,
    numberOfUses: 3n,
    timeToLive: '20',
  }
  const documents = [document(1n), document(2n, { serviceTicketExpirationPolicy })]
  const snapshot = catalog.apply(contents(documents))
  catalog.apply(contents(documents, { rev: 2 }))
  expect(snapshot.definitionById('2')?.tickets).toEqual({ serviceTicketSeconds: 20 })
  expect(reported).toEqual([
    [2n, { path: 'serviceTicketExpirationPolicy', message: expect.stringContaining('is treated as 1') }],
  ])
})

it('lists a refused document with its reason, and keeps its URLs from wider services', () => {
  const strict = document(1n, { environments: ['prod'] })
  const snapshot = new Catalog().apply(contents([strict, wide]))
  expect(snapshot.size).toBe(1)
  expect(snapshot.refusedServices).toEqual([{ id: '1', reason: expect.stringContaining('environments') }])
  expect(snapshot.refusals).toMatchObject([{ id: '1', urls: 'closed' }])
  expect(snapshot.findService('https://app-1.example.org/')).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('app-1'),
  })
  expect(snapshot.findService('https://app-2.example.org/')).toMatchObject({ definition: { name: 'wide' } })
})

it.each([
  ['serviceId', { serviceId: '^https://app-1\\.(?<=x).*' }],
  [
    'accessStrategy.requiredAttributes.memberOf',
    {
      accessStrategy: {
        _class: `${services}.DefaultRegisteredServiceAccessStrategy`,
        requiredAttributes: { memberOf: ['(staff'] },
      },
    },
  ],
  [
    'proxyPolicy.pattern',
    { proxyPolicy: { _class: `${services}.RegexMatchingRegisteredServiceProxyPolicy`, pattern: 'a++' } },
  ],
])('refuses a definition whose %s cannot be run, before anybody asks for it', (path, change) => {
  const snapshot = new Catalog().apply(contents([document(1n, change), wide]))
  expect(snapshot.refusedServices).toEqual([{ id: '1', reason: expect.stringContaining(`${path}: `) }])
  expect(snapshot.findService('https://app-1.example.org/').kind).toBe('refused')
  expect(snapshot.findService('https://app-2.example.org/').kind).toBe('service')
})

it('lets a service of another protocol claim no URLs', () => {
  const saml = document(1n, {
    _class: 'org.apereo.cas.support.saml.services.SamlRegisteredService',
    serviceId: '.*',
  })
  const snapshot = new Catalog().apply(contents([saml, wide]))
  expect(snapshot.refusedServices).toHaveLength(1)
  expect(snapshot.refusals).toMatchObject([{ id: '1', urls: 'open' }])
  expect(snapshot.findService('https://app-1.example.org/').kind).toBe('service')
})

it('takes properties with the same swap, and keeps the last good ones', () => {
  const name = 'cas.ticket.st.time-to-kill-in-seconds'
  const withTicketSeconds = (value: string) => new Map([[name, { _id: name, name, value }]])
  const catalog = new Catalog()
  expect(
    catalog.apply(contents([], { properties: withTicketSeconds('15') })).config.serviceTicketSeconds,
  ).toBe(15)
  const snapshot = catalog.apply(contents([document(1n)], { properties: withTicketSeconds('soon') }))
  expect(snapshot).toMatchObject({ size: 1, config: { serviceTicketSeconds: 15 } })
  expect(snapshot.refusedProperties).toEqual([{ name, reason: expect.stringContaining('seconds') }])
})

it('answers after any history as a catalog does that was given the last contents only', () => {
  const patterns = [
    '^https://a\\.org/.*',
    '^https://[a-z]+\\.a\\.org/.*',
    '^https://.*',
    '^https://(?!b)[ab]\\.org/x.*',
  ]
  const kept = new Map<string, StoredDocument>()
  const one = fc.record({
    id: fc.integer({ min: 1, max: 4 }),
    pattern: fc.constantFrom(...patterns),
    order: fc.integer({ min: 0, max: 2 }),
  })
  const urls = ['https://a.org/x', 'https://b.org/x', 'https://x.a.org/y', 'http://a.org/']
  fc.assert(
    fc.property(fc.array(fc.array(one, { maxLength: 5 }), { maxLength: 6 }), (history) => {
      const catalog = new Catalog()
      for (const step of history) {
        const documents = step.map(({ id, pattern, order }) => {
          const key = `${id} ${pattern} ${order}`
          const fresh = document(BigInt(id), { serviceId: pattern, evaluationOrder: order })
          return kept.get(key) ?? kept.set(key, fresh).get(key) ?? fresh
        })
        const last = contents(documents)
        catalog.apply(last)
        const fresh = new Catalog().apply(last)
        for (const url of urls) expect(catalog.current.findService(url)).toEqual(fresh.findService(url))
        expect(catalog.current.size).toBe(fresh.size)
      }
    }),
  )
})

it('reads one document among a thousand when one changes, and the others not at all', () => {
  const read = new Set<unknown>()
  const watched = (id: number, change: StoredDocument = {}) =>
    new Proxy(document(BigInt(id), change), {
      get: (target, field, receiver) => {
        read.add(id)
        return Reflect.get(target, field, receiver) as unknown
      },
    })
  const catalog = new Catalog()
  const all = ShardedMap.from(
    Array.from({ length: 1000 }, (_, id) => [String(id + 1), watched(id + 1)] as const),
  )
  catalog.apply({ ...contents([]), services: all })
  expect(read.size).toBe(1000)
  read.clear()
  const edited = all.with([['500', watched(500, { serviceId: '^https://new\\.org/.*' })]])
  const snapshot = catalog.apply({ ...contents([]), rev: 2, services: edited })
  expect([...read]).toEqual([500])
  expect(snapshot.findService('https://new.org/').kind).toBe('service')
  expect(snapshot.findService('https://app-500.example.org/').kind).toBe('unregistered')
})
