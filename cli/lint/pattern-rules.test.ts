import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { compilePattern } from '../../common/documents/java-pattern.ts'
import { servicePattern } from '../../common/documents/service-pattern.ts'
import { callbackRemarks, patternRemarks } from './pattern-rules.ts'
import { samplePattern } from './pattern-samples.ts'

const matches = (pattern: string, url: string): boolean => {
  const compiled = compilePattern(pattern, { caseInsensitive: true })
  return compiled.kind === 'pattern' && compiled.pattern.matches(url)
}

it.each([
  ['an unescaped dot', '^https://app.example.org/.*', 'appxexample.org'],
  ['an unescaped dot further behind', '^https://app\\.example.org/.*', 'app.examplexorg'],
  ['a tail right behind the host', '^https://app\\.example\\.org.*', 'app.example.org.attacker.example'],
  ['an open beginning', '.*https://app\\.example\\.org/.*', 'attacker.example'],
  ['any text in the host', '^https://.*\\.example\\.org/.*', 'attacker.example'],
  ['any text but slashes in the host', '^https://[^/]+\\.example\\.org/.*', 'attacker.example'],
  ['no dot before the domain', '^https://.*example\\.org(/.*)?$', 'attackerexample.org'],
  ['any text within the host', '^https://app.*\\.example\\.org/.*', 'appattacker.example'],
  ['any text but dots in the host', '^https://[^.]+\\.example\\.org/.*', '[2001:db8::bad]'],
  [
    'a slash that is optional, by its number',
    '^https://app\\.example\\.org\\x2F?.*',
    'app.example.org.attacker.example',
  ],
  ['a slash that is optional', '^https://app\\.example\\.org\\u002f?.*', 'app.example.org.attacker.example'],
  ['letters of all scripts', '^https://\\p{L}+\\.example\\.org.*', 'a.example.org.attacker.example'],
  ['many letters', '^https://[a-z]{10,}\\.example\\.org.*', 'aaaaaaaaaa.example.org.attacker.example'],
  [
    'a hole in the last of many',
    `^https://(${Array.from({ length: 20 }, (_, i) => `h${i}\\.example\\.org`).join('|')}|z.*\\.example\\.org)/`,
    'zattacker.example',
  ],
  [
    'a slash or a dot before any text',
    '^https://app\\.example\\.org[./].*',
    'app.example.org.attacker.example',
  ],
  ['two holes that make one', '^https://[a-z.]*[/a-z]*\\.example\\.org/x', 'attacker.example'],
  ['a top-level domain that is open', '^https://app\\.example\\.[a-z]+/.*', 'app.example.attacker'],
  ['a few characters behind the host', '^https://app\\.example\\.org.{0,3}/x', 'app.example.orgx'],
  [
    'an unescaped dot in one of two hosts',
    '^https://(a\\.example\\.org|b.example\\.org)/x\\d',
    'bxexample.org',
  ],
])('shows a URL of another host for %s', (_title, pattern, host) => {
  const [remark] = patternRemarks(pattern)
  expect(remark).toMatchObject({ rule: 'open-host' })
  expect(URL.parse(remark?.proof ?? '')?.hostname).toBe(host)
  expect(matches(pattern, remark?.proof ?? '')).toBe(true)
})

it.each([
  ['^https?://.*', 'any-host'],
  ['^(https|imaps)://.*', 'any-host'],
  ['.*', 'any-host'],
  ['^https://c\\.example\\.org(:.*)?(/.*)?$', 'open-host-elsewhere'],
  ['^https?://(a|b)\\d*\\.example\\.org/.*', 'http'],
  ['^http://app\\.example\\.org/.*', 'http'],
])('says of %s that it is %s', (pattern, rule) => {
  expect(patternRemarks(pattern).map((remark) => remark.rule)).toContain(rule)
})

