import { expect, it } from '@jest/globals'
import { isPublicSuffix, publicSuffixOf, siteOf } from './pattern-owners.ts'

it.each([
  'org',
  'com',
  'xn--p1ai',
  'co.uk',
  'com.au',
  'co.jp',
  'com.br',
  'co.nz',
  'co.za',
  'co.in',
  'com.cn',
])('knows that anybody can have a host below %s', (name) => {
  expect(isPublicSuffix(name)).toBe(true)
  expect(isPublicSuffix(`${name}.`)).toBe(true)
  expect(isPublicSuffix(`example.${name}`)).toBe(false)
  expect(publicSuffixOf(`www.example.${name}`)).toBe(name)
})

it.each([
  'internal',
  'local',
  'lan',
  'corp',
  'home.arpa',
  'test',
  'localhost',
  'example.org',
  '',
  'constructor.x',
])('takes %s for an organization’s own, or for no name at all', (name) => {
  expect(isPublicSuffix(name)).toBe(false)
})

it.each([
  ['www.example.org', 'example.org'],
  ['a.b.example.co.uk', 'example.co.uk'],
  ['a.b.example.co.uk.', 'example.co.uk'],
  ['wiki.corp.internal', 'internal'],
  ['nas.home.arpa', 'home.arpa'],
  ['wiki', 'wiki'],
  ['10.0.1.2', '1.2'],
  ['[::1]', '[::1]'],
])('says that %s is one of %s', (host, site) => {
  expect(siteOf(host)).toBe(site)
})
