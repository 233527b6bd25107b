import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { compilePattern } from '../../common/documents/java-pattern.ts'
import { servicePattern } from '../../common/documents/service-pattern.ts'
import { patternRemarks } from './pattern-rules.ts'
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
  'http://localhost:\\d{4}/.*',
])('has nothing to say about %s', (pattern) => {
  expect(patternRemarks(pattern)).toEqual([])
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

it.each(['(?<=a)b'.replace('?<=', '?<'), 'a{99}', '\\p{L}', '[[a]]', '(', '*a'])(
  'makes no sample of %s',
  (pattern) => {
    expect(samplePattern(pattern)).toBeUndefined()
  },
)
