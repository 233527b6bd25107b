import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { compilePattern } from '../../common/documents/java-pattern.ts'
import { closedPattern, wildcardPattern } from './pattern-fixes.ts'
import { meantUrls, patternRemarks } from './pattern-rules.ts'

const matches = (pattern: string, url: string): boolean => {
  const compiled = compilePattern(pattern, { caseInsensitive: true })
  return compiled.kind === 'pattern' && compiled.pattern.matches(url)
}

it.each([
  ['an unescaped dot', '^https://app.example.org/.*', '^https://app\\.example\\.org/.*'],
  ['a dot in one of two hosts', '^https://(a\\.b\\.org|b.b.org)/.*', '^https://(a\\.b\\.org|b\\.b\\.org)/.*'],
  ['a tail right behind the host', 'https://b\\.b\\.org.*', 'https://b\\.b\\.org([/?#].*)?$'],
  ['the same with an end', '^https://b\\.b\\.org.*$', '^https://b\\.b\\.org([/?#].*)?$'],
  ['dots and a tail', 'https?://app.example.org.*', 'https?://app\\.example\\.org([/?#].*)?$'],
  ['an open beginning', '.*https://b\\.b\\.org/.*', 'https://b\\.b\\.org/.*'],
  ['any text as a label', '^https://.+\\.b\\.org/.*', '^https://[a-z0-9.-]+\\.b\\.org/.*'],
  ['any text but slashes as a label', '^https://[^/]+\\.b\\.org/.*', '^https://[a-z0-9.-]+\\.b\\.org/.*'],
  ['no dot before the domain', '^https://.*b\\.org(/.*)?$', '^https://([a-z0-9.-]+\\.)?b\\.org(/.*)?$'],
  ['any text in a label', '^https://app.*\\.b\\.org/.*', '^https://app[a-z0-9.-]*\\.b\\.org/.*'],
  ['any text as a port', '^https://b\\.b\\.org(:.*)?(/.*)?$', '^https://b\\.b\\.org(:[0-9]+)?(/.*)?$'],
])('closes %s', (_title, open, closed) => {
  expect(closedPattern(open)).toBe(closed)
})

it.each([
  ['any text in the scheme', '^http.*://b\\.b\\.org/.*', '^https?://b\\.b\\.org/.*'],
  ['any text for a scheme', '^.*://b\\.b\\.org/.*', '^https?://b\\.b\\.org/.*'],
  ['scheme, label and tail', '^http.*://.*\\.b\\.org.*', '^https?://[a-z0-9.-]+\\.b\\.org([/?#].*)?$'],
  ['a domain below a suffix of two', '^https://.*b\\.co\\.uk/.*', '^https://([a-z0-9.-]+\\.)?b\\.co\\.uk/.*'],
  ['a tail behind one label of a network’s own', '^https://localhost.*', '^https://localhost([/?#].*)?$'],
  ['a name of a network’s own', '^https://.*\\.internal/.*', '^https://[a-z0-9.-]+\\.internal/.*'],
])('closes %s without losing a scheme or a sub-domain', (_title, open, closed) => {
  expect(closedPattern(open)).toBe(closed)
})

it.each([
  '^https://.*\\.org/.*',
  '^https://.*\\.com/.*',
  '^https://([^/]+\\.)?org(/.*)?$',
  '^https://.*org/.*',
  '^https://wiki.*',
  '^https://wiki.*:8443/.*',
  '^https://app.*\\.org/.*',
  '^https://[^/]+\\.co\\.uk/.*',
  '^https://[a-z0-9.-]+\\.co\\.uk/.*',
  '^https://[a-z0-9-]+\\.org([/?#].*)?$',
  '^https://.*\\.(org|net)/.*',
])('proposes nothing for %s, which no replacement makes one owner’s', (pattern) => {
  expect(closedPattern(pattern)).toBeUndefined()
})

