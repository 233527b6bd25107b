import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { patternProblem } from './java-pattern.ts'
import { matchProblems, type ServiceMatchSpec, servicePattern } from './service-pattern.ts'
import { parseServicePattern } from './service-shape.ts'

it.each<[string, ServiceMatchSpec, string]>([
  ['a host', { hosts: ['app.example.org'] }, '^https://app\\.example\\.org([/?#].*)?$'],
  [
    'several hosts, any port, a path',
    { hosts: ['App.example.org', 'localhost:*'], paths: ['/prefix/'] },
    '^https://(app\\.example\\.org|localhost(:[0-9]+)?)/prefix([/?#;].*)?$',
  ],
  [
    'both schemes and a port',
    { schemes: ['http', 'https'], hosts: ['127.0.0.1:8080'] },
    '^https?://127\\.0\\.0\\.1:8080([/?#].*)?$',
  ],
  ['one label', { hosts: ['*.example.org'] }, '^https://[a-z0-9-]+\\.example\\.org([/?#].*)?$'],
  ['an IPv6 address', { schemes: ['http'], hosts: ['[::1]:*'] }, '^http://\\[::1\\](:[0-9]+)?([/?#].*)?$'],
  [
    'several paths',
    { hosts: ['a.org'], paths: ['/one', '/two.x', '/one'] },
    '^https://a\\.org(/one|/two\\.x)([/?#;].*)?$',
  ],
  ['a path beside every path', { hosts: ['a.org'], paths: ['/one', '/'] }, '^https://a\\.org([/?#].*)?$'],
])('writes %s', (_title, match, pattern) => {
  expect(matchProblems(match)).toEqual([])
  expect(servicePattern(match)).toBe(pattern)
})

it.each<[string, ServiceMatchSpec, string]>([
  ['no host', { hosts: [] }, 'at least one host'],
  ['a URL in place of a host', { hosts: ['https://app.example.org'] }, 'must be a host'],
  ['a host with a path', { hosts: ['app.example.org/x'] }, 'must be a host'],
  ['a user name', { hosts: ['app.example.org@evil.net'] }, 'must be a host'],
  ['a pattern', { hosts: ['app.*.org'] }, 'must be a host'],
  ['every host', { hosts: ['*'] }, 'must be a host'],
  ['letters beyond ASCII', { hosts: ['bücher.example'] }, 'ASCII'],
  ['a number that browsers read as an address', { hosts: ['127.1'] }, 'browsers'],
  ['an address written the long way', { hosts: ['[0:0::1]'] }, 'browsers'],
  ['a port beyond the last', { hosts: ['a.org:70000'] }, 'port'],
  ['a relative path', { hosts: ['a.org'], paths: ['app'] }, 'must start with /'],
  ['a query', { hosts: ['a.org'], paths: ['/app?x'] }, 'must start with /'],
  ['dot segments', { hosts: ['a.org'], paths: ['/app/../x'] }, '..'],
  ['hidden dot segments', { hosts: ['a.org'], paths: ['/app/%2E%2e'] }, '..'],
  ['no path', { hosts: ['a.org'], paths: [] }, 'at least one path'],
])('refuses %s', (_title, match, reason) => {
  expect(matchProblems(match).join()).toContain(reason)
  expect(() => servicePattern(match)).toThrow(TypeError)
})

const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,6}[a-z0-9]$/).filter((text) => !text.startsWith('xn-'))
const host = fc
  .tuple(
    fc.constantFrom('', '*.'),
    fc.array(label, { minLength: 1, maxLength: 3 }),
    fc.constantFrom('', ':*', ':8443'),
  )
  .map(([star, labels, port]) => `${star}${labels.join('.')}${port}`)
const path = fc.stringMatching(/^(\/[A-Za-z0-9_~$&'()*+,;=:@%-]{1,6}){1,3}$/)
const matches: fc.Arbitrary<ServiceMatchSpec> = fc.record(
  {
    schemes: fc.constantFrom<('http' | 'https')[]>(['http'], ['https'], ['http', 'https']),
    hosts: fc.array(host, { minLength: 1, maxLength: 4 }),
    paths: fc.array(fc.oneof(path, fc.constant('/')), { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: ['hosts'] },
)

it('reads every pattern that it writes back as hosts and paths, and every engine takes it', () => {
  fc.assert(
    fc.property(matches, (match) => {
      const pattern = servicePattern(match)
      const shape = parseServicePattern(pattern)
      const lower = (texts: readonly string[]) => new Set(texts.map((text) => text.toLowerCase()))
      expect(
        shape &&
          lower(
            shape.hosts.map(
              ({ kind, name, port }) =>
                `${kind === 'anyLabel' ? '*' : ''}${name}${port === '' ? '' : `:${port}`}`,
            ),
          ),
      ).toEqual(lower(match.hosts))
      const paths = match.paths ?? ['/']
      expect(shape && lower(shape.paths)).toEqual(paths.includes('/') ? new Set(['']) : lower(paths))
      expect(shape && new Set(shape.schemes)).toEqual(new Set(match.schemes ?? ['https']))
      expect(patternProblem(pattern)).toBeUndefined()
    }),
  )
})

it.each([
  '^https://minimal\\.example\\.org(/.*)?$',
  'https://app\\.example\\.org/.*',
  '^(http|https)://app\\.example\\.org:8443/app/.*$',
  '^https?://(?:a\\.org|b\\.org)(:\\d+)?(?:/.*)?$',
  '^https://app\\.example\\.org/login$',
  '^https://app\\.example\\.org/costs\\$',
])('knows %s as a shape', (pattern) => {
  expect(parseServicePattern(pattern)).toBeDefined()
})

it.each([
  '.*',
  '^https://.*',
  '^https://app.example.org/.*',
  '^https://app\\.example\\.org.*',
  '^https://apps?\\.example\\.org/.*',
  '^https://app\\.example\\.org/?$',
  '^https://app\\.example\\.org(/a|/b)?$',
  '^https://app\\.example\\.org/a+$',
  '^https://a\\.org/x|https://b\\.org/.*$',
  '^https://(a\\.org(:[0-9]+)?|b\\.org)(:[0-9]+)?/.*$',
  '^imaps://app\\.example\\.org/.*',
  '^https://app\\.example\\.org/\\d',
  '',
])('leaves %s to the regular expression', (pattern) => {
  expect(parseServicePattern(pattern)).toBeUndefined()
})
