import { expect, it } from '@jest/globals'
import { samplesIn, sorted } from '../../common/apereo/testing/samples.ts'
import { stored } from '../../common/documents/testing/documents.ts'
import { casServiceSchema } from '../../operator/api/crd-schemas.ts'
import { definitionId } from '../../operator/registry/definition-id.ts'
import { apereoSource, documentSource } from '../lint/read-source.ts'
import type { Source } from '../lint/source.ts'
import { convert } from './conversion.ts'
import { manifestsText } from './manifest-text.ts'

function file(name: string, fields: Readonly<Record<string, unknown>>): Source {
  const all = { '@class': 'org.apereo.cas.services.CasRegisteredService', ...fields }
  return apereoSource(name, JSON.stringify(all, undefined, 1), 'json')
}

const wiki = file('Wiki-1.json', {
  serviceId: '^https://wiki\\.example\\.org([/?#].*)?$',
  name: 'Wiki',
  id: 1,
})
const shop = file('Shop-2.json', { serviceId: '^https://shop\\.example\\.org/.*', name: 'Shop', id: 2 })
const strict = file('Strict-3.json', {
  serviceId: '^https://strict\\.example\\.org/.*',
  name: 'Strict',
  id: 3,
  environments: ['java.util.HashSet', ['prod']],
})

const options = { clusterRef: { name: 'sso' }, schema: casServiceSchema() }

it('makes a CasService of each definition, with hosts where the pattern is no more than hosts', () => {
  const { services, refused, notes } = convert([shop, wiki], options)
  expect(services).toEqual([
    {
      apiVersion: 'caspool.io/v1alpha1',
      kind: 'CasService',
      metadata: { name: 'shop', annotations: { 'caspool.io/imported-id': '2' } },
      spec: {
        clusterRef: { name: 'sso' },
        displayName: 'Shop',
        serviceId: '^https://shop\\.example\\.org/.*',
      },
    },
    {
      apiVersion: 'caspool.io/v1alpha1',
      kind: 'CasService',
      metadata: { name: 'wiki', annotations: { 'caspool.io/imported-id': '1' } },
      spec: { clusterRef: { name: 'sso' }, displayName: 'Wiki', match: { hosts: ['wiki.example.org'] } },
    },
  ])
  expect([...refused, ...notes]).toEqual([])
})

it('writes the namespace that it is told', () => {
  expect(convert([wiki], { ...options, namespace: 'apps' }).services[0]?.metadata.namespace).toBe('apps')
})

it('refuses what restricts access and has no place, with file, line and field, and takes the others', () => {
  const { services, refused, refusedCount } = convert([wiki, strict], options)
  expect(services).toHaveLength(1)
  expect(refusedCount).toBe(1)
  expect(refused).toMatchObject([{ file: 'Strict-3.json', line: 6, path: 'environments' }])
})

it('takes the first of two definitions with one id, as Apereo does, and refuses the other', () => {
  const other = file('Other-1.json', { serviceId: '^https://o\\.example\\.org/.*', name: 'Other', id: 1 })
  const { services, refused } = convert([wiki, other], options)
  expect(services.map(({ metadata }) => metadata.name)).toEqual(['wiki'])
  expect(refused).toMatchObject([
    { file: 'Other-1.json', path: 'id', message: expect.stringContaining('Wiki-1.json:5') },
  ])
})

it('notes services that no URL reaches', () => {
  const wide = file('All-9.json', { serviceId: '^https://.*', name: 'All', id: 9, evaluationOrder: -1 })
  expect(convert([wiki, wide], options).notes).toMatchObject([
    { file: 'Wiki-1.json', message: expect.stringContaining('All (All-9.json:5) is asked before it') },
  ])
})

it('notes what is left out and restricts nothing', () => {
  const source = file('A-1.json', {
    serviceId: '^https://a\\.b/.*',
    name: 'A',
    id: 1,
    locale: 'de',
    logo: 'images/a.png',
  })
  expect(convert([source], options)).toMatchObject({
    services: [{ spec: { displayName: 'A' } }],
    notes: [
      { line: 6, path: 'locale', message: 'is not used' },
      { line: 7, path: 'logo', message: expect.stringMatching(/^is left out/) },
    ],
  })
})

