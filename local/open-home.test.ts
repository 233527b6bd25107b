import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { systemRandom } from '../common/clock.ts'
import { type Home, homeAt, prepareHome, saveState } from './home.ts'
import { openState } from './open-home.ts'

let home: Home
beforeEach(async () => {
  home = homeAt(await mkdtemp(join(tmpdir(), 'caspool-home-')))
  await prepareHome(home, 3)
})
afterEach(() => rm(home.path, { recursive: true }))

const open = (pool: string, members = 3) => openState({ home, pool, members, random: systemRandom })

/** As after a start that went well. */
async function started(pool: string): Promise<void> {
  await saveState(home, { ...(await open(pool)), replicaSet: 'caspool' })
}

it('a home is opened again by the CasCluster that made it', async () => {
  await started('default/sso')
  expect(await open('default/sso')).toMatchObject({ pool: 'default/sso', replicaSet: 'caspool' })
})

it('a home of another CasCluster is refused by both names, with what to do, and stays as it was', async () => {
  await started('default/sso')
  const before = await readFile(home.state, 'utf8')
  await expect(open('team/login')).rejects.toThrow(
    /holds the data of the CasCluster default\/sso, the manifests describe team\/login: .*--home.*--reset/,
  )
  expect(await readFile(home.state, 'utf8')).toBe(before)
})

it('a start that came to nothing binds nobody', async () => {
  await open('default/sso')
  expect(await open('default/other')).toMatchObject({ pool: 'default/other' })
})

it('a home that names no CasCluster is given the name of the next one', async () => {
  await started('default/sso')
  const { pool: _, ...nameless } = JSON.parse(await readFile(home.state, 'utf8'))
  await saveState(home, nameless)
  await open('default/sso')
  await expect(open('default/other')).rejects.toThrow('default/sso')
})

it('data without its state, and another number of members, are refused', async () => {
  await started('default/sso')
  await expect(open('default/sso', 5)).rejects.toThrow('has 3 MongoDB members')
  await writeFile(join(home.data(0), 'WiredTiger'), '')
  await rm(home.state)
  await expect(open('default/sso')).rejects.toThrow('which opens it, is gone')
})
