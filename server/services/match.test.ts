import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { compilePattern } from '../../common/documents/java-pattern.ts'
import type { ServiceClaim, ServiceDefinition } from '../../common/documents/service-definition.ts'
import { servicePattern } from '../../common/documents/service-pattern.ts'
import { parseServicePattern } from '../../common/documents/service-shape.ts'
import { matchableService, serviceIndex, shapeMatches } from './match.ts'
import { readServiceUrl } from './service-url.ts'

function claim(serviceId: string, change: Partial<ServiceClaim> = {}): ServiceClaim {
  return { id: 1n, name: serviceId, serviceId, evaluationOrder: 0, ...change }
}

function indexOf(...claims: readonly ServiceClaim[]) {
  return serviceIndex(
    claims.map((one) => matchableService(one, { kind: 'service', definition: one as ServiceDefinition })),
  )
}

function foundIn(index: ReturnType<typeof indexOf>, url: string): string {
  const found = index.find(url)
  return found.kind === 'service' ? found.definition.name : found.kind
}

it('asks in the order of evaluationOrder, name without case, serviceId, id', () => {
  // All match https://a.org/; each list is what is left after the first of the list before was taken away.
  const claims = [
    claim('^https://a\\.org/$', { name: 'B', evaluationOrder: 1, id: 2n }),
    claim('^https://.*', { name: 'Z', evaluationOrder: -1, id: 3n }),
    claim('^https://a\\.org/$', { name: 'b', evaluationOrder: 1, id: 1n }),
    claim('^https://a\\.org(/.*)?$', { name: 'A', evaluationOrder: 1, id: 5n }),
    claim('^https://a\\.org/$', { name: 'a', evaluationOrder: 1, id: 9n }),
  ]
  const order: bigint[] = []
  for (let left = claims; left.length > 0; left = left.filter(({ id }) => id !== order.at(-1))) {
    const found = indexOf(...left).find('https://a.org/')
    if (found.kind !== 'service') break
    order.push(found.definition.id)
  }
  expect(order).toEqual([3n, 5n, 9n, 1n, 2n])
})

it('finds by host, port and path, and nothing beside them', () => {
  const index = indexOf(
    claim(servicePattern({ hosts: ['app.example.org'] }), { name: 'app' }),
    claim(servicePattern({ schemes: ['http'], hosts: ['localhost:*'], paths: ['/demo'] }), { name: 'demo' }),
    claim(servicePattern({ hosts: ['*.apps.example.org'] }), { name: 'any' }),
  )
  expect(foundIn(index, 'https://app.example.org')).toBe('app')
  expect(foundIn(index, 'HTTPS://APP.example.org/x')).toBe('app')
  expect(foundIn(index, 'https://app.example.org.evil.net/')).toBe('unregistered')
  expect(foundIn(index, 'https://appxexample.org/')).toBe('unregistered')
  expect(foundIn(index, 'https://evil.net/?https://app.example.org/')).toBe('unregistered')
  expect(foundIn(index, 'http://app.example.org/')).toBe('unregistered')
  expect(foundIn(index, 'http://localhost:3000/demo;jsessionid=1')).toBe('demo')
  expect(foundIn(index, 'http://localhost/demo')).toBe('demo')
  expect(foundIn(index, 'http://localhost/demolition')).toBe('unregistered')
  expect(foundIn(index, 'https://one.apps.example.org/')).toBe('any')
  expect(foundIn(index, 'https://two.one.apps.example.org/')).toBe('unregistered')
})

it('lets the first in order win, whether shapes or patterns', () => {
  const wide = claim('^https://.*', { name: 'wide', evaluationOrder: 10 })
  const narrow = claim('^https://app\\.example\\.org/.*', { name: 'narrow', evaluationOrder: 20 })
  expect(foundIn(indexOf(wide, narrow), 'https://app.example.org/')).toBe('wide')
  const later = indexOf({ ...wide, evaluationOrder: 30 }, narrow)
  expect(foundIn(later, 'https://app.example.org/')).toBe('narrow')
  expect(foundIn(later, 'https://other.example.org/')).toBe('wide')
})