it.each(['https://*.org/**', 'https://*.co.uk:8443/*', 'https://*.com:*/**'])(
  'writes no regular expression for %s, as anybody can have a host there',
  (wildcard) => {
    expect(wildcardPattern(wildcard)).toBeUndefined()
  },
)

it.each(['^https://.*', '^https://app\\.example\\.[a-z]+/.*', '(', '^imap:.*', '^https://a\\.b\\.org[./].*'])(
  'proposes nothing for %s, of which nobody can say what was meant',
  (pattern) => {
    expect(closedPattern(pattern)).toBeUndefined()
  },
)

it('proposes only what is closed and takes the URLs of the same hosts', () => {
  const start = fc.constantFrom(
    '^https://',
    'https?://',
    '.*https://',
    '^(http|https)://',
    '^http.*://',
    '^https*://',
  )
  const label = fc.constantFrom('app', '.*', '[^/]+', 'app.*', '(a|b)', '[a-z]+', '\\w+')
  const dot = fc.constantFrom('.', '\\.', '')
  const domain = fc.constantFrom(
    'example.org',
    'example\\.org',
    'example\\.co\\.uk',
    'org',
    'co\\.uk',
    'corp\\.internal',
  )
  const tail = fc.constantFrom('.*', '/.*', '(/.*)?', '.*$', '/?.*', '(:.*)?(/.*)?$', '[^/]*/x', ':8443.*')
  let proposed = 0
  fc.assert(
    fc.property(start, label, dot, domain, tail, (scheme, name, point, host, end) => {
      const open = `${scheme}${name}${point}${host}${end}`
      const closed = closedPattern(open)
      if (closed === undefined) return
      proposed += 1
      expect([open, patternRemarks(closed).filter(({ rule }) => rule !== 'http')]).toEqual([open, []])
      const domainName = host.replaceAll('\\', '')
      const lost = ['', 'www.', 'my-app.', 'a.b.', 'app.', 'app1.', 'a.', 'b.'].flatMap((below) =>
        ['https', 'http'].flatMap((one) =>
          ['/', '/start', '/x'].map((path) => `${one}://${below}${domainName}${path}`),
        ),
      )
      const isLost = (url: string) => matches(open, url) && !matches(closed, url)
      expect([open, closed, lost.filter(isLost)]).toEqual([open, closed, []])
      expect([open, meantUrls(open).some(({ text }) => matches(closed, text))]).toEqual([open, true])
    }),
    { numRuns: 120 },
  )
  expect(proposed).toBeGreaterThan(60)
})

it.each([
  ['https://*.example.org/**', ['https://a.example.org/x', 'https://a.example.org']],
  ['https://*.example.org/*', ['https://a.example.org/x']],
  ['https://*.example.org/.*', ['https://a.example.org/x']],
  ['^https://app.example.org:8443/**', ['https://app.example.org:8443/x']],
  [
    'https://app.example.org/portal/**',
    ['https://app.example.org/portal/x', 'https://app.example.org/portal'],
  ],
  ['http*://app.example.org/**', ['http://app.example.org/x', 'https://app.example.org/']],
])('writes %s, which is no regular expression, as one', (wildcard, urls) => {
  const pattern = wildcardPattern(wildcard) ?? ''
  const takes = (url: string) => matches(pattern, url)
  for (const url of urls) expect([pattern, url, takes(url)]).toEqual([pattern, url, true])
  expect(['https://attacker.example/', 'https://axexample.org/x'].filter(takes)).toEqual([])
  expect(patternRemarks(pattern).filter(({ rule }) => rule !== 'http')).toEqual([])
})

it.each([
  '*',
  '**',
  'https://*',
  '^https://app\\.example\\.org/.*',
  'https://app.example.org.*',
  'https://(a|b)/**',
])('takes %s for no such pattern', (pattern) => {
  expect(wildcardPattern(pattern)).toBeUndefined()
})
