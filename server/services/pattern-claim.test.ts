import { expect, it } from '@jest/globals'
import { patternClaim } from './pattern-claim.ts'

it.each([
  ['^https://(?!secret)[a-z]+\\.look\\.example\\.org/.*$', '.look.example.org/'],
  ['^https?://(?<=x)App\\.Example\\.org(?::8443)?/', 'app.example.org'],
  ['^https://(?>a|b)\\.a\\.org/x{2}\\Q/yyy.zz[\\E[a-z]', '/yyy.zz['],
  ['^https://[a-z]+\\.b\\x41cd\\.org', 'cd.org'],
  // What is repeated may be missing, and so may a group.
  ['^https://[a-z]+\\.app?(?:\\.example\\.org)?', '.ap'],
  ['^https://[a-z]+\\.a{0}bc', 'bc'],
  ['^imap:(?<=x)y$', 'imap:'],
  // A part of a scheme is in every URL.
  ['^https?://(?<=x).*', ''],
])('says what every text holds that %s takes: %s', (pattern, within) => {
  expect(patternClaim(pattern).within).toBe(within)
})

it.each([
  'https://a\\.org/(?>x)|https://b\\.org/',
  // An escaped bracket opens no class, and a control character may be one.
  'https://a\\.org/\\[a|.*b](?>x)',
  'https://a\\.org/\\c[|.*](?>x)',
  '(?x)https://a (?>x) # \\.example\\.org',
  '^(?u)https://[a-z]+sk',
  '^(?>x)[a[b]c].example.org',
  '^(?>x)\\1a.example.org',
])('says nothing of what it may read otherwise than Java: %s', (pattern) => {
  expect(patternClaim(pattern)).toEqual({ start: '', within: '' })
})
