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

it('holds back only URLs that hold the literal text of a pattern that cannot be run, though it begins with none', () => {
  const index = indexOf(
    claim('^https://(?!secret)[a-z]+\\.look\\.example\\.org/.*$', { name: 'look' }),
    claim('^https://.*', { name: 'wide', evaluationOrder: 1 }),
    claim('.*', { name: 'names', evaluationOrder: 2 }),
  )
  expect(foundIn(index, 'https://a.LOOK.example.org/x')).toBe('refused')
  expect(foundIn(index, 'https://other.example.org/x')).toBe('wide')
  expect(index.findTarget('imap:mail.example.org').kind).toBe('service')
})

it('keeps the URLs of a pattern that cannot be run, whichever of its alternatives they belong to', () => {
  const index = indexOf(
    claim('^https://portal\\.example\\.org/[^](]*|https://admin\\.example\\.org/.*', { name: 'restricted' }),
    claim('^https://.*', { name: 'wide', evaluationOrder: 9 }),
  )
  expect(foundIn(index, 'https://admin.example.org/x')).toBe('refused')
})

it.each([
  '^https://(broken\\.example\\.org/.*',
  'https://*.broken.example.org/**',
  '^https://[broken.example.org/.*',
])('holds back only URLs that a malformed pattern may have meant: %s', (pattern) => {
  const index = indexOf(claim(pattern), claim('^https://.*', { name: 'wide', evaluationOrder: 9 }))
  expect(foundIn(index, 'https://broken.example.org/x')).toBe('refused')
  expect(foundIn(index, 'https://intranet.example.com/')).toBe('wide')
})

it('holds back every URL where a malformed pattern does not say which it means', () => {
  const index = indexOf(claim('^https://('), claim('^https://.*', { name: 'wide', evaluationOrder: 9 }))
  expect(foundIn(index, 'https://intranet.example.com/')).toBe('refused')
})

it.each(['(/portal|)([/?#;].*)?', '()(/.*)?', '(?:)(/.*)?', '(|/portal)(/.*)?'])(
  'takes an empty alternative of a path for what it is: %s',
  (rest) => {
    const index = indexOf(
      claim(`^https://app\\.example\\.org${rest}$`, { name: 'own' }),
      claim('^https://.*', { name: 'wide', evaluationOrder: 9 }),
    )
    expect(foundIn(index, 'https://app.example.org/portal/x')).toBe('own')
    expect(foundIn(index, 'https://app.example.org')).toBe('own')
  },
)

it('gives no service to a URL that browsers and the standard read differently, however wide a pattern', () => {
  const index = indexOf(claim('.*'))
  expect(foundIn(index, 'https://app.example.org\\@evil.net/')).toBe('unregistered')
  expect(index.find('https://app.example.org/').kind).toBe('service')
})

const longUrl = `https://other.example.net/${'abcdefgh'.repeat(246)}`

it('refuses a URL, and does not hang, when a pattern takes more work for it than one may', () => {
  const index = indexOf(
    claim('^https://[a-z.]+/(?:[a-z]*a.{200})+[b]', { name: 'heavy' }),
    claim('^https://.*', { name: 'wide', evaluationOrder: 1 }),
  )
  const hurting = `https://other.example.net/${'a'.repeat(2000)}`
  const reason = 'service heavy: serviceId takes too much work for a URL such as this'
  expect(index.find(hurting)).toEqual({ kind: 'refused', reason })
  // The same each time, and whatever is compiled by then.
  expect(foundIn(index, hurting)).toBe('refused')
  expect(foundIn(index, 'https://other.example.net/')).toBe('wide')
})

it('runs none of more than a hundred large look-aheads, and refuses the URLs of that service only', () => {
  const lookaheads = '(?!(?:.?){450}zz)'.repeat(118)
  const hostile = claim(`^${lookaheads}https://never\\.example\\.net/[x]+`, { name: 'hostile' })
  const index = indexOf(hostile, claim('^https://.*', { name: 'wide', evaluationOrder: 1 }))
  const reason = 'service hostile: serviceId has more than 8 look-aheads'
  expect(index.find(longUrl.replace('other', 'never'))).toEqual({ kind: 'refused', reason })
  expect(foundIn(index, longUrl)).toBe('wide')
})

