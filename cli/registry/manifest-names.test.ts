import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { endsInId, manifestNames } from './manifest-names.ts'

const named = (...names: readonly string[]) => names.map((name, i) => ({ id: BigInt(i + 1), name }))
const namesOf = (...names: readonly string[]) => [...manifestNames(named(...names)).values()]

it.each([
  ['Intranet', 'intranet'],
  ['Bürgerbüro (Test)', 'burgerburo-test'],
  ['  a__b..c  ', 'a-b-c'],
  ['Straße', 'strasse'],
  ['日本語', 'service-1'],
  ['', 'service-1'],
  ['x'.repeat(60), 'x'.repeat(40)],
  [`${'x'.repeat(39)} y`, 'x'.repeat(39)],
])('makes a name for Kubernetes of "%s"', (name, expected) => {
  expect(namesOf(name)).toEqual([expected])
})

it('gives the plain name to the lowest id, and the others their id', () => {
  expect(namesOf('Wiki', 'wiki', 'WIKI')).toEqual(['wiki', 'wiki-2', 'wiki-3'])
})

it('keeps names apart that ids would make equal', () => {
  expect(namesOf('wiki-3', 'Wiki', 'wiki')).toEqual(['wiki-3', 'wiki', 'wiki-3-2'])
})

it('writes the id of every definition, where names shall not depend on others', () => {
  expect([...manifestNames(named('Wiki', 'wiki'), { idInNames: true }).values()]).toEqual([
    'wiki-1',
    'wiki-2',
  ])
})

const some = fc.uniqueArray(
  fc.record({
    id: fc.bigInt({ min: -50n, max: 50n }),
    name: fc.constantFrom('a', 'A', 'a-1', 'a 2', 'b', '', '!', 'a-n1'),
  }),
  { selector: ({ id }) => id },
)

it('gives everybody a valid name of their own, whatever the order', () => {
  fc.assert(
    fc.property(some, (definitions) => {
      const names = manifestNames(definitions)
      expect(new Set(names.values()).size).toBe(definitions.length)
      for (const name of names.values()) expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/)
      expect(new Map(manifestNames(definitions.toReversed()))).toEqual(names)
    }),
  )
})

it('renames nobody for a definition that is added: one with a higher id, or any where names are kept', () => {
  fc.assert(
    fc.property(
      some,
      fc.record({ id: fc.bigInt({ min: 51n, max: 60n }), name: fc.constantFrom('a', 'a-1', 'b') }),
      (before, added) => {
        const names = manifestNames(before)
        const lower = { ...added, id: -added.id }
        expect([...manifestNames([...before, added])]).toEqual(expect.arrayContaining([...names]))
        expect([...manifestNames([...before, lower], { kept: names })]).toEqual(
          expect.arrayContaining([...names]),
        )
        const idInNames = true
        expect([...manifestNames([...before, lower], { idInNames })]).toEqual(
          expect.arrayContaining([...manifestNames(before, { idInNames })]),
        )
      },
    ),
  )
})

it.each([
  ['wiki-5', 5n, true],
  ['wiki-5-2', 5n, true],
  ['wiki-n7', -7n, true],
  ['wiki', 5n, false],
  ['wiki-15', 5n, false],
  ['wiki-5-old', 5n, false],
])('tells whether the name %s says the id %s: %s', (name, id, says) => {
  expect(endsInId(name, id)).toBe(says)
})
