import { hash } from 'node:crypto'
import { expect, it } from '@jest/globals'
import type { CasService } from '../../operator/api/cas-service.ts'
import { isAsImported, sealed, uneditedManifests } from './import-hash.ts'
import { manifestsText, manifestText } from './manifest-text.ts'

const service = (annotations?: Readonly<Record<string, string>>): CasService => ({
  apiVersion: 'caspool.io/v1alpha1',
  kind: 'CasService',
  metadata: { name: 'wiki', ...(annotations === undefined ? {} : { annotations }) },
  spec: { clusterRef: { name: 'sso' }, match: { hosts: ['wiki.example.org'] } },
})

const plain = sealed(service())
const withId = sealed(service({ 'caspool.io/imported-id': '1' }))
const both = manifestsText([plain, withId])

it.each([
  ['a manifest', manifestText(withId)],
  ['one without other annotations', manifestText(plain)],
  ['several in one file', both],
  ['one with the line ends of Windows', manifestText(withId).replaceAll('\n', '\r\n')],
])('knows %s as it was written', (_, text) => {
  expect(isAsImported(text)).toBe(true)
})

it.each([
  ['a comment', `# ask Ann\n${manifestText(withId)}`],
  ['another host', manifestText(withId).replace('wiki.example.org', 'w.example.org')],
  ['a field more', `${manifestText(plain)}  theme: dark\n`],
  ['a label', manifestText(withId).replace('metadata:\n', 'metadata:\n  labels: {a: b}\n')],
  ['a change in one of several', both.replace('wiki.example.org', 'w.example.org')],
  ['one more of them', `${both}---\n${manifestText(service())}`],
  ['no hash', manifestText(service({ 'caspool.io/imported-id': '1' }))],
  ['nothing', ''],
])('sees that a text with %s is not as an import wrote it', (_, text) => {
  expect(isAsImported(text)).toBe(false)
})

const plainServices = (text: string) => uneditedManifests(text)?.map(({ metadata }) => metadata.name)

it('reads the services of a text that is as an import wrote it', () => {
  expect(plainServices(both)).toEqual(['wiki', 'wiki'])
  expect(uneditedManifests(`# ask Ann\n${both}`)).toBeUndefined()
})

const crafted = (fields: object, metadata: object = {}) => {
  const one = service({ 'caspool.io/imported-id': '1' })
  return manifestText(sealed({ ...one, metadata: { ...one.metadata, ...metadata }, ...fields }))
}

it.each([
  ['name that leads out of the directory', crafted({}, { name: '../victim/values' })],
  ['name that is hidden', crafted({}, { name: '.values' })],
  ['name with an empty part', crafted({}, { name: 'a..b' })],
  ['name that is no text', crafted({}, { name: 5 })],
  ['name that is too long', crafted({}, { name: 'a'.repeat(254) })],
  ['kind of its own', crafted({ kind: 'Secret' })],
  ['version of its own', crafted({ apiVersion: 'v1' })],
  ['number as an annotation', crafted({}, { annotations: { 'caspool.io/imported-id': 1 } })],
  ['part that is no object', resealed('- a\n- b\n')],
  ['part that is nothing', resealed('~\n')],
  ['part that is no YAML', resealed('{\n')],
])('takes no text for an import that has a %s, though its hash fits', (_, text) => {
  expect(isAsImported(text)).toBe(true)
  expect(uneditedManifests(text)).toBeUndefined()
})

/** A text whose hash fits, whatever it holds. */
function resealed(rest: string): string {
  return `    caspool.io/imported-hash: ${hash('sha256', rest, 'hex')}\n${rest}`
}
