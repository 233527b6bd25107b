/** Names and values that nobody expects: every format carries them, and says the same as it would without them. */
import { expect, it } from '@jest/globals'
import { DOMParser } from '@xmldom/xmldom'
import fc from 'fast-check'
import type { Attributes } from '../tickets/ticket.ts'
import type { ValidationResult } from './response.ts'
import { jsonResponse } from './response-json.ts'
import { textResponse } from './response-text.ts'
import { xmlResponse } from './response-xml.ts'

const validated = (
  user: string,
  attributes: Attributes = {},
  protocolAttributes = true,
): ValidationResult => ({
  kind: 'success',
  success: {
    principal: { user, attributes },
    protocolAttributes,
    authenticatedAt: 0,
    rememberMe: false,
    fromNewLogin: true,
  },
})
const all = { attributes: true }

/** The document as a parser reads it that forgives nothing (and wonders about replaced characters). */
function parsed(xml: string) {
  const onError = (_level: string, message: string) => {
    if (!message.includes('Unicode replacement character')) throw new Error(message)
  }
  return new DOMParser({ onError }).parseFromString(xml, 'text/xml')
}

const textsOf = (xml: string, name: string): (string | null)[] =>
  Array.from(parsed(xml).getElementsByTagName(`cas:${name}`)).map((element) => element.textContent)

interface Json {
  readonly serviceResponse: {
    readonly authenticationSuccess: { readonly user: string; readonly attributes: Record<string, unknown[]> }
  }
}
const inJson = (result: ValidationResult) =>
  (JSON.parse(jsonResponse(result, all)) as Json).serviceResponse.authenticationSuccess

it.each([
  ['a CDATA end', 'a]]>b', 'a]]>b'],
  ['markup', '<b>&amp;</b>"\'', '<b>&amp;</b>"\''],
  ['a comment', '<!--x-->', '<!--x-->'],
  ['a processing instruction', '<?xml version="1.1"?>', '<?xml version="1.1"?>'],
  ['a doctype with an entity', '<!DOCTYPE a [<!ENTITY b "c">]>&b;', '<!DOCTYPE a [<!ENTITY b "c">]>&b;'],
  ['a carriage return', 'a\r\nb', 'a\r\nb'],
  ['control characters', 'a\0\u0008\u000b\u001fb', 'a\ufffd\ufffd\ufffd\ufffdb'],
  ['a lone high surrogate', 'a\ud800', 'a\ufffd'],
  ['a lone low surrogate', '\udc00b', '\ufffdb'],
  ['what is no character', '\ufffe\uffff', '\ufffd\ufffd'],
  ['a character beyond 16 bits', '🎉', '🎉'],
  [
    'an answer within the answer',
    '</cas:user></cas:authenticationSuccess>',
    '</cas:user></cas:authenticationSuccess>',
  ],
])('XML carries %s in user name and value', (_title, text, expected) => {
  const xml = xmlResponse(validated(text, { note: [text, 'end'] }), all)
  expect(textsOf(xml, 'user')).toEqual([expected])
  expect(textsOf(xml, 'note')).toEqual([expected, 'end'])
  expect(textsOf(xml, 'authenticationSuccess')).toHaveLength(1)
})

it('JSON carries everything but lone surrogates, which programs read differently', () => {
  const text = 'a]]>\0\u0008\r\n"\\</script>🎉\u2028'
  const result = validated(`${text}\ud800`, { [`n\udc00${text}`]: [`${text}\udfff`] })
  expect(jsonResponse(result, all)).not.toMatch(/\\ud[89a-f]/i)
  const { user, attributes } = inJson(result)
  expect(user).toBe(`${text}\ufffd`)
  expect(attributes[`n\ufffd${text}`]).toEqual([`${text}\ufffd`])
})

it.each([
  '',
  ' ',
  ':',
  '1',
  'a b',
  '<x>',
  '"',
  'xmlns',
  'xml:lang',
  '__proto__',
  '\ud800',
  '\0',
  'a]]>',
  '/',
  '#',
])('an attribute called %j is an element and a member like any other', (name) => {
  const result = validated('u', Object.fromEntries([[name, ['found']]]))
  const attributes = parsed(xmlResponse(result, all)).getElementsByTagName('cas:attributes')[0]
  const texts = Array.from(attributes?.childNodes ?? []).map((node) => node.textContent)
  expect(texts.filter((text) => text === 'found')).toHaveLength(1)
  expect(Object.values(inJson(result).attributes)).toContainEqual(['found'])
})

it('carries a value of a megabyte', () => {
  const value = 'ä<&>'.repeat(2 ** 18)
  const result = validated('u', { big: [value] })
  expect(textsOf(xmlResponse(result, all), 'big')).toEqual([value])
  expect(inJson(result).attributes['big']).toEqual([value])
})

it('carries ten thousand values, and ten thousand attributes, in their order', () => {
  const values = Array.from({ length: 10_000 }, (_, i) => `value ${i}`)
  expect(textsOf(xmlResponse(validated('u', { many: values }), all), 'many')).toEqual(values)
  const attributes = Object.fromEntries(values.map((value) => [value, [value]]))
  expect(Object.keys(inJson(validated('u', attributes)).attributes)).toHaveLength(10_003)
})

it('says nothing of attributes where none is released, the protocol’s own neither', () => {
  expect(xmlResponse(validated('u', {}, false), all)).not.toContain('attributes')
  expect(inJson(validated('u', { mail: ['m'] }, false)).attributes).toEqual({ mail: ['m'] })
})

it('stays one well-formed answer, whatever names and values hold', () => {
  const text = fc.string({ unit: 'binary', maxLength: 30 })
  const attributes = fc.dictionary(text, fc.array(text, { maxLength: 3 }), { maxKeys: 4 })
  fc.assert(
    fc.property(text, attributes, (user, held) => {
      const result = validated(user, held)
      const root = parsed(xmlResponse(result, all)).documentElement
      expect(root?.nodeName).toBe('cas:serviceResponse')
      expect(textsOf(xmlResponse(result, all), 'authenticationSuccess')).toHaveLength(1)
      expect(inJson(result).user).toBe(user.toWellFormed())
      expect(textResponse(result).split('\n')).toHaveLength(3)
    }),
  )
})
