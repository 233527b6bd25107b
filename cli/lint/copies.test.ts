import { expect, it } from '@jest/globals'
import { copiesAmong, withCopiesRefused } from './copies.ts'
import { apereoSource } from './read-source.ts'
import type { DefinitionSource } from './source.ts'

function definition(file: string, id: number | undefined, host = file): DefinitionSource {
  const text = JSON.stringify({
    '@class': 'org.apereo.cas.services.CasRegisteredService',
    serviceId: `^https://${host}/.*`,
    name: file,
    id,
  })
  const source = apereoSource(file, text, 'json')
  if (source.kind !== 'definition') throw new Error(`${file} cannot be read`)
  return source
}

const filesOf = (sources: readonly DefinitionSource[]) =>
  copiesAmong(sources).map(({ source, of }) => [source.file, of.file])

it('finds the copy, which is not named after its id, whichever comes first', () => {
  const [original, copy] = [definition('wiki-2.json', 2), definition('app-1.json', 2)]
  expect(filesOf([copy, original])).toEqual([['app-1.json', 'wiki-2.json']])
  expect(filesOf([original, copy])).toEqual([['app-1.json', 'wiki-2.json']])
})

it('takes the first of several that are named after their id, or of several that are not', () => {
  const named = [definition('a-2.json', 2), definition('b-2.json', 2), definition('c-2.json', 2)]
  expect(filesOf(named)).toEqual([
    ['b-2.json', 'a-2.json'],
    ['c-2.json', 'a-2.json'],
  ])
  expect(filesOf([definition('a.json', 2), definition('b-1.json', 2)])).toEqual([['b-1.json', 'a.json']])
})

it('takes definitions without an id for copies of nothing', () => {
  expect(filesOf([definition('a.json', undefined), definition('b.json', undefined)])).toEqual([])
})

it('refuses a copy and leaves it its URLs, unless the one that counts has the same and is asked no later', () => {
  const original = definition('wiki-2.json', 2)
  expect(withCopiesRefused([definition('app-1.json', 2), original])).toMatchObject([
    {
      definition: undefined,
      claim: { name: 'app-1.json' },
      problems: [{ message: 'is that of wiki-2.json' }],
    },
    original,
  ])
  expect(withCopiesRefused([definition('zeta-1.json', 2, 'wiki-2.json'), original])).toEqual([original])
  // What is between the two by its name would be given the URLs.
  expect(withCopiesRefused([definition('copy-1.json', 2, 'wiki-2.json'), original])).toMatchObject([
    { definition: undefined, claim: { name: 'copy-1.json' } },
    original,
  ])
})
