import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from '@jest/globals'
import { writeFiles } from './output.ts'

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
