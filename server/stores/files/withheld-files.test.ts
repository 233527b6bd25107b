/** Files that are not served and keep their URLs: what comes of these when the files change. */
import { describe, expect, it } from '@jest/globals'
import { Catalog } from '../../registry/catalog.ts'
import { aReplica } from '../../replication/testing/replicas.ts'
import { type ReadFile, readDefinitionBytes } from './definition-file.ts'
import { contentsOf, type DirectoryContents } from './directory-contents.ts'
import { foundDirectory } from './found-directory.ts'
import { refusedServices } from './refusals.ts'
import { servedDefinitions, servicesOf } from './served-definitions.ts'

const definition = (name: string, more: object = {}): string =>
  JSON.stringify({
    '@class': 'org.apereo.cas.services.CasRegisteredService',
    serviceId: `^https://${name}\\.example\\.org/.*`,
    name,
    evaluationOrder: 1,
    ...more,
  })

type Texts = Readonly<Record<string, string>>

const wide: Texts = {
  'wide-1.json': definition('wide', { serviceId: '^https://.*', id: 1, evaluationOrder: 100 }),
}

interface Found {
  readonly texts: Texts
  readonly unlisted?: Readonly<Record<string, string>>
}

/** A directory that has beside the wide service what is found in it one time after the other. */
function following(...states: readonly Found[]): DirectoryContents {
  let contents: DirectoryContents | undefined
  for (const { texts, unlisted = {} } of states) {
    const files = Object.entries({ ...texts, ...wide }).map(([file, text]): [string, ReadFile] => [
      file,
      readDefinitionBytes(file, Buffer.from(text)),
    ])
    const read = { files: new Map(files.sort()), unlisted: new Map(Object.entries(unlisted)) }
    contents = contentsOf(read, contents)
  }
  if (contents === undefined) throw new TypeError('no state')
  return contents
}

const documentsOf = ({ definitions }: DirectoryContents) =>
  new Map(Array.from(definitions, ([id, { document }]) => [id, document]))

type Services = Pick<ReturnType<typeof servicesOf>, 'documents' | 'refused' | 'withheld'>

const ofDirectory = (contents: DirectoryContents): Services => ({
  documents: documentsOf(contents),
  ...refusedServices(contents),
})

/** Of a node that knows from others what its own directory said at first. */
function ofReplica(contents: DirectoryContents, first: DirectoryContents): Services {
  const { replica } = aReplica()
  replica.scanned(foundDirectory(first))
  replica.mergeWhole([])
  replica.scanned(foundDirectory(contents))
  const texts = Array.from(first.definitions)
  return servicesOf(servedDefinitions(texts, new Map(), contents), { contents, replica })
}

function answers({ documents: services, refused, withheld }: Services, ...names: readonly string[]) {
  const contents = { rev: 1, digest: '', services, properties: new Map(), refused, withheld }
  const { findService, refusals } = new Catalog().apply(contents)
  const found = names.map((name) => {
    const answer = findService(`https://${name}.example.org/`)
    return answer.kind === 'service' ? answer.definition.name : answer.kind
  })
  return { found, refusals: refusals.map(({ id, urls }) => `${id} ${urls}`) }
}

const withheld: readonly (readonly [string, Texts])[] = [
  ['without an id', { 'team/payroll.json': definition('payroll') }],
  [
    'whose id is that of another',
    { 'hr-5.json': definition('hr', { id: 5 }), 'team/payroll.json': definition('payroll', { id: 5 }) },
  ],
]

