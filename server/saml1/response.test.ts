import { describe, expect, it } from '@jest/globals'
import { DOMParser } from '@xmldom/xmldom'
import type { ValidationSuccess } from '../cas/response.ts'
import { samlResponse } from './response.ts'

const answer = (success: Partial<ValidationSuccess> = {}): string =>
  samlResponse({
    result: {
      kind: 'success',
      success: {
        principal: { user: 'casuser', attributes: {} },
        protocolAttributes: true,
        authenticatedAt: Date.UTC(2026, 0, 1),
        rememberMe: false,
        fromNewLogin: true,
        ...success,
      },
    },
    inResponseTo: '_r1',
    recipient: 'https://app.example.org/?a=1&b="2"',
    issuer: 'https://sso.example.org/cas',
    now: Date.UTC(2026, 0, 1, 0, 0, 5),
    ids: { response: 'r', assertion: 'a' },
  })
const read = (text: string) =>
  new DOMParser({
    onError: (level, message) => {
      if (level !== 'warning') throw new Error(message)
    },
  }).parseFromString(text, 'text/xml')
const principal = (attributes: Record<string, readonly string[]>, user = 'casuser') => ({
  principal: { user, attributes },
})

describe('a SAML 1.1 response', () => {
  it.each([
    ['markup', '</saml:AttributeValue><saml:Assertion>'],
    ['the end of CDATA', ']]>'],
    ['quotes', '"\''],
    ['control characters', 'a\u0000b\u001fc\ufffe'],
    ['a lone surrogate', 'a\ud800b'],
    ['characters beyond the first plane', '𝒜'],
  ])('stays one document with one assertion, with %s in user, names and values', (_what, text) => {
    const document = read(answer(principal({ [text]: [text, text] }, text)))
    expect(document.getElementsByTagNameNS('*', 'Assertion')).toHaveLength(1)
    expect(document.getElementsByTagNameNS('*', 'AttributeValue')).toHaveLength(2)
    const shown = text.toWellFormed().replace(/[\p{Cc}\ufffe]/gu, '\ufffd')
    expect(document.getElementsByTagNameNS('*', 'NameIdentifier')[0]?.textContent).toBe(shown)
  })

  it('has no attribute statement when there is nothing to state', () => {
    expect(answer(principal({ empty: [] }))).not.toContain('AttributeStatement')
  })

  it('of a user whose attribute has the name of the protocol’s own does not repeat it', () => {
    const text = answer(principal({ longTermAuthenticationRequestTokenUsed: ['true'] }))
    expect(text).not.toContain('longTermAuthenticationRequestTokenUsed')
  })

  it('of a fault of ours says that it was the responder’s', () => {
    const text = samlResponse({
      result: { kind: 'failure', failure: 'internalError' },
      inResponseTo: undefined,
      recipient: undefined,
      issuer: 'https://sso.example.org/cas',
      now: 0,
      ids: { response: 'r', assertion: 'a' },
    })
    expect(text).toContain('<samlp:StatusCode Value="samlp:Responder"/>')
    expect(text).not.toMatch(/InResponseTo|Recipient|Assertion/)
    read(text)
  })
})