it.each([
  ['^https://apps?\\.example\\.org/.*', 'https://app.example.org/', true],
  ['^https://app\\.?example', 'https://appexample', true],
  ['^https://a\\.org/x|https://b\\.org/.*', 'https://b.org/y', true],
  ['https?://app[0-9]\\.example\\.org/.*', 'http://APP7.example.org/', true],
  ['^https://app.example.org/.*', 'https://appXexample.org/', true],
  ['https://app\\.example\\.org', 'https://app.example.org/more', false],
  ['(?i)^https://app[.]org', 'https://app.org', true],
])('runs the pattern %s on %s: %s', (pattern, url, matches) => {
  expect(foundIn(indexOf(claim(pattern, { name: 'found' })), url)).toBe(matches ? 'found' : 'unregistered')
})

it('refuses a URL that a pattern may claim which cannot be run, and does not give it to a wider service', () => {
  const index = indexOf(
    claim('^https://secret\\.example\\.org/(?>a|b)', { name: 'strict' }),
    claim('^https://.*', { name: 'wide', evaluationOrder: 1 }),
  )
  expect(index.find('https://secret.example.org/a')).toMatchObject({ kind: 'refused' })
  expect(foundIn(index, 'https://open.example.org/')).toBe('wide')
})

it('gives no service to a URL that browsers and the standard read differently, however wide a pattern', () => {
  const index = indexOf(claim('.*'))
  expect(foundIn(index, 'https://app.example.org\\@evil.net/')).toBe('unregistered')
  expect(index.find('https://app.example.org/').kind).toBe('service')
})

const patternPieces = fc.record({
  scheme: fc.constantFrom('https', 'http', 'https?', '(http|https)', 'http(s)?'),
  hosts: fc.array(
    fc
      .tuple(
        fc.constantFrom(
          'a\\.org',
          'b-c\\.a\\.org',
          'localhost',
          '[a-z0-9-]+\\.a\\.org',
          '\\[::1\\]',
          '127\\.0\\.0\\.1',
        ),
        fc.constantFrom('', '', '(:[0-9]+)?', '(?::\\d+)?', ':8443'),
      )
      .map((parts) => parts.join('')),
    { minLength: 1, maxLength: 3 },
  ),
  path: fc.constantFrom(
    '',
    '',
    '/',
    '/app',
    '/App/',
    '/a\\.b',
    '(/app|/app2)',
    '(?:/x|/X/y)',
    '/x;y',
    '/a\\?b=c',
  ),
  tail: fc.constantFrom('', '.*', '(/.*)?', '([/?#].*)?', '([/?#;].*)?', '(?:/.*)?'),
})

const patterns = patternPieces.map(({ scheme, hosts, path, tail }) => {
  const host = hosts.length === 1 ? hosts[0] : `(${hosts.join('|')})`
  return `^${scheme}://${host}${path}${tail}$`
})

const urls = fc
  .tuple(
    fc.constantFrom('https://', 'http://', 'HTTPS://'),
    fc.constantFrom(
      'a.org',
      'A.org',
      'b-c.a.org',
      'x.b-c.a.org',
      'x_y.a.org',
      'aa.org',
      'localhost',
      '[::1]',
      '127.0.0.1',
    ),
    fc.constantFrom('', '', ':443', ':8443', ':84', ':0'),
    fc.constantFrom(
      '',
      '/',
      '/app',
      '/APP/',
      '/app2',
      '/appx',
      '/a.b',
      '/aXb',
      '/x',
      '/x/y',
      '/x;y',
      '/a?b=c',
      '?app',
      '#/app',
    ),
    fc.oneof(fc.constantFrom('', '/', '/more', '?x=1', '#f', ';j=1', 'z'), fc.webPath(), fc.webFragments()),
  )
  .map((parts) => parts.join(''))

it('matches by shape exactly what the pattern matches as a regular expression', () => {
  let shapes = 0
  let matches = 0
  fc.assert(
    fc.property(patterns, fc.array(urls, { minLength: 5, maxLength: 20 }), (pattern, texts) => {
      const shape = parseServicePattern(pattern)
      const compiled = compilePattern(pattern, { caseInsensitive: true })
      if (shape === undefined || compiled.kind === 'refused') return
      shapes += 1
      for (const text of texts) {
        const url = readServiceUrl(text)
        if (url === undefined) continue
        const expected = compiled.pattern.matches(text)
        if (expected) matches += 1
        expect({ pattern, text, matches: shapeMatches(shape, url) }).toEqual({
          pattern,
          text,
          matches: expected,
        })
        expect(new RegExp(`^(?:${pattern})$`, 'i').test(text)).toBe(expected)
      }
    }),
    { numRuns: 400 },
  )
  // The property would hold of nothing at all.
  expect(shapes).toBeGreaterThan(200)
  expect(matches).toBeGreaterThan(60)
})