describe.each(withheld)('a definition %s', (_, texts) => {
  const kept = { found: ['refused'], refusals: ['file:team/payroll.json closed'] }
  const unreadable: readonly (readonly [string, string])[] = [
    ['half-written', '{ "@class": "org.apereo'],
    ['empty', ''],
    ['too large', ' '.repeat(2 ** 20 + 1)],
  ]

  it.each(unreadable)('keeps its URLs while its file is %s, however long', (_, text) => {
    const broken = { texts: { ...texts, 'team/payroll.json': text } }
    expect(answers(ofDirectory(following({ texts }, broken)), 'payroll')).toEqual(kept)
    expect(answers(ofDirectory(following({ texts }, broken, broken)), 'payroll')).toEqual(kept)
  })

  it('keeps its URLs while its folder cannot be listed', () => {
    const { 'team/payroll.json': _, ...others } = texts
    const closed = { texts: others, unlisted: { team: 'ELOOP' } }
    expect(answers(ofDirectory(following({ texts }, closed, closed)), 'payroll')).toEqual(kept)
  })

  it('gives up its URLs with its file, or for others that the file says', () => {
    const { 'team/payroll.json': _, ...others } = texts
    expect(answers(ofDirectory(following({ texts }, { texts: others })), 'payroll').found).toEqual(['wide'])
    const edited = { texts: { ...texts, 'team/payroll.json': definition('wiki') } }
    expect(answers(ofDirectory(following({ texts }, edited)), 'payroll', 'wiki').found).toEqual([
      'wide',
      'refused',
    ])
  })
})

it('a copy that cannot be read is not served, also where the definition that counts is deleted', () => {
  const copy = { 'payroll.json': definition('payroll', { id: 5 }) }
  const texts = { 'hr-5.json': definition('hr', { id: 5 }), ...copy }
  const contents = following({ texts }, { texts: { 'payroll.json': '{' } })
  expect([...contents.definitions.keys()]).toEqual(['1'])
  expect(answers(ofDirectory(contents), 'payroll').found).toEqual(['refused'])
})

it('a copy that cannot be read keeps nobody out where the definition that counts takes its URLs', () => {
  const text = definition('payroll', { id: 5 })
  const texts = { 'copy.json': text, 'payroll-5.json': text }
  const contents = following({ texts }, { texts: { ...texts, 'copy.json': '{' } })
  expect(answers(ofDirectory(contents), 'payroll')).toEqual({
    found: ['payroll'],
    refusals: ['file:copy.json taken'],
  })
})

describe.each(['a directory', 'a replica'])('in %s a served file that loses its id', (kind) => {
  const texts = { 'app-7.json': definition('old', { id: 7 }) }
  const servicesAfter = (...states: readonly string[]): Services => {
    const edits = states.map((text) => ({ texts: { 'app-7.json': text } }))
    const contents = following({ texts }, ...edits)
    return kind === 'a directory' ? ofDirectory(contents) : ofReplica(contents, following({ texts }))
  }

  it('is served as it was, and keeps other URLs that it says by now, also while it cannot be read', () => {
    const kept = { found: ['old', 'refused'], refusals: ['file:app-7.json closed'] }
    expect(answers(servicesAfter(definition('payroll')), 'old', 'payroll')).toEqual(kept)
    expect(answers(servicesAfter(definition('payroll'), '{'), 'old', 'payroll')).toEqual(kept)
  })

  it('keeps nobody out of the URLs that it had', () => {
    const { found, refusals } = answers(servicesAfter(definition('old')), 'old')
    expect(found).toEqual(['old'])
    expect(refusals).toEqual([expect.stringMatching(/asBefore$/)])
  })
})

describe.each(['a directory', 'a replica'])('in %s a served file that gets the id of another', (kind) => {
  const texts = {
    'narrow-2.json': definition('narrow', { id: 2 }),
    'other-3.json': definition('other', { id: 3 }),
  }
  const servicesAfter = (...states: readonly Texts[]): Services => {
    const contents = following({ texts }, ...states.map((changed) => ({ texts: { ...texts, ...changed } })))
    return kind === 'a directory' ? ofDirectory(contents) : ofReplica(contents, following({ texts }))
  }

  it('is served as it was, and is reported', () => {
    const services = servicesAfter({ 'narrow-2.json': definition('narrow', { id: 3 }) })
    const found = answers(services, 'narrow', 'other')
    expect(found).toEqual({ found: ['narrow', 'other'], refusals: ['2 asBefore'] })
    expect(services.refused[0]?.reason).toBe(
      'narrow-2.json: has the id 3 of other-3.json; what it said before is served',
    )
  })

  it('keeps other URLs that it says by now, also while it cannot be read', () => {
    const mistaken = { 'narrow-2.json': definition('payroll', { id: 3 }) }
    const kept = {
      found: ['narrow', 'other', 'refused'],
      refusals: ['file:narrow-2.json closed'],
    }
    expect(answers(servicesAfter(mistaken), 'narrow', 'other', 'payroll')).toEqual(kept)
    const half = { 'narrow-2.json': '{ "@class": "org.ap' }
    expect(answers(servicesAfter(mistaken, half), 'narrow', 'other', 'payroll')).toEqual(kept)
  })
})

