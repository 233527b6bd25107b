import { expect, it } from '@jest/globals'
import { deleteRefusal } from './guard.ts'
import { failureText, isProgress, readReport, versionProblem } from './rsync-output.ts'

it('tells new, changed and deleted files from all else that rsync prints', () => {
  const report = readReport([
    'created directory /tmp/x',
    'cd+++++++++|./',
    '>f+++++++++|new-1.json',
    '<f+++++++++|a|b-2.json',
    '>fc.t......|changed-3.json',
    'cf+++++++++|\\#012-4.json',
    '.f..t......|touched-5.json',
    '.d..t......|./',
    '*deleting  |gone-6.json',
    '*deleting  |folder/',
    'Number of files: 1,006 (reg: 1,005, dir: 1)',
    'Total transferred file size: 12,345 bytes',
  ])
  expect(report).toEqual({
    changes: {
      created: ['new-1.json', 'a|b-2.json', '\\#012-4.json'],
      changed: ['changed-3.json'],
      deleted: ['gone-6.json'],
    },
    folders: ['./'],
    files: 1005,
    bytes: 12_345,
  })
})

it('takes rsync 3.1 and later, and no program that only shares its name', () => {
  expect(versionProblem('rsync  version 3.5.0  protocol version 32')).toBeUndefined()
  expect(versionProblem('rsync  version v3.1.0  protocol version 31')).toBeUndefined()
  expect(versionProblem('rsync  version 3.0.9  protocol version 30')).toMatch(
    /is version 3\.0, 3\.1 or later/,
  )
  expect(versionProblem('openrsync: protocol version 29')).toMatch(/is not the rsync/)
})

it('knows a line of progress', () => {
  expect(isProgress('      1,238,099 100%  146.38kB/s    0:00:08  (xfr#5, to-chk=169/396)')).toBe(true)
  expect(isProgress('>f+++++++++|100% sure-1.json')).toBe(false)
})

it('hands on what rsync and ssh say', () => {
  const text = failureText(
    255,
    'Warning: Permanently added x\nssh: connect to host x port 22: Connection refused\n',
  )
  expect(text).toBe('ssh: connect to host x port 22: Connection refused (status 255)')
  expect(failureText(12, 'sh: 1: rsync: not found\n')).toContain('install rsync 3.1 or later there')
  expect(failureText(null, '')).toBe('it says nothing (status none)')
})

it('lets a few deletes pass, or a small share', () => {
  const deleted = (count: number, files: number) => ({
    changes: { created: [], changed: [], deleted: Array.from({ length: count }, String) },
    files,
    definitions: files,
    bytes: 0,
  })
  const rules = { deletes: true, maxDeletes: undefined }
  expect(deleteRefusal(deleted(10, 1), rules)).toBeUndefined()
  expect(deleteRefusal(deleted(11, 100), rules)).toBeUndefined()
  expect(deleteRefusal(deleted(11, 20), rules)).toMatch(/^11 of 31 files would be deleted/)
  expect(deleteRefusal(deleted(11, 20), { ...rules, maxDeletes: 11 })).toBeUndefined()
  expect(deleteRefusal(deleted(1, 20), { ...rules, maxDeletes: 0 })).toMatch(/--max-delete is 0/)
  expect(deleteRefusal(deleted(0, 0), rules)).toMatch(/would empty/)
  expect(deleteRefusal(deleted(0, 0), { ...rules, deletes: false })).toBeUndefined()
})
