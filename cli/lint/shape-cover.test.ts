import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { parseServicePattern, type ServiceShape } from '../../common/documents/service-shape.ts'
import { shapeMatches } from '../../server/services/match.ts'
import { readServiceUrl } from '../../server/services/service-url.ts'
import { covers, partsOf } from './shape-cover.ts'

const schemes = ['https', 'http', 'https?']
const hosts = ['a\\.b', '[a-z0-9-]+\\.b', 'a', 'c\\.a\\.b']
const ports = ['', ':8443', '(:[0-9]+)?']
const paths = ['', '/', '/x', '/x/y']
const tails = ['', '.*', '(/.*)?', '([/?#;].*)?']

/** What can follow the authority: every path, ended or followed by each character that a tail may name, or another. */
const rests = paths.flatMap((path) => ['', '/', '?', '#', ';', 'z'].map((next) => `${path}${next}`))

/** URLs that tell any two of these patterns apart. */
const urls = ['https', 'http'].flatMap((scheme) =>
  ['a.b', 'c.b', 'a', 'c.a.b'].flatMap((host) =>
    ['', ':8443', ':1'].flatMap((port) =>
      rests.flatMap((rest) => {
        const url = readServiceUrl(`${scheme}://${host}${port}${rest}`)
        return url?.host === host ? [url] : []
      }),
    ),
  ),
)

const shape = fc
  .tuple(
    fc.constantFrom(...schemes),
    fc.uniqueArray(fc.constantFrom(...hosts), { minLength: 1, maxLength: 2 }),
    fc.constantFrom(...ports),
    fc.constantFrom(...paths),
    fc.constantFrom(...tails),
  )
  .map(([scheme, names, port, path, tail]) =>
    parseServicePattern(
      `^${scheme}://${names.length === 1 ? names[0] : `(${names.join('|')})`}${port}${path}${tail}$`,
    ),
  )
  .filter((parsed) => parsed !== undefined)

it('covers exactly the parts all of whose URLs a shape takes', () => {
  fc.assert(
    fc.property(shape, shape, (wide, narrow) => {
      for (const part of partsOf(narrow)) {
        const alone: ServiceShape = {
          schemes: [part.scheme],
          hosts: [part.host],
          paths: [part.path],
          tail: part.tail,
        }
        const taken = urls.filter((url) => shapeMatches(alone, url))
        expect(covers(wide, part)).toBe(taken.every((url) => shapeMatches(wide, url)))
      }
    }),
    { numRuns: 1000 },
  )
})
