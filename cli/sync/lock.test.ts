import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { takeLock } from './lock.ts'

let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'caspool-lock-'))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

it('is held by one at a time, who is named, and free again after that', () => {
  const file = join(home, 'lock')
  const mine = takeLock(file, `process ${process.pid} since now`)
  expect(takeLock(file, 'other')).toEqual({ kind: 'taken', holder: `process ${process.pid} since now` })
  if (mine.kind === 'held') mine.release()
  const next = takeLock(file, 'other')
  expect(next.kind).toBe('held')
  if (next.kind === 'held') next.release()
})

it('says when the one that took it has ended and what it began still runs', async () => {
  const file = join(home, 'left')
  const { pid: ended } = spawnSync('true')
  writeFileSync(file, `process ${ended} since noon\n`)
  const child = spawn('flock', ['-F', '-n', file, 'sh', '-c', 'echo held; exec sleep 60'])
  try {
    await once(child.stdout, 'data')
    expect(takeLock(file, 'other')).toEqual({
      kind: 'taken',
      holder: `process ${ended} since noon, which has ended; the rsync that it began still runs`,
    })
  } finally {
    child.kill()
    await once(child, 'close')
  }
})
