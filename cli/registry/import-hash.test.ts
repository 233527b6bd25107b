import { expect, it } from '@jest/globals'
import type { CasService } from '../../operator/api/cas-service.ts'
import { isAsImported, sealed } from './import-hash.ts'
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
