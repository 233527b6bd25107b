import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { serviceMatch } from './service-match.ts'
import { servicePattern } from './service-pattern.ts'

it.each([
  ['^https://app\\.example\\.org([/?#].*)?$', { hosts: ['app.example.org'] }],
  ['https?://localhost(:\\d+)?([/?#].*)?', { schemes: ['http', 'https'], hosts: ['localhost:*'] }],
  ['https:\\/\\/[a-z0-9-]+\\.example\\.org:8443([#?/].*)?', { hosts: ['*.example.org:8443'] }],
  ['^https://(a|b)(/x|/y)([/?#;].*)?$', { hosts: ['a', 'b'], paths: ['/x', '/y'] }],
])('reads the hosts and paths of %s', (pattern, match) => {
  expect(serviceMatch(pattern)).toEqual(match)
})

it.each([
  ['leaves out the host without a path', '^https://app\\.example\\.org/.*'],
  ['leaves out a query behind the host', '^https://app\\.example\\.org(/.*)?$'],
  ['takes /apple with /app', '^https://app\\.example\\.org/app.*'],
  ['has an unescaped dot', '^https://app.example\\.org([/?#].*)?$'],
  ['ends at a slash', '^https://app\\.example\\.org/app/([/?#;].*)?$'],
  ['is open to every host', '^https://.*'],
])('knows no match for a pattern that %s', (_why, pattern) => {
  expect(serviceMatch(pattern)).toBeUndefined()
})

const host = fc.constantFrom(
  'a.example.org',
  'B.example.org:8443',
  '*.example.org',
  'localhost:*',
  '[::1]:80',
)
const path = fc.constantFrom('/', '/app', '/a.b/c', '/x/y/')

it('gives back a match that has the same pattern, for any match', () => {
  const matches = fc.record(
    {
      schemes: fc.constantFrom(['https' as const], ['http' as const], ['http' as const, 'https' as const]),
      hosts: fc.uniqueArray(host, { minLength: 1 }),
      paths: fc.uniqueArray(path, { minLength: 1 }),
    },
    { requiredKeys: ['hosts'] },
  )
  fc.assert(
    fc.property(matches, (match) => {
      const pattern = servicePattern(match)
      const found = serviceMatch(pattern)
      expect(found && servicePattern(found)).toBe(pattern)
    }),
  )
})
