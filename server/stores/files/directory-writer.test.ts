import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { systemRandom } from '../../../common/clock.ts'
import type { DirectoryStep } from '../../replication/directory-plan.ts'
import { textHash } from '../../replication/entry.ts'
import { takeStep } from './directory-writer.ts'
import { definitionJson } from './testing/directories.ts'

let root: string
let services: string
let outside: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'caspool-writer-'))
  services = join(root, 'services')
  outside = join(root, 'outside')
  await mkdir(services)
  await mkdir(outside)
  await writeFile(join(outside, 'secret'), 'stays')
})

afterEach(() => rm(root, { recursive: true }))

const version = { counter: 5n, node: 'node-b' }
const known = (file: string, text: string) => ({ file, hash: textHash(text), version })
const take = (step: DirectoryStep) => takeStep(services, step, systemRandom)

function write(file: string, text: string, now?: { readonly file: string; readonly text: string }) {
  const next = known(file, text)
  const base = { kind: 'write', id: '1', version, text, next } as const
  if (now === undefined) return take({ ...base, keepsCopy: false })
  return take({ ...base, keepsCopy: true, now: known(now.file, now.text) })
}

describe('the hidden copy of what is overruled', () => {
  it('has every byte of it, and nothing else is left behind', async () => {
    const bytes = Buffer.from('\uFEFF{ "name": "mine" }\r\n')
    await writeFile(join(services, 'app-1.json'), bytes)
    const now = { file: 'app-1.json', text: new TextDecoder().decode(bytes) }
    expect(await write('app-1.json', 'yours', now)).toMatchObject({ kind: 'done' })
    expect(await readFile(join(services, '.app-1.json.overruled'))).toEqual(bytes)
    expect(await readFile(join(services, 'app-1.json'), 'utf8')).toBe('yours')
    expect((await readdir(services)).sort()).toEqual(['.app-1.json.overruled', 'app-1.json'])
  })

  it.each(['write', 'remove'] as const)(
    'takes the place of a link, never of its target: %s',
    async (kind) => {
      await writeFile(join(services, 'app-1.json'), 'mine')
      await symlink(join(outside, 'secret'), join(services, '.app-1.json.overruled'))
      const now = known('app-1.json', 'mine')
      const base = { id: '1', version, now, keepsCopy: true } as const
      const step: DirectoryStep =
        kind === 'remove'
          ? { ...base, kind, copies: [] }
          : { ...base, kind, text: 'yours', next: known('app-1.json', 'yours') }
      expect(await take(step)).toMatchObject({ kind: 'done' })
      expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('stays')
      const copy = join(services, '.app-1.json.overruled')
      expect((await lstat(copy)).isFile()).toBe(true)
      expect(await readFile(copy, 'utf8')).toBe('mine')
    },
  )

  it.each(['app', 'ü'])(
    'has the end of a name that is as long as names may be, with the id: %s…',
    async (start) => {
      const long = (id: number) =>
        `${start}${'x'.repeat(255 - Buffer.byteLength(`${start}-${id}.json`))}-${id}.json`
      const text = definitionJson(2)
      for (const id of [1, 2, 3]) await writeFile(join(services, long(id)), text)
      expect(await write(long(1), 'yours', { file: long(1), text })).toMatchObject({ kind: 'done' })
      const removal = {
        kind: 'remove',
        id: '2',
        version,
        keepsCopy: true,
        now: known(long(2), text),
      } as const
      expect(await take({ ...removal, copies: [long(3)] })).toMatchObject({ kind: 'done' })
      const copies = (await readdir(services)).filter((name) => name.startsWith('.'))
      expect(copies.map((name) => name.slice(-18)).sort()).toEqual([
        'x-1.json.overruled',
        'x-2.json.overruled',
        'xxx-3.json.deleted',
      ])
    },
  )

  it('is not made of an edit that this node does not know', async () => {
    await writeFile(join(services, 'app-1.json'), 'just edited')
    const now = { file: 'app-1.json', text: 'mine' }
    expect(await write('app-1.json', 'yours', now)).toEqual({ kind: 'edited', file: 'app-1.json' })
    expect(await readdir(services)).toEqual(['app-1.json'])
  })
})

