import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { type Entry, writeTar } from './tar.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'caspool-tar-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const text = (path: string, content = path): Entry => ({ kind: 'text', path, mode: 0o644, text: content })
const unpack = (archive: string, path: string) =>
  execFileSync('tar', ['-xOf', archive, path], { encoding: 'utf8' })

it('writes what tar reads: directories, files, links, and paths longer than a header field', async () => {
  const source = join(directory, 'source')
  writeFileSync(source, 'x'.repeat(1300))
  const long = `${'folder/'.repeat(20)}file`
  const archive = join(directory, 'a.tar')
  await writeTar(archive, [
    text(long),
    { kind: 'file', path: 'bin/program', mode: 0o755, source },
    { kind: 'link', path: 'bin/other', target: 'program' },
    { kind: 'directory', path: 'tmp', mode: 0o1777 },
  ])
  const listed = execFileSync('tar', ['-tvf', archive], { encoding: 'utf8' })
  expect(listed).toMatch(/^drwxrwxrwt 0\/0 .* tmp\/$/m)
  expect(listed).toMatch(/^-rwxr-xr-x 0\/0 +1300 .* bin\/program$/m)
  expect(listed).toMatch(/^lrwxrwxrwx 0\/0 .* bin\/other -> program$/m)
  expect(unpack(archive, long)).toBe(long)
  expect(unpack(archive, 'bin/program')).toBe('x'.repeat(1300))
})

it('writes the same bytes whatever the order of the entries and the times of the files', async () => {
  const source = join(directory, 'source')
  writeFileSync(source, 'content')
  const entries: Entry[] = [text('b'), { kind: 'file', path: 'a/file', mode: 0o644, source }]
  const one = await writeTar(join(directory, '1.tar'), entries)
  utimesSync(source, 1, 1)
  const other = await writeTar(join(directory, '2.tar'), entries.toReversed())
  expect(other.sha256).toBe(one.sha256)
  expect(createHash('sha256').update(readFileSync(one.file)).digest('hex')).toBe(one.sha256)
  expect(readFileSync(one.file)).toHaveLength(one.bytes)
})

it('refuses a path that no tar header can hold', async () => {
  await expect(writeTar(join(directory, 'a.tar'), [text('x'.repeat(300))])).rejects.toThrow('too long')
})
