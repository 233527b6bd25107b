import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from '@jest/globals'
import { isWithin, namesIn, writeFileIfChanged, writeFiles } from './output.ts'

const home = mkdtempSync(join(tmpdir(), 'caspool-output-'))
afterAll(() => rmSync(home, { recursive: true }))

it.each(['../victim.yaml', 'below/a.yaml', '/tmp/a.yaml', '..', ''])(
  'writes nothing at all when a file would be called "%s"',
  async (name) => {
    const files = new Map([
      ['good.yaml', 'a'],
      [name, 'b'],
    ])
    await expect(writeFiles(join(home, 'out'), files)).rejects.toThrow('is no name of a file')
    expect(existsSync(join(home, 'out'))).toBe(false)
  },
)

it('writes through no link that somebody has left where it writes', async () => {
  const [victim, directory] = [join(home, 'victim'), mkdtempSync(join(home, 'shared-'))]
  writeFileSync(victim, 'mine')
  symlinkSync(victim, join(directory, `.${process.pid}.caspool-new`))
  symlinkSync(victim, join(directory, 'a.yaml'))
  expect(await writeFileIfChanged(join(directory, 'a.yaml'), 'new')).toBe(true)
  expect(readFileSync(victim, 'utf8')).toBe('mine')
  expect(readFileSync(join(directory, 'a.yaml'), 'utf8')).toBe('new')
  expect(readdirSync(directory)).toHaveLength(2)
})

it('says in words that a file is where a directory has to be', async () => {
  await expect(namesIn('/dev/null/x')).rejects.toThrow('a file is where a directory has to be')
})

it('tells a place inside of a directory from one beside it, through links and before it is there', async () => {
  const directory = mkdtempSync(join(home, 'source-'))
  const link = `${directory}-link`
  symlinkSync(directory, link)
  const within = [directory, link, join(link, 'a'), join(directory, '..a', 'b')]
  for (const place of within) expect([place, await isWithin(place, directory)]).toEqual([place, true])
  for (const place of [home, `${directory}-b`, join(directory, '..', 'b')])
    expect([place, await isWithin(place, link)]).toEqual([place, false])
})
