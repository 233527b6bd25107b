import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { systemRandom } from '../../../common/clock.ts'
import { removeTemporaries, removeTemporariesOf, writeTemporary } from './atomic-file.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caspool-atomic-'))
})

afterEach(() => rm(folder, { recursive: true }))

it('removes what a killed process left of one file, beside others at work', async () => {
  await writeFile(join(folder, 'state.json'), 'old')
  const [left, others] = await Promise.all(
    ['state.json', 'other.json'].map((name) => writeTemporary(join(folder, name), 'new', systemRandom)),
  )
  expect(await readdir(folder)).toHaveLength(3)
  await removeTemporariesOf(join(folder, 'state.json'))
  const names = await readdir(folder)
  expect(names.map((name) => join(folder, name)).toSorted()).toEqual(
    [others, join(folder, 'state.json')].toSorted(),
  )
  expect(names).not.toContain(left)
  await removeTemporaries([folder])
  expect(await readdir(folder)).toEqual(['state.json'])
})
