import { expect, it } from '@jest/globals'
import { decodeDefinition, encodeDefinition } from './definition-codec.ts'
import { compilePattern } from './java-pattern.ts'
import { definitionIn, minimal, refusedPaths, services, stored } from './testing/documents.ts'

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
  ['PartialRegex', 'a\\Qb', {}, 'serviceId'],
  ['PartialRegex', '(?x) a # b', {}, 'serviceId'],
  ['PartialRegex', '^https://a$|b', {}, 'serviceId'],
  ['PartialRegex', 'a(', {}, 'serviceId'],
  ['StartsWith', 'a', {}, 'matchingStrategy.expectedUrl'],
  ['StartsWith', 'a', { expressionEnabled: true, expectedUrl: 'b' }, 'matchingStrategy.expressionEnabled'],
  ['Literal', 'a', { caseInsensitive: 'yes' }, 'matchingStrategy.caseInsensitive'],
  ['Ant', 'a', {}, 'matchingStrategy._class'],
])('refuses %s of %s with %j, and keeps the URLs that it claims', (name, serviceId, fields, path) => {
  const decoded = decodeDefinition(withMatching(serviceId, name, fields))
  expect(refusedPaths(decoded)).toEqual([path])
  expect(decoded).toMatchObject({ kind: 'refused', claim: {} })
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