it('stays within its budget for a thousand patterns that each grow with the URL', () => {
  const claims = Array.from({ length: 1000 }, (_, i) =>
    claim(`https://[^/]+/.*a.{40}(?:${i}z)`, { id: BigInt(i) }),
  )
  const reason = 'too many patterns would have to be tried for this URL'
  expect(indexOf(...claims).find(longUrl)).toEqual({ kind: 'refused', reason })
})

it('counts what compiling costs, however little is left of a pattern', () => {
  const characters = Array.from({ length: 1_900 }, (_, k) => String.fromCodePoint(0x4e00 + 2 * k)).join('|')
  const claims = Array.from({ length: 60 }, (_, i) => claim(`${characters}|${i}`, { id: BigInt(i) }))
  const reason = 'too many patterns would have to be tried for this URL'
  expect(indexOf(...claims).find('https://app.example.org/')).toEqual({ kind: 'refused', reason })
})

it('spends no work on patterns of other hosts, nor on those behind the shape that matches', () => {
  const others = Array.from({ length: 1000 }, (_, i) =>
    claim(`^(?!.*/logout)https://app-${i}\\.example\\.org/(?:.?){450}z`, { id: BigInt(i) }),
  )
  const behind = Array.from({ length: 1000 }, (_, i) => claim(`.*(?:.?){450}${i}`, { evaluationOrder: 2 }))
  const own = claim('^https://other\\.example\\.net/.*', { name: 'own', evaluationOrder: 1 })
  expect(foundIn(indexOf(...others, own, ...behind), longUrl)).toBe('own')
})

it('finds the service among fifty wildcards for the longest URL, and among 500 for a common one', () => {
  const wildcards = (count: number) =>
    Array.from({ length: count }, (_, i) => claim(`^https?://[a-z0-9-]+\\.part-${i}\\.example\\.org(/.*)?$`))
  const last = claim('^https://.*', { name: 'last', evaluationOrder: 1 })
  expect(foundIn(indexOf(...wildcards(50), last), longUrl)).toBe('last')
  expect(foundIn(indexOf(...wildcards(500), last), longUrl.slice(0, 200))).toBe('last')
})

it('takes no quoted bracket for a class that hides an alternative', () => {
  const quoted = claim('https://a\\.example\\.org/\\Q[\\E|https://b\\.example\\.org/.*', { name: 'quoted' })
  const index = indexOf(quoted, claim('^https://.*', { name: 'wide', evaluationOrder: 1 }))
  expect(foundIn(index, 'https://b.example.org/x')).toBe('quoted')
  expect(foundIn(index, 'https://a.example.org/[')).toBe('quoted')
  expect(foundIn(indexOf(claim('https://ab\\Q\\E?\\.org/', { name: 'a' })), 'https://a.org/')).toBe('a')
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

it('finds a name that is no URL as the target of proxy tickets only, by the first pattern that matches all of it', () => {
  const index = indexOf(
    claim('^https://mail\\.example\\.org/.*$', { name: 'web' }),
    claim('^(https|imaps)://mail\\.example\\.org.*', { name: 'both', evaluationOrder: 1 }),
    claim('imap:mail\\.example\\.org', { name: 'imap', evaluationOrder: 2 }),
    claim('^imap.*', { name: 'wide', evaluationOrder: 3 }),
  )
  const target = (name: string): string => {
    const found = index.findTarget(name)
    return found.kind === 'service' ? found.definition.name : found.kind
  }
  expect(target('imaps://mail.example.org:993')).toBe('both')
  expect(target('imap:mail.example.org')).toBe('imap')
  expect(target('imap:mail.example.org.evil.net')).toBe('wide')
  expect(target('https://mail.example.org/')).toBe('web')
  expect(target('https://mail.example.org\\@evil.net/')).toBe('unregistered')
  expect(target('ximap:mail.example.org')).toBe('unregistered')
  expect(target('imap: mail')).toBe('unregistered')
  for (const name of ['imap:mail.example.org', 'imaps://mail.example.org:993', 'imap']) {
    expect(foundIn(index, name)).toBe('unregistered')
  }
})

it('gives no name to a wider service while a pattern before it cannot be run', () => {
  const index = indexOf(
    claim('^imap:(?<=x)y$', { name: 'broken' }),
    claim('^imap:.*', { evaluationOrder: 1 }),
  )
  expect(index.findTarget('imap:x').kind).toBe('refused')
})
