import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { systemRandom } from '../../../common/clock.ts'
import type { DirectoryStep } from '../../replication/directory-plan.ts'
import { textHash } from '../../replication/entry.ts'
import { takeStep } from './directory-writer.ts'
import { maxCopies } from './hidden-copies.ts'
import { definitionJson, newDirectory, removeDirectory } from './testing/directories.ts'

let directory: string
beforeEach(async () => {
  directory = await newDirectory()
})
afterEach(() => removeDirectory(directory))

const file = 'app-1.json'
const state = (name: string, text: string) => ({ file: name, hash: textHash(text) })
const deleted = definitionJson(1)
const version = { counter: 5n, node: 'node-b' }
/** The same definition with another text. */
const saying = (text: string) => definitionJson(1, 'app1', ` "description": "${text}",`)

/** `text` is edited here, and replaced by what others made. */
async function overrule(text: string): Promise<void> {
  const mine = saying(text)
  await writeFile(join(directory, file), mine)
  const base = { kind: 'write', id: '1', version, text: 'theirs', keepsCopy: true } as const
  await take({ ...base, now: state(file, mine), next: state(file, 'theirs') })
}

/** A copy of the definition is made here, and the definition is deleted elsewhere. */
async function hide(text: string): Promise<void> {
  await writeFile(join(directory, 'copy-1.json'), saying(text))
  await remove('copy-1.json')
}

async function remove(...copies: readonly string[]): Promise<void> {
  await writeFile(join(directory, file), deleted)
  await take({ kind: 'remove', id: '1', version, keepsCopy: false, now: state(file, deleted), copies })
}

async function take(step: DirectoryStep): Promise<void> {
  expect(await takeStep(directory, step, systemRandom)).toMatchObject({ kind: 'done' })
}

/** What the hidden ones say, by name. */
async function copies(): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(directory)).filter((name) => name.startsWith('.')).sort()
  const texts = names.map(async (name) => [name, await said(name)] as const)
  return Object.fromEntries(await Promise.all(texts))
}

async function said(name: string): Promise<string> {
  return JSON.parse(await readFile(join(directory, name), 'utf8')).description
}

describe.each([
  ['an overruled edit', overrule, '.app-1.json.overruled'],
  ['a copy of a deleted definition', hide, '.copy-1.json.deleted'],
] as const)('the hidden copy of %s', (_, lose, first) => {
  it('stays when a further one is kept, which gets a number', async () => {
    for (const text of ['first', 'second', 'third']) await lose(text)
    expect(await copies()).toEqual({ [first]: 'first', [`${first}.2`]: 'second', [`${first}.3`]: 'third' })
  })

  it('is not kept twice', async () => {
    for (const text of ['first', 'second', 'first', 'second']) await lose(text)
    expect(await copies()).toEqual({ [first]: 'first', [`${first}.2`]: 'second' })
    expect(await readdir(directory)).not.toContain('copy-1.json')
  })

  it('gets a name that an administrator has freed', async () => {
    for (const text of ['first', 'second']) await lose(text)
    await rm(join(directory, first))
    await lose('third')
    expect(await copies()).toEqual({ [first]: 'third', [`${first}.2`]: 'second' })
  })

  it('takes the place of the second, the others moving up, where there are as many as may be', async () => {
    for (let n = 1; n <= maxCopies + 2; n++) await lose(`edit ${n}`)
    const kept = await copies()
    expect(Object.keys(kept)).toHaveLength(maxCopies)
    expect(kept[first]).toBe('edit 1')
    for (let n = 2; n <= maxCopies; n++) expect(kept[`${first}.${n}`]).toBe(`edit ${n + 2}`)
  })

  it('passes by a folder that has its name', async () => {
    await mkdir(join(directory, first))
    await lose('mine')
    expect(await said(`${first}.2`)).toBe('mine')
  })
})

it('a copy that is a link to nothing is hidden, one that is gone hinders nothing', async () => {
  await symlink('nowhere', join(directory, 'copy-1.json'))
  await remove('copy-1.json', 'gone-1.json')
  expect(await readdir(directory)).toEqual(['.copy-1.json.deleted'])
})
