import { expect, it } from '@jest/globals'
import { printable, printableJson, printableLines, withoutUserInfo } from './printable.ts'

const hostile = '\x1b]0;x\x07\x9b2J\u202egnp\u200b\u{e0001}\x7f\r'

it('leaves no character that a terminal acts on', () => {
  const escapes = '\\u{1b}]0;x\\u{7}\\u{9b}2J\\u{202e}gnp\\u{200b}\\u{e0001}\\u{7f}\\u{d}'
  expect(printable(`${hostile}\n`)).toBe(`${escapes}\\u{a}`)
  expect(printableLines(`a\n${hostile}`)).toBe(`a\n${escapes}`)
  expect(printable(printable(hostile))).toBe(escapes)
})

it('leaves none in JSON either, which means the same', () => {
  const json = printableJson(JSON.stringify({ a: `${hostile}\n` }, undefined, 2))
  expect(json).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u)
  expect(JSON.parse(json)).toEqual({ a: `${hostile}\n` })
})

it.each([
  ['mongodb://user:pw@host/cas', 'mongodb://***@host/cas'],
  [' mongodb://user:pw@host/cas', ' mongodb://***@host/cas'],
  ['mongodb:/user:pw@host/cas', 'mongodb:/***@host/cas'],
  ['mongodb+srv:///user:p@w/@host', 'mongodb+srv:///***@host'],
  ['"mongodb://user:pw@host"', '"mongodb://***@host"'],
  ['mongodb//user:pw@host', '***@host'],
  ['mongodb:user:pw@host', '***@host'],
  ['user:pw@host/cas', '***@host/cas'],
  ['services@night/app.json', 'services@night/app.json'],
  ['C:/services', 'C:/services'],
])('shows %p as %p', (location, shown) => {
  expect(withoutUserInfo(location)).toBe(shown)
})