it.each([
  '^https://app\\.example\\.org/.*',
  '^https://app\\.example\\.org(:\\d+)?(/.*)?$',
  '^https://(a|b)\\d*\\.example\\.org/.*',
  '^https://[a-z]+\\.example\\.org/.*',
  '^https://[^./?#@:]+\\.example\\.org/.*',
  '^(?!https://secret\\.)https://[\\w-]+\\.example\\.org(/.*)?$',
  '^https://app\\.example\\.org/a.b/.*',
  '^https://\\p{L}+\\.example\\.org\\x2F.*',
  '^https://[a-z]{2,}(-[a-z0-9]{1,8})*\\.example\\.org(:\\d{1,5})?([/?#].*)?$',
  '^https://10\\.0\\.\\d{1,3}\\.\\d+/.*',
  '^https://node[a-z0-9-]+/.*',
  '^https://[a-z.-]+\\.example\\.org/.*',
  '^imap:[a-z]+\\.example\\.org$',
  'http://localhost:\\d{4}/.*',
])('has nothing to say about %s', (pattern) => {
  expect(patternRemarks(pattern)).toEqual([])
})

it.each([
  ['^https://[a-z0-9-]+\\.org([/?#].*)?$', 'attacker.org'],
  ['^https://[a-z0-9-]+\\.co\\.uk(:[0-9]+)?([/?#].*)?$', 'attacker.co.uk'],
  ['^https://[a-z0-9.-]+\\.co\\.uk/.*', 'attacker.co.uk'],
  ['^https://.*\\.org/.*', 'attacker.org'],
  ['^https://([^/]+\\.)?org(/.*)?$', 'attacker.org'],
  ['^https://[0-9]+\\.com/.*', '77.com'],
  ['^https://(a\\.b\\.org|b\\.b\\.org|c\\.b\\.org|[a-z]+\\.github\\.io)/x.*', 'attacker.github.io'],
])('says of %s that anybody can have a host there', (pattern, host) => {
  const [remark] = patternRemarks(pattern)
  expect(remark).toMatchObject({
    rule: 'open-host',
    message: expect.stringContaining('anybody can have one'),
    fix: expect.stringContaining('name your own domain'),
  })
  expect(URL.parse(remark?.proof ?? '')?.hostname).toBe(host)
  expect(matches(pattern, remark?.proof ?? '')).toBe(true)
})

it.each(['internal', 'local', 'lan', 'corp', 'home\\.arpa', 'test', 'localhost', 'example\\.co\\.uk', 'svc'])(
  'has nothing to say about names below %s, which somebody owns',
  (name) => {
    expect(patternRemarks(`^https://[a-z0-9-]+\\.${name}([/?#].*)?$`)).toEqual([])
    expect(patternRemarks(`^https://[a-z0-9.-]+\\.${name}/.*`)).toEqual([])
  },
)

it.each([
  ['another name below co.uk', '^https://app\\.example\\.co\\.uk.*'],
  ['the same with any text before', '^https://[a-z]*example\\.co\\.uk/.*'],
  ['a stranger’s name with a dot at its end', '^https://wiki([a-z0-9.-]+\\.)?/.*'],
])('finds %s', (_title, pattern) => {
  expect(patternRemarks(pattern)).toMatchObject([{ rule: 'open-host' }])
})

it('has nothing to say about hosts that are written out, and proves whatever else it says', () => {
  const label = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/)
  const host = fc.tuple(label, label, fc.constantFrom('org', 'net')).map((labels) => labels.join('.'))
  const tail = fc.constantFrom('', '.*', '/.*', '(/.*)?', '[^/]*', '(:\\d+)?/.*', '/?.*')
  const written = fc.constantFrom(
    (text: string) => text,
    (text: string) => text.replaceAll('.', '\\.'),
    (text: string) => text.replace('.', '\\.'),
  )
  fc.assert(
    fc.property(
      host,
      written,
      tail,
      fc.constantFrom('^https://', 'https?://', '.*'),
      (name, write, end, start) => {
        expect(patternRemarks(servicePattern({ hosts: [name] }))).toEqual([])
        const pattern = `${start}${write(name)}${end}`
        for (const { proof } of patternRemarks(pattern))
          expect([pattern, proof, matches(pattern, proof ?? '')]).toEqual([pattern, proof, true])
      },
    ),
  )
})

