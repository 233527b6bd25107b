import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { failures } from './failure.ts'
import type { ValidationResult, ValidationSuccess } from './response.ts'
import { jsonResponse } from './response-json.ts'
import { textResponse } from './response-text.ts'
import { xmlName, xmlResponse, xmlText } from './response-xml.ts'

const success = (change: Partial<ValidationSuccess> = {}): ValidationResult => ({
  kind: 'success',
  success: {
    principal: { user: 'casuser', attributes: { mail: ['cas@example.org'], memberOf: ['staff', 'admins'] } },
    authenticatedAt: Date.UTC(2026, 10, 22, 15, 0, 0, 5),
    rememberMe: false,
    fromNewLogin: true,
    protocolAttributes: true,
    ...change,
  },
})
const withUser = (user: string, attributes: Record<string, string[]> = {}): ValidationResult =>
  success({ principal: { user, attributes } })
const failure: ValidationResult = { kind: 'failure', failure: 'otherService' }
const all = { attributes: true }

describe('XML', () => {
  it('has user, protocol attributes first, and one element per value (CAS appendix A)', () => {
    expect(xmlResponse(success(), all)).toBe(`<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas">
  <cas:authenticationSuccess>
    <cas:user>casuser</cas:user>
    <cas:attributes>
      <cas:authenticationDate>2026-11-22T15:00:00.005Z</cas:authenticationDate>
      <cas:longTermAuthenticationRequestTokenUsed>false</cas:longTermAuthenticationRequestTokenUsed>
      <cas:isFromNewLogin>true</cas:isFromNewLogin>
      <cas:mail>cas@example.org</cas:mail>
      <cas:memberOf>staff</cas:memberOf>
      <cas:memberOf>admins</cas:memberOf>
    </cas:attributes>
  </cas:authenticationSuccess>
</cas:serviceResponse>
`)
  })

  it('of CAS 2 has the user only', () => {
    expect(xmlResponse(success(), { attributes: false })).not.toContain('attributes')
  })

  it('of a failure has code and reason', () => {
    expect(xmlResponse(failure, all)).toContain(
      '<cas:authenticationFailure code="INVALID_SERVICE">The ticket was issued for another service.</cas:authenticationFailure>',
    )
  })

  it('keeps markup in names and values from becoming markup', () => {
    const evil = '</cas:user></cas:authenticationSuccess>]]>&"\''
    const text = xmlResponse(withUser(evil, { '><cas:user': [evil], 'a b': ['1'] }), all)
    expect(text.match(/<cas:user>/g)).toHaveLength(1)
    expect(text.match(/<\/cas:authenticationSuccess>/g)).toHaveLength(1)
    expect(text).toContain('<cas:_x003E__x003C_cas_x003A_user>')
    expect(text).toContain('<cas:a_x0020_b>1</cas:a_x0020_b>')
  })

  it("does not let a user's attribute pose as one of the protocol", () => {
    const text = xmlResponse(withUser('u', { isFromNewLogin: ['false'], authenticationDate: ['never'] }), all)
    expect(text.match(/isFromNewLogin>/g)).toHaveLength(2)
    expect(text).not.toContain('never')
  })

  it('carries only characters that XML can carry, whatever a value holds', () => {
    expect(xmlText('a\0b\ud800c\ufffe\u0008')).toBe('a\ufffdb\ufffdc\ufffd\ufffd')
    expect(xmlText('äöü €🎉\t\n')).toBe('äöü €🎉\t\n')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(xmlText(text)).toMatch(
          /^(?:[\t\n\x20-\x25\x28-\x3b=?-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|&#\d+;)*$/u,
        )
      }),
    )
  })

  it.each([
    ['mail', 'mail'],
    ['urn:oid:1.2', 'urn_x003A_oid_x003A_1.2'],
    ['1st', '_x0031_st'],
    ['-x', '_x002D_x'],
    ['Größe', 'Größe'],
    ['🎉', '_x1F389_'],
    ['', '_'],
  ])('spells the attribute name %j as %s', (name, expected) => {
    expect(xmlName(name)).toBe(expected)
  })
})

describe('JSON', () => {
  it('has every attribute as a list, the protocol ones too', () => {
    expect(JSON.parse(jsonResponse(success(), all))).toEqual({
      serviceResponse: {
        authenticationSuccess: {
          user: 'casuser',
          attributes: {
            mail: ['cas@example.org'],
            memberOf: ['staff', 'admins'],
            authenticationDate: ['2026-11-22T15:00:00.005Z'],
            longTermAuthenticationRequestTokenUsed: [false],
            isFromNewLogin: [true],
          },
        },
      },
    })
  })

  it('of CAS 2 has the user only', () => {
    expect(JSON.parse(jsonResponse(success(), { attributes: false }))).toEqual({
      serviceResponse: { authenticationSuccess: { user: 'casuser' } },
    })
  })

  it('of a failure has code and description', () => {
    expect(JSON.parse(jsonResponse(failure, all))).toEqual({
      serviceResponse: {
        authenticationFailure: {
          code: 'INVALID_SERVICE',
          description: 'The ticket was issued for another service.',
        },
      },
    })
  })

  it('carries an attribute named __proto__ as a plain one', () => {
    const attributes = Object.fromEntries([['__proto__', ['x']]])
    expect(jsonResponse(withUser('u', attributes), all)).toContain('"__proto__":["x"]')
  })
})

describe('text (CAS 1)', () => {
  it('is yes and the user, or no', () => {
    expect(textResponse(success())).toBe('yes\ncasuser\n')
    expect(textResponse(failure)).toBe('no\n\n')
  })

  it('has two lines whatever the user is called', () => {
    expect(textResponse(withUser('a\nb\r\nc'))).toBe('yes\na b c\n')
  })
})

it('no public text of a failure depends on the request, and each has a code of the protocol', () => {
  for (const { code, text } of Object.values(failures)) {
    expect(code).toMatch(/^[A-Z_]+$/)
    expect(text).toMatch(/^[\w .,:-]+\.$/)
  }
})
