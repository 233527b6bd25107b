import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'
import { decodeDefinition, encodeDefinition } from './definition-codec.ts'
import { compilePattern, isMalformed, patternProblem } from './java-pattern.ts'
import { definitionIn, minimal, refusedPaths, services, stored } from './testing/documents.ts'
import type { JavaAnswers } from './testing/java-answers.ts'

const withMatching = (serviceId: string, name: string, fields: object = {}) => ({
  ...minimal,
  serviceId,
  matchingStrategy: { _class: `${services}.${name}RegisteredServiceMatchingStrategy`, ...fields },
})

/** Does the definition's pattern, whole and case aside, match? As servers ask it. */
function matches(document: ReturnType<typeof withMatching>, url: string): boolean {
  const { serviceId } = definitionIn(document)
  const compiled = compilePattern(serviceId, { caseInsensitive: true })
  if (compiled.kind === 'refused') throw new Error(compiled.reason)
  return compiled.pattern.matches(url)
}

it.each([
  ['PartialRegex', 'https://app\\.example\\.org/', {}, 'https://app.example.org/x?y', true],
  ['PartialRegex', 'https://app\\.example\\.org/', {}, 'https://evil.org/?https://APP.example.org/', true],
  ['PartialRegex', '^https://app\\.example\\.org/', {}, 'https://evil.org/?https://app.example.org/', false],
  ['PartialRegex', '/done$', {}, 'https://a.org/done', true],
  ['PartialRegex', '/done$', {}, 'https://a.org/done/', false],
  ['PartialRegex', '/cost\\$', {}, 'https://a.org/cost$5', true],
  ['PartialRegex', '/a/|/b/', {}, 'https://a.org/b/c', true],
  ['PartialRegex', '/a/|/b/', {}, 'https://a.org/c/', false],
  ['PartialRegex', '^https://(a|b)\\.org/', {}, 'https://b.org/x', true],
  ['PartialRegex', 'pay\\.org/(admin$)', {}, 'https://pay.org/admin', true],
  ['PartialRegex', 'pay\\.org/(admin$)', {}, 'https://pay.org/admin/', false],
  ['PartialRegex', 'pay\\.org/admin\\Z', {}, 'https://pay.org/admin', true],
  ['PartialRegex', 'pay\\.org/admin\\Z', {}, 'https://pay.org/admins', false],
  ['PartialRegex', 'pay\\.org/(?:admin$|staff)', {}, 'https://pay.org/staff/x', true],
  ['PartialRegex', 'pay\\.org/(?:admin$|root)', {}, 'https://pay.org/admin/x', false],
  ['PartialRegex', '^https://a\\.org/$|b', {}, 'https://b.org/', true],
  ['PartialRegex', '^https://a\\.org/$|b', {}, 'https://a.org/a', false],
  ['PartialRegex', 'pay\\.org/.*\\Qadmin\\E', {}, 'https://pay.org/x/admin/y', true],
  ['PartialRegex', '\\Qhttps://pay.org/\\E', {}, 'https://pay.org/x', true],
  ['PartialRegex', '\\Qhttps://pay.org/\\E', {}, 'https://payxorg/x', false],
  ['PartialRegex', '\\Q/cost$', {}, 'https://a.org/cost$/y', true],
  ['PartialRegex', '/[$]\\$', {}, 'https://a.org/$$/y', true],
  ['Literal', 'https://a.org/App?x=1', {}, 'https://a.org/App?x=1', true],
  ['Literal', 'https://a.org/App?x=1', {}, 'https://a.org/app?x=1', false],
  ['Literal', 'https://a.org/App', {}, 'https://aXorg/App', false],
  ['Literal', 'https://A.org/App', {}, 'https://a.ORG/App', true],
  ['Literal', 'https://a.org', {}, 'https://a.org', true],
  ['Literal', 'imap:Mail', {}, 'imap:mail', false],
  ['Literal', ' https://a.org/App ', { caseInsensitive: true }, 'https://A.org/app', true],
  ['Literal', 'https://a.org/App', { caseInsensitive: true }, 'https://a.org/App/', false],
  ['StartsWith', 'ignored', { expectedUrl: 'https://a.org/app' }, 'https://A.org/apply', true],
  ['StartsWith', 'ignored', { expectedUrl: 'https://a.org/app' }, 'https://axorg/app', false],
  ['StartsWith', 'ignored', { expectedUrl: 'https://a.org/app' }, 'ignored', false],
])('matches by %s %s %j: %s %s', (name, serviceId, fields, url, expected) => {
  const document = withMatching(serviceId, name, fields)
  expect(matches(document, url)).toBe(expected)
  const definition = definitionIn(document)
  expect(definitionIn(encodeDefinition(definition))).toEqual(definition)
})

it('matches literally what a real Apereo CAS stored to be matched so', () => {
  expect(definitionIn(stored('Literal'))).toMatchObject({
    serviceId: 'https://literal\\.example\\.org/app',
  })
})

it.each([
  ['PartialRegex', '(?x) a # b', {}, 'serviceId'],
  ['PartialRegex', '(a)\\1', {}, 'serviceId'],
  ['PartialRegex', 'a(', {}, 'serviceId'],
  ['PartialRegex', '?a', {}, 'serviceId'],
  ['StartsWith', 'a', {}, 'matchingStrategy.expectedUrl'],
  ['StartsWith', 'a', { expressionEnabled: true, expectedUrl: 'b' }, 'matchingStrategy.expressionEnabled'],
  ['Literal', 'a', { caseInsensitive: 'yes' }, 'matchingStrategy.caseInsensitive'],
  ['Ant', 'a', {}, 'matchingStrategy._class'],
])('refuses %s of %s with %j, and keeps the URLs that it claims', (name, serviceId, fields, path) => {
  const decoded = decodeDefinition(withMatching(serviceId, name, fields))
  expect(refusedPaths(decoded)).toEqual([path])
  expect(decoded).toMatchObject({ kind: 'refused', claim: {} })
})