describe('another file with the id of a definition that is deleted elsewhere', () => {
  const mine = definitionJson(6, 'hr')

  /** The files that are left, hidden ones included. */
  async function left(...others: readonly string[]): Promise<readonly string[]> {
    await writeFile(join(services, 'hr-6.json'), mine)
    for (const [index, text] of others.entries()) await writeFile(join(services, `other-${index}.json`), text)
    const copies = others.map((_, index) => `other-${index}.json`)
    const now = known('hr-6.json', mine)
    const { kind } = await take({ kind: 'remove', id: '6', version, keepsCopy: true, now, copies })
    return [kind, ...(await readdir(services)).sort()]
  }

  it('is hidden if it is for the same URLs at the same place in the order, whatever else it says', async () => {
    const copy = definitionJson(6, 'hr', ' "description": "old",')
    expect(await left(copy)).toEqual(['done', '.hr-6.json.overruled', '.other-0.json.deleted'])
  })

  it.each([
    ['other URLs', definitionJson(6, 'payroll')],
    ['another place in the order', mine.replace('"evaluationOrder": 6', '"evaluationOrder": 1')],
  ])(
    'stays if it says %s, with all that stands there, so that it is withheld as before',
    async (_, other) => {
      expect(await left(mine, other)).toEqual(['refused', 'hr-6.json', 'other-0.json', 'other-1.json'])
    },
  )

  it.each([
    ['has an id of its own by now', definitionJson(5, 'hr')],
    ['is being edited', mine.slice(0, 20)],
  ])('is asked again before anything is removed if it %s', async (_, other) => {
    expect(await left(other)).toEqual(['edited', 'hr-6.json', 'other-0.json'])
  })
})

describe('a file that is a link', () => {
  it('is replaced itself, not what it leads to', async () => {
    await symlink(join(outside, 'secret'), join(services, 'app-1.json'))
    const now = { file: 'app-1.json', text: 'stays' }
    expect(await write('app-1.json', 'yours', now)).toMatchObject({ kind: 'done' })
    expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('stays')
    expect((await lstat(join(services, 'app-1.json'))).isFile()).toBe(true)
  })

  it('and leads nowhere is not written through', async () => {
    await symlink(join(outside, 'absent'), join(services, 'app-1.json'))
    expect(await write('app-1.json', 'yours')).toEqual({ kind: 'edited', file: 'app-1.json' })
    expect(await readlink(join(services, 'app-1.json'))).toBe(join(outside, 'absent'))
    expect(await readdir(outside)).toEqual(['secret'])
  })
})

describe('a folder that is a link', () => {
  const refused = (file: string, link: string) => ({
    kind: 'refused',
    reason: `${file}: ${link} is a symbolic link`,
  })

  beforeEach(async () => {
    await mkdir(join(services, 'real'))
    await mkdir(join(outside, 'deep'))
    await writeFile(join(outside, 'app-1.json'), 'mine')
    await symlink(outside, join(services, 'shared'))
    await symlink(outside, join(services, 'real', 'shared'))
  })
  afterEach(async () => {
    expect((await readdir(outside, { recursive: true })).sort()).toEqual(['app-1.json', 'deep', 'secret'])
    expect(await readFile(join(outside, 'app-1.json'), 'utf8')).toBe('mine')
  })

  it.each([
    ['shared/new-1.json', 'shared'],
    ['shared/deep/new-1.json', 'shared'],
    ['shared/made/new-1.json', 'shared'],
    ['real/shared/new-1.json', 'real/shared'],
  ])('is not written through: %s', async (file, link) => {
    expect(await write(file, 'yours')).toEqual(refused(file, link))
  })

  it('keeps its files when one is renamed, overruled or removed elsewhere', async () => {
    const file = 'shared/app-1.json'
    expect(await write('app-1.json', 'yours', { file, text: 'mine' })).toEqual(refused(file, 'shared'))
    expect(await write(file, 'yours', { file, text: 'mine' })).toEqual(refused(file, 'shared'))
    const removal = {
      kind: 'remove',
      id: '1',
      version,
      keepsCopy: true,
      now: known(file, 'mine'),
      copies: [],
    } as const
    expect(await take(removal)).toEqual(refused(file, 'shared'))
    expect(await readdir(services)).toEqual(['real', 'shared'])
  })

  it('keeps its copies of a definition that is deleted elsewhere', async () => {
    await writeFile(join(services, 'app-1.json'), 'mine')
    const copies = ['shared/app-1.json']
    const now = known('app-1.json', 'mine')
    const step = { kind: 'remove', id: '1', version, keepsCopy: false, now, copies } as const
    expect(await take(step)).toEqual(refused('shared/app-1.json', 'shared'))
  })

  it('hinders no other one: folders that are missing are made', async () => {
    expect(await write('real/made/here/app-1.json', 'yours')).toMatchObject({ kind: 'done' })
    expect((await stat(join(services, 'real/made/here/app-1.json'))).size).toBe(5)
  })
})

it('writes into a directory that is itself reached through a link', async () => {
  await symlink(services, join(root, 'link'))
  const step = { kind: 'write', id: '1', version, text: 'yours', keepsCopy: false } as const
  const result = await takeStep(
    join(root, 'link'),
    { ...step, next: known('app-1.json', 'yours') },
    systemRandom,
  )
  expect(result).toMatchObject({ kind: 'done' })
  expect(await readFile(join(services, 'app-1.json'), 'utf8')).toBe('yours')
})