describe('of patterns as people write them', () => {
  const start = fc.constantFrom(
    '^https://',
    'https?://',
    '^https:\\/\\/',
    '^(https|http)://',
    '(?i)^https://',
  )
  const label = fc.constantFrom(
    'app',
    '[a-z]+',
    '[\\w-]+',
    '\\p{L}+',
    '[a-z]{10,}',
    '(app|web)',
    'node\\d*',
    'a\\x2db',
    '(?:[a-z0-9]+-)?app',
    '[^./?#@:]{1,63}',
  )
  const dot = fc.constantFrom('\\.', '[.]', '\\x2E', '\\u002e', '\\Q.\\E', '\\.(?:intern\\.)?')
  const port = fc.constantFrom('', '(:\\d+)?', ':8443', '(?::[0-9]{1,5})?')
  const tail = fc.constantFrom(
    '/.*',
    '(/.*)?$',
    '\\x2F.*',
    '([/?#].*)?',
    '/app/[a-z]{3,}\\?x=.+',
    '/',
    '(?:/(?:a|b).*)?$',
  )
  const parts = fc.tuple(start, label, dot, port, tail)
  const domain = 'example\\.org'
  const openRules = ['open-host', 'open-host-elsewhere', 'any-host', 'unchecked-pattern']
  const rulesOf = (pattern: string) => patternRemarks(pattern).map(({ rule }) => rule)

  it('says nothing about hosts where the host has no hole', () => {
    fc.assert(
      fc.property(parts, ([scheme, name, point, at, end]) => {
        const pattern = `${scheme}${name}${point}${domain}${at}${end}`
        expect([pattern, ...rulesOf(pattern).filter((rule) => openRules.includes(rule))]).toEqual([pattern])
      }),
      { numRuns: 300 },
    )
  })

  it('proves a hole in the host, or says that it could not look', () => {
    const inLabel = fc.constantFrom(
      '.*',
      '.+',
      '[^/]+',
      '[^.]+',
      '[^:]*',
      '(.*)',
      '\\S+',
      '(?:.)*',
      '.{5,}',
      '(.*\\.)?',
      '[^a]+',
    )
    const behind = fc.constantFrom(
      '.*',
      '[^/]*/.*',
      '\\x2F?.*',
      '/?.*',
      '(/|.)*',
      '\\W?.*',
      '[/.]?.*',
      '[^?]*',
      '.{0,40}/',
      '(?:.*)?$',
    )
    const place = fc.oneof(
      inLabel.map((hole) => ({ before: hole, after: '', end: '' })),
      inLabel.map((hole) => ({ before: '', after: hole, end: '' })),
      behind.map((hole) => ({ before: '', after: '', end: hole })),
    )
    fc.assert(
      fc.property(parts, place, ([scheme, name, point, at, end], hole) => {
        const open = hole.end === '' ? `${at}${end}` : hole.end
        const pattern = `${scheme}${hole.before}${name}${hole.after}${point}${domain}${open}`
        const remarks = patternRemarks(pattern)
        expect([pattern, remarks.some(({ rule }) => openRules.includes(rule))]).toEqual([pattern, true])
        for (const { proof } of remarks)
          if (proof !== undefined) expect([pattern, matches(pattern, proof)]).toEqual([pattern, true])
      }),
      { numRuns: 500 },
    )
  })
})

it.each([
  '^(?=https://app)https://[a-z]+\\.example\\.org.*',
  '^(imap|\\u4e2d)\\p{Nd}{3}-https://app\\.example\\.org.*|^https:.x',
])('warns that %s could not be checked', (pattern) => {
  expect(compilePattern(pattern, { caseInsensitive: true }).kind).toBe('pattern')
  expect(patternRemarks(pattern)).toMatchObject([
    { rule: 'unchecked-pattern', message: expect.stringContaining('could not be checked') },
  ])
})

