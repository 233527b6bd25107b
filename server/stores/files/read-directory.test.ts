import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { lookAt } from './look.ts'
import { readDirectory } from './read-directory.ts'
import { definitionJson, newDirectory, removeDirectory } from './testing/directories.ts'

describe('a directory of definitions', () => {
  let directory: string
  beforeEach(async () => {
    directory = await newDirectory()
  })
  afterEach(() => removeDirectory(directory))
  const write = (file: string, text: string | Uint8Array) => writeFile(join(directory, file), text)

  it('holds what visible .json, .yml and .yaml files say, in folders as well', async () => {
    await write('app1-1.json', definitionJson(1))
    await write('app2-2.yml', yaml(2))
    await mkdir(join(directory, 'cas-client/deep'), { recursive: true })
    await write('cas-client/app3-3.yaml', yaml(3))
    await write('cas-client/deep/app4-4.JSON', definitionJson(4))
    const { definitions, refused, notes } = await readDirectory(directory)
    expect([...definitions.keys()].sort()).toEqual(['1', '2', '3', '4'])
    expect(definitions.get('3')).toMatchObject({
      file: 'cas-client/app3-3.yaml',
      document: { _id: 3n, name: 'app3' },
    })
    expect({ refused, notes }).toEqual({ refused: [], notes: [] })
  })

  it('passes over hidden files and folders, empty files and other endings', async () => {
    await write('.hidden-1.json', definitionJson(1))
    await mkdir(join(directory, '..2026_11_22'))
    await write('..2026_11_22/app2-2.json', definitionJson(2))
    await write('empty-3.json', ' \n')
    await write('app4-4.json~', definitionJson(4))
    await write('README.md', 'definitions')
    expect(await readDirectory(directory)).toMatchObject({ definitions: new Map(), refused: [] })
  })

  it('keeps 64-bit ids exact', async () => {
    await write('big-9007199254740993.json', definitionJson(9007199254740993n, 'big'))
    const { definitions } = await readDirectory(directory)
    expect(definitions.get('9007199254740993')?.document['_id']).toBe(9007199254740993n)
  })

  it('takes the first file by its path where two give one id, and names the other', async () => {
    await write('b-1.json', definitionJson(1, 'b'))
    await write('a-1.json', definitionJson(1, 'a'))
    const { definitions, duplicates } = await readDirectory(directory)
    expect(definitions.get('1')).toMatchObject({ file: 'a-1.json', document: { name: 'a' } })
    expect(duplicates).toMatchObject([{ id: '1', file: 'b-1.json', definedBy: 'a-1.json' }])
  })

  it('refuses a file without an id, with the id that stands for none, and unreadable text, each by its name', async () => {
    await write('none-1.json', '{ "@class": "org.apereo.cas.services.CasRegisteredService", "name": "none" }')
    await write('unset-2.json', definitionJson(-1, 'unset'))
    await write('half-3.json', definitionJson(3).slice(0, 60))
    await write('latin-4.json', Buffer.from('{ "name": "\xe9" }', 'latin1'))
    await write('large-5.json', Buffer.alloc(2_000_000, ' '))
    const { definitions, refused } = await readDirectory(directory)
    expect(definitions.size).toBe(0)
    expect(refused.map(({ file }) => file)).toEqual([
      'half-3.json',
      'large-5.json',
      'latin-4.json',
      'none-1.json',
      'unset-2.json',
    ])
    const messages = refused.flatMap(({ problems }) => problems.map(({ message }) => message))
    expect(messages[1]).toContain('is larger than 1048576 bytes')
    expect(messages[2]).toContain('is not text in UTF-8')
    expect(messages[3]).toContain('every definition needs a whole number')
  })

  it('says of a CasService manifest what makes a definition of it', async () => {
    const manifest = (more: string) =>
      `apiVersion: caspool.io/v1alpha1\nkind: CasService\nmetadata: {name: wiki, annotations: {a.b/c: d}}\nspec: {${more}}\n`
    await write('wiki.yaml', manifest('clusterRef: {name: sso}, match: {hosts: [wiki.example.org]}'))
    await write('wiki-2.json', `{"kind": "CasService", ${definitionJson(2).slice(1)}`)
    const { definitions, refused } = await readDirectory(directory)
    expect([...definitions.keys()]).toEqual(['2'])
    expect(refused).toEqual([
      {
        file: 'wiki.yaml',
        problems: [{ file: 'wiki.yaml', message: expect.stringContaining('caspool export makes them') }],
      },
    ])
  })

  it('notes names off the pattern, and takes what is in the files', async () => {
    await write('intranet.json', definitionJson(1))
    const { definitions, notes } = await readDirectory(directory)
    expect(definitions.has('1')).toBe(true)
    expect(notes).toEqual([{ file: 'intranet.json', message: 'has a name off the pattern NAME-ID.json' }])
  })

  it('follows links, and does not go round in circles', async () => {
    await mkdir(join(directory, 'folder'))
    await write('folder/app1-1.json', definitionJson(1))
    await symlink('..', join(directory, 'folder/up'))
    await symlink('folder/app1-1.json', join(directory, 'link-1.json'))
    await symlink('nowhere', join(directory, 'dangling-2.json'))
    const { definitions, duplicates, refused } = await readDirectory(directory)
    expect(definitions.get('1')?.file).toBe('folder/app1-1.json')
    expect(duplicates.map(({ file }) => file)).toEqual(['link-1.json'])
    expect(refused).toEqual([])
  })

  it('lists a folder once, however many links lead to it, and names its files by where they are', async () => {
    const names = Array.from({ length: 7 }, (_, i) => `folder${i}`)
    for (const [i, name] of names.entries()) {
      await mkdir(join(directory, name))
      await write(`${name}/app${i}-${i + 1}.json`, definitionJson(i + 1, `app${i}`))
      for (const other of names) await symlink(`../${other}`, join(directory, name, `to-${other}`))
    }
    await symlink('folder3', join(directory, 'a-link'))
    const { folders } = await lookAt(directory)
    expect([...folders.keys()].sort()).toEqual(['', ...names].sort())
    const { definitions, duplicates } = await readDirectory(directory)
    expect(definitions.get('4')?.file).toBe('folder3/app3-4.json')
    expect({ definitions: definitions.size, duplicates }).toEqual({ definitions: 7, duplicates: [] })
  })

  it('names a folder that only links lead to after the first of those, also where they stand in it', async () => {
    const outside = await newDirectory()
    await mkdir(join(outside, 'deep'))
    await writeFile(join(outside, 'deep/app1-1.json'), definitionJson(1))
    await symlink('.', join(outside, 'again'))
    for (const name of ['c', 'b', 'd']) await symlink(outside, join(directory, name))
    await symlink(join(outside, 'deep'), join(directory, 'z'))
    const { files, folders } = await lookAt(directory)
    await removeDirectory(outside)
    expect([...files.keys()]).toEqual(['z/app1-1.json'])
    expect([...folders.keys()].sort()).toEqual(['', 'b', 'z'])
  })

  it('reads files below 15 folders, and tells of the folder below which it does not look', async () => {
    const folders = Array.from({ length: 17 }, (_, i) => `f${i}`)
    await mkdir(join(directory, ...folders), { recursive: true })
    await write(join(...folders.slice(0, 15), 'app1-1.json'), definitionJson(1))
    await write(join(...folders, 'app2-2.json'), definitionJson(2))
    const { definitions, notes } = await readDirectory(directory)
    expect([...definitions.keys()]).toEqual(['1'])
    const deep = folders.slice(0, 16).join('/')
    expect(notes).toEqual([{ file: deep, message: 'cannot be listed (it lies below 15 folders)' }])
  })

  it('throws when it is not there', async () => {
    await expect(readDirectory(join(directory, 'nowhere'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('refuses what has a name that is not UTF-8, and tells of folders that have one', async () => {
    const misnamed = (name: string) => Buffer.from(join(directory, name), 'latin1')
    await writeFile(misnamed('pay-\xe9-2.json'), definitionJson(2))
    await writeFile(misnamed('pay-\xe8-3.json'), definitionJson(3))
    await writeFile(misnamed('note-\xe9.txt'), 'none')
    await symlink('nowhere', misnamed('gone-\xe9-4.json'))
    await mkdir(misnamed('caf\xe9'))
    await write('é-1.json', definitionJson(1))
    const { definitions, refused, notes, files } = await readDirectory(directory)
    expect([...definitions.keys()]).toEqual(['1'])
    const message = 'its name is not UTF-8: rename it'
    const names = ['pay-\\xe8-3.json', 'pay-\\xe9-2.json']
    expect(refused).toEqual(names.map((file) => ({ file, problems: [{ file, message }] })))
    expect(notes).toContainEqual({ file: 'caf\\xe9', message: `cannot be listed (${message})` })
    expect([...files].sort()).toEqual([...names, 'é-1.json'])
  })

  it('says which folders and files are closed to it', async () => {
    await mkdir(join(directory, 'closed'))
    await write('app1-1.json', definitionJson(1))
    await chmod(join(directory, 'closed'), 0)
    await chmod(join(directory, 'app1-1.json'), 0)
    const { definitions, refused, notes } = await readDirectory(directory)
    await chmod(join(directory, 'closed'), 0o700)
    // The superuser reads everything.
    const isSuperuser = process.getuid?.() === 0
    expect(notes.map(({ file }) => file)).toEqual(isSuperuser ? [] : ['closed'])
    expect(refused.map(({ file }) => file)).toEqual(isSuperuser ? [] : ['app1-1.json'])
    expect(definitions.size).toBe(isSuperuser ? 1 : 0)
  })
})

const yaml = (id: number) => `--- !<org.apereo.cas.services.CasRegisteredService>
serviceId: "^https://app${id}\\\\.example\\\\.org/.*"
name: app${id}
id: ${id}
`