it('calls nothing left out that is in the manifest, in part or whole', () => {
  const services = 'org.apereo.cas.services'
  const source = file('A-1.json', {
    serviceId: '^https://a\\.b/.*',
    name: 'A',
    id: 1,
    contacts: [
      'java.util.ArrayList',
      [{ '@class': `${services}.DefaultRegisteredServiceContact`, name: 'Ada', twitter: 'ada' }],
    ],
    serviceTicketExpirationPolicy: {
      '@class': `${services}.DefaultRegisteredServiceServiceTicketExpirationPolicy`,
      numberOfUses: 5,
      timeToLive: '30',
    },
  })
  const { services: made, notes } = convert([source], options)
  expect(made).toMatchObject([
    { spec: { contacts: [{ name: 'Ada' }], tickets: { serviceTicket: { seconds: 30 } } } },
  ])
  expect(notes.map(({ path, message }) => `${path} ${message}`)).toEqual([
    'contacts.0.twitter is not a field of its class',
    'serviceTicketExpirationPolicy numberOfUses 5 is treated as 1: a ticket is validated once',
  ])
})

it('gives a definition without an id one that stays', () => {
  const source = file('a.json', { serviceId: '^https://a\\.b/.*', name: 'A' })
  const { services, notes } = convert([source], { ...options, idInNames: true })
  const id = definitionId({ namespace: '^https://a\\.b/.*', name: 'A' })
  expect(services).toMatchObject([{ metadata: { name: `a-${id}` } }])
  expect(services[0]?.metadata.annotations).toBeUndefined()
  expect(notes).toContainEqual(expect.objectContaining({ path: 'id', message: 'is missing' }))
})

it('refuses files that cannot be read, and manifests', () => {
  const broken = apereoSource('broken.json', '{', 'json')
  expect(convert([broken, wiki], options)).toMatchObject({
    refusedCount: 1,
    refused: [{ file: 'broken.json', line: 1 }],
  })
})

it('makes the same bytes of the same definitions, whatever the order of files and fields', () => {
  const text = (...sources: readonly Source[]) => manifestsText(convert(sources, options).services)
  const reordered = file('Wiki-1.json', {
    id: 1,
    name: 'Wiki',
    serviceId: '^https://wiki\\.example\\.org([/?#].*)?$',
  })
  expect(text(reordered, shop)).toBe(text(shop, wiki))
})

const golden = samplesIn('apereo-6.6.12').map(({ file: name, text }) => [name, text] as const)
const classes = samplesIn('classes').map(({ file: name, text }) => [name, text] as const)
/** Of classes that version 6.6.12 did not have yet. */
const notStored = ['MultiMapped-1013.json', 'Starts-1012.json', 'StaticUser-1016.json']

it.each(golden.filter(([name]) => !notStored.includes(name)))(
  'makes the same service of %s and of the document that a real Apereo CAS stored of it',
  (name, text) => {
    const document = stored(name.replace(/-\d+\.json$/, ''))
    const fromDatabase = documentSource({ file: name, origin: 'database', document, lineOf: () => 1 })
    const [one, other] = [apereoSource(name, text, 'json'), fromDatabase].map((source) =>
      convert([source], options),
    )
    expect(sorted(one?.services)).toEqual(sorted(other?.services))
    const inDocument = ({ path }: { readonly path: string }) =>
      path.replace('@class', '_class').replace(/^multifactorPolicy/, 'multifactorAuthenticationPolicy')
    expect(one?.refused.map(inDocument).toSorted()).toEqual(other?.refused.map(({ path }) => path).toSorted())
  },
)

it.each([...golden, ...classes])('imports %s, or says with a line why not', (name, text) => {
  const { services, refused, refusedCount } = convert([apereoSource(name, text, 'json')], options)
  expect(services.length + refusedCount).toBe(1)
  expect(refused.length > 0).toBe(refusedCount === 1)
  for (const { line, message } of refused) {
    expect(line).toBeGreaterThan(0)
    expect(message).toMatch(/\w/)
  }
})

it('takes definitions without an id by what they say, and refuses one that says the same as another', () => {
  const said = (name: string) => ({ serviceId: `^https://${name}\\.example\\.org/.*`, name })
  const sources = [
    file('a.json', said('a')),
    file('b.json', said('b')),
    file('c.json', { ...said('a'), id: -1 }),
  ]
  const { services, refused } = convert(sources, options)
  expect(services.map(({ metadata }) => metadata.name)).toEqual(['a', 'b'])
  expect(refused).toEqual([
    expect.objectContaining({
      file: 'c.json',
      message: expect.stringContaining('has no id, and serviceId and name of a.json'),
    }),
  ])
})