describe('a definition whose file gets the id of another', () => {
  const texts: Texts = {
    'narrow-2.json': definition('narrow', { id: 2 }),
    'other-3.json': definition('other', { id: 3 }),
    'third-4.json': definition('third', { id: 4 }),
  }
  const mistaken = { ...texts, 'narrow-2.json': definition('narrow', { id: 3 }) }
  const filesAfter = (...states: readonly Texts[]) => {
    const { definitions } = following({ texts }, ...states.map((each) => ({ texts: each })))
    return Object.fromEntries(Array.from(definitions, ([id, { file }]) => [id, file]))
  }
  const without = (file: string, from: Texts): Texts =>
    Object.fromEntries(Object.entries(from).filter(([name]) => name !== file))

  it('goes when its file goes, or gets an id that is free', () => {
    expect(filesAfter(mistaken)).toMatchObject({ 2: 'narrow-2.json', 3: 'other-3.json' })
    expect(filesAfter(mistaken, without('narrow-2.json', mistaken))).not.toHaveProperty('2')
    expect(filesAfter(mistaken, without('other-3.json', mistaken))).toEqual({
      1: 'wide-1.json',
      3: 'narrow-2.json',
      4: 'third-4.json',
    })
    const free = { ...texts, 'narrow-2.json': definition('narrow', { id: 7 }) }
    expect(filesAfter(mistaken, free)).toEqual({
      1: 'wide-1.json',
      3: 'other-3.json',
      4: 'third-4.json',
      7: 'narrow-2.json',
    })
  })

  it('stays as well where that other one has got the id of a third by mistake', () => {
    const twice = { ...mistaken, 'other-3.json': definition('other', { id: 4 }) }
    expect(filesAfter(twice)).toEqual({
      1: 'wide-1.json',
      2: 'narrow-2.json',
      3: 'other-3.json',
      4: 'third-4.json',
    })
  })

  it('stays beside a new file with that id', () => {
    const both = {
      'narrow-2.json': definition('narrow', { id: 9 }),
      'new.json': definition('new', { id: 9 }),
    }
    expect(filesAfter({ ...texts, ...both })).toMatchObject({ 2: 'narrow-2.json', 9: 'new.json' })
  })

  it('is what another file says that has its id by now', () => {
    expect(filesAfter({ ...mistaken, 'moved.json': definition('narrow', { id: 2 }) })).toMatchObject({
      2: 'moved.json',
      3: 'other-3.json',
    })
    const swapped = {
      ...texts,
      'narrow-2.json': definition('narrow', { id: 3 }),
      'other-3.json': definition('other', { id: 2 }),
    }
    expect(filesAfter(swapped)).toMatchObject({ 2: 'other-3.json', 3: 'narrow-2.json' })
  })
})

it('publishes nothing under the id of a file that cannot be read for a moment, whose id another has by mistake', () => {
  const both = {
    'hr-6.json': definition('hr', { id: 6 }),
    'payroll-5.json': definition('payroll', { id: 6 }),
  }
  const { replica } = aReplica()
  const contents = (...states: readonly Texts[]) => following(...states.map((texts) => ({ texts })))
  replica.scanned(foundDirectory(contents(both)))
  replica.mergeWhole([])
  replica.published([...replica.entries.values()])
  replica.scanned(foundDirectory(contents(both, { ...both, 'hr-6.json': '{ "@class": "org.ap' })))
  expect(replica.unpublished).toEqual(new Set())
  replica.scanned(foundDirectory(contents(both, { 'payroll-5.json': both['payroll-5.json'] })))
  expect(replica.unpublished).toEqual(new Set(['6']))
})
