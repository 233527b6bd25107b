import { expect, it } from '@jest/globals'
import { type Link, linkRefusal, linksIn } from './linked-folders.ts'
import { noChanges, type RsyncReport } from './rsync-output.ts'

it.each([
  ['team -> ../elsewhere', ['team']],
  ['team -> /mnt/team', ['team']],
  ['a|b/team -> ../../elsewhere', ['a|b/team']],
  ['team -> ..data/team', ['team']],
  ['self -> .', []],
  ['below/up -> ..', []],
  ['other -> below/team', []],
  ['other -> /etc/cas/services/team', []],
])('finds the links that lead out of sight of the directory in %p: %p', (line, names) => {
  const lines = ['cd+++++++++|below/', `cL+++++++++|${line}`, 'created directory x']
  expect(linksIn(lines, { kind: 'local', path: '/etc/cas/services' })).toEqual(names)
})

it('refuses a run that makes a folder in place of a link, or takes away a link to files', () => {
  const report: RsyncReport = { changes: noChanges, folders: [], files: 1, bytes: 0 }
  const [full, bare]: Link[] = [
    { name: 'team', files: ['team/a-1.json'] },
    { name: 'a-1.json', files: [] },
  ]
  const refusal = (of: Partial<RsyncReport>) =>
    linkRefusal(
      { ...report, ...of },
      [full, bare].filter((link) => link !== undefined),
    )
  expect(refusal({})).toBeUndefined()
  expect(refusal({ folders: ['teams/', 'below/team/'] })).toBeUndefined()
  expect(refusal({ folders: ['team/'] })).toMatch(/^team in DST is a link/)
  expect(refusal({ folders: ['a-1.json/'] })).toMatch(/^a-1\.json in DST is a link/)
  for (const kind of ['created', 'changed', 'deleted']) {
    expect(refusal({ changes: { ...noChanges, [kind]: ['team'] } })).toMatch(/^team in DST is a link/)
    expect(refusal({ changes: { ...noChanges, [kind]: ['a-1.json'] } })).toBeUndefined()
  }
})