it('holds back all that a part may match in Java, of a pattern that cannot be run', () => {
  const claim = (name: string, serviceId: string, fields: object = {}) => {
    const decoded = decodeDefinition(withMatching(serviceId, name, fields))
    return decoded.kind === 'refused' ? decoded.claim?.serviceId : undefined
  }
  expect(claim('PartialRegex', '/(a)\\1')).toBe('.*/(a)\\1.*')
  expect(claim('PartialRegex', '^https://a\\.org/(a)\\1')).toBe('^https://a\\.org/(a)\\1.*')
  expect(claim('PartialRegex', '(a)\\1|b')).toBe('.*(?:(a)\\1|b).*')
  expect(claim('PartialRegex', 'https://a.org/(')).toBe('https://a.org/(')
  expect(claim('Literal', 'https://a.org/App', { caseInsensitive: 'yes' })).toBe('https://a\\.org/App')
})

const golden = readFileSync(join(import.meta.dirname, 'java-answers.golden.json'), 'utf8')
const { texts, answers } = JSON.parse(golden) as JavaAnswers
const hasLineEnd = (text: string) => /[\n\r\u0085\u2028\u2029]/.test(text)

it.each([
  ['^https://f\\.example\\.org($|/).*', '^https://f\\.example\\.org(\\z|/).*'],
  ['^https://f\\.example\\.org(?:$|[/?].*)', '^https://f\\.example\\.org(?:$|[/?].*)'],
  ['^\\Qhttps://f.org\\E(/.*$|\\Z).*', '^https\\:\\/\\/f\\.org(/.*\\z|\\z).*'],
  ['^https://f\\.org(\\z|/)[$]\\$.*$', '^https://f\\.org(\\z|/)[$]\\$.*\\z'],
  ['^https://f\\.org/\\$x.*', '^https://f\\.org/\\$x.*'],
])('says %s of URLs, which hold no line end, by %s', (serviceId, whole) => {
  const stated = withMatching(serviceId, 'FullRegex')
  for (const document of [stated, { ...minimal, serviceId }, encodeDefinition(definitionIn(stated))])
    expect(definitionIn(document).serviceId).toBe(whole)
})

it('takes a host with and without a path by ($|/)', () => {
  const document = withMatching('^https://f\\.example\\.org($|/).*', 'FullRegex')
  const taken = ['', '/', '/a', '.evil.net', ':8443/'].filter((rest) =>
    matches(document, `https://f.example.org${rest}`),
  )
  expect(taken).toEqual(['', '/', '/a'])
})

it.each(['^https://f\\.org(?!$|/).*', '(?m)^https://f\\.org($|/).*', '(?x)a$ # b$\n'])(
  'leaves %s as it is, which cannot be run in other words either',
  (serviceId) => {
    expect(decodeDefinition(withMatching(serviceId, 'FullRegex'))).toMatchObject({
      definition: { serviceId },
    })
  },
)

it('matches the whole where Java does, or cannot be run', () => {
  const differing = answers.flatMap(([pattern, digits]) => {
    const decoded = decodeDefinition(withMatching(pattern, 'FullRegex'))
    const serviceId = decoded.kind === 'definition' ? decoded.definition.serviceId : ''
    if (patternProblem(serviceId) !== undefined) return []
    const document = withMatching(pattern, 'FullRegex')
    return texts.flatMap((text, i) => {
      const isMatch = (Number(digits[i] ?? 0) & 1) !== 0
      return serviceId === '' || hasLineEnd(text) || matches(document, text) === isMatch
        ? []
        : [[pattern, text]]
    })
  })
  expect(differing).toEqual([])
})

it('finds parts where Java does, or refuses the pattern', () => {
  const differing = answers.flatMap(([pattern, digits]) => {
    const decoded = decodeDefinition(withMatching(pattern, 'PartialRegex'))
    if (decoded.kind === 'refused') {
      const { claim } = decoded
      const isNarrowed = claim !== undefined && patternProblem(claim.serviceId) === undefined
      return isNarrowed || (digits !== 'x' && isMalformed(claim?.serviceId ?? '')) ? [[pattern, claim]] : []
    }
    const document = withMatching(pattern, 'PartialRegex')
    return texts.flatMap((text, i) => {
      const isFound = (Number(digits[i] ?? 0) & 2) !== 0
      return hasLineEnd(text) || matches(document, text) === isFound ? [] : [[pattern, text]]
    })
  })
  expect(differing).toEqual([])
})

it('takes an exact proxy callback for the URL itself', () => {
  const proxyPolicy = {
    _class: `${services}.RegexMatchingRegisteredServiceProxyPolicy`,
    pattern: 'https://a.org/callback?x',
    exactMatch: true,
  }
  const definition = definitionIn({ ...minimal, proxyPolicy })
  expect(definition.proxy).toEqual({ kind: 'matching', pattern: '^https://a\\.org/callback\\?x$' })
  expect(definitionIn(encodeDefinition(definition)).proxy).toEqual(definition.proxy)
})