it('makes samples that the pattern takes', () => {
  const atom = fc.constantFrom('a', '\\.', '.', '\\d', '[a-c]', '[^/]', '\\w', '\\Qa+\\E', '(?i:x)')
  const pattern = fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      atom,
      fc.tuple(tie('node'), tie('node')).map(([a, b]) => `${a}${b}`),
      fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(${a}|${b})`),
      fc.tuple(tie('node'), fc.constantFrom('?', '*', '+', '{2}', '{0,3}')).map(([a, b]) => `(?:${a})${b}`),
    ),
  })).node
  fc.assert(
    fc.property(pattern, (source) => {
      const sampled = samplePattern(source)
      expect(sampled?.samples.length).toBeGreaterThan(0)
      for (const sample of sampled?.samples ?? [])
        expect([source, sample, matches(source, sample)]).toEqual([source, sample, true])
    }),
  )
})

it.each(['(?<a)b', '(?<=a', '\\b', '[[a]]', '(', '*a', '\\Qab\\E+'])('makes no sample of %s', (pattern) => {
  expect(samplePattern(pattern)).toBeUndefined()
})

it.each([
  ['^https://app\\\\.example\\\\.org/.*', '^https://app\\.example\\.org/.*'],
  ['^https:\\\\/\\\\/app\\\\.example\\\\.org(/.*)?$', '^https:\\/\\/app\\.example\\.org(/.*)?$'],
  ['^https://[a-z]+\\\\\\\\.example\\.org/.*', '^https://[a-z]+\\.example\\.org/.*'],
])('says of %s, in which backslashes are doubled, that it takes no URL', (pattern, meant) => {
  expect(patternRemarks(pattern)).toMatchObject([{ rule: 'no-url', meant }])
  expect(callbackRemarks(pattern)).toMatchObject([
    { rule: 'no-url', path: 'proxyPolicy.pattern', message: expect.stringContaining('no callback') },
  ])
})

it.each([
  ['example.org', 'names of targets'],
  ['app\\.example\\.org(:8443)?/.*', 'names of targets'],
  ['^https//app\\.example\\.org/.*', 'does not begin with https://'],
  ['^htps://app\\.example\\.org/.*', 'does not begin with https://'],
  ['^https://app\\.example\\.org/.* # the app', 'a blank'],
  [' ^https://app\\.example\\.org/.*', 'a blank'],
])('says of %s that no URL begins so, or holds that', (pattern, message) => {
  expect(patternRemarks(pattern)).toMatchObject([
    { rule: 'no-url', message: expect.stringContaining(message), fix: expect.any(String) },
  ])
  expect(callbackRemarks(pattern)).toMatchObject([{ message: expect.stringMatching(/^takes no callback/) }])
})

it.each(['^imaps://.*', '^imap$', '^urn:mace:example\\.org:app$', '^https://app\\.example\\.org/a( b)?'])(
  'takes %s for what it says',
  (pattern) => {
    expect(patternRemarks(pattern).map(({ rule }) => rule)).not.toContain('no-url')
  },
)

it('does not say of a pattern of strangers’ hosts that it was meant', () => {
  const [remark] = patternRemarks('^https://[a-z-]+\\\\.org/.*')
  expect(remark).toMatchObject({ rule: 'no-url', fix: expect.stringContaining('one backslash for two') })
  expect(remark?.meant).toBeUndefined()
})

it.each(['^https://app\\.example\\.org/a\\\\?b.*', '^https://(a\\\\.b|app\\.example\\.org)/.*', '^a\\\\b$'])(
  'does not say so of %s',
  (pattern) => {
    expect(patternRemarks(pattern).map(({ rule }) => rule)).not.toContain('no-url')
  },
)
