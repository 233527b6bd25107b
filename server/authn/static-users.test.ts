import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { systemRandom } from '../../common/clock.ts'
import { silentLog } from '../../common/log.ts'
import { hashPassword } from './argon2.ts'
import { followStaticUsers, loadUsers, type StaticUsers } from './static-users.ts'

const client = '192.0.2.1'
const cost = { memory: 8, passes: 1, parallelism: 1 }
let directory: string
let path: string
let users: StaticUsers | undefined

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'caspool-users-'))
  path = join(directory, 'users.yaml')
})
afterEach(async () => {
  await users?.stop()
  users = undefined
  await rm(directory, { recursive: true })
})

const file = async (name: string, password: string): Promise<string> =>
  `${name}:\n  password: ${await hashPassword(password, systemRandom, cost)}\n  attributes: { mail: ${name}@example.org }\n`
const follow = async (): Promise<StaticUsers> => {
  users = followStaticUsers({ path, random: systemRandom, log: silentLog })
  await users.reload()
  return users
}

describe('static users', () => {
  it('sign in with their password and carry their attributes', async () => {
    await writeFile(path, await file('ann', 'secret'))
    const source = await follow()
    expect(source.problem()).toBeUndefined()
    expect(await source.authenticate({ username: 'ann', password: 'secret' }, client)).toEqual({
      kind: 'authenticated',
      principal: { user: 'ann', attributes: { mail: ['ann@example.org'] } },
    })
    expect(await source.authenticate({ username: 'ann', password: 'Secret' }, client)).toEqual({
      kind: 'refused',
      detail: 'wrongPassword',
    })
  })

  it.each(['bob', 'Ann', 'constructor', '__proto__', 'toString'])('are not found as %s', async (username) => {
    await writeFile(path, await file('ann', 'secret'))
    const source = await follow()
    expect(await source.authenticate({ username, password: 'secret' }, client)).toEqual({
      kind: 'refused',
      detail: 'unknownUser',
    })
  })

  it('follow a file that is renamed over', async () => {
    await writeFile(path, await file('ann', 'one'))
    const source = await follow()
    await writeFile(`${path}.new`, await file('ann', 'two'))
    await rename(`${path}.new`, path)
    await source.reload()
    expect((await source.authenticate({ username: 'ann', password: 'two' }, client)).kind).toBe(
      'authenticated',
    )
    expect((await source.authenticate({ username: 'ann', password: 'one' }, client)).kind).toBe('refused')
  })

  it('follow the swap of a symbolic link above the file, as Kubernetes does it', async () => {
    for (const [data, password] of [
      ['1', 'one'],
      ['2', 'two'],
    ] as const) {
      await writeFile(join(directory, data), await file('ann', password))
    }
    await symlink('1', path)
    const source = await follow()
    await symlink('2', `${path}.tmp`)
    await rename(`${path}.tmp`, path)
    await source.reload()
    expect((await source.authenticate({ username: 'ann', password: 'two' }, client)).kind).toBe(
      'authenticated',
    )
  })

  it('stay as they were while the file is missing or refused', async () => {
    await writeFile(path, await file('ann', 'one'))
    const source = await follow()
    await writeFile(path, 'ann: { password: clear }\n')
    await source.reload()
    expect((await source.authenticate({ username: 'ann', password: 'one' }, client)).kind).toBe(
      'authenticated',
    )
    await rm(path)
    await source.reload()
    expect(source.problem()).toBeUndefined()
    expect((await source.authenticate({ username: 'ann', password: 'one' }, client)).kind).toBe(
      'authenticated',
    )
  })

  it('that were never readable are a fault, not a refusal', async () => {
    const source = await follow()
    expect(source.problem()).toContain('no such file')
    await expect(source.authenticate({ username: 'ann', password: 'x' }, client)).rejects.toThrow(
      'read the users',
    )
  })

  it('with one unusable hash refuse the whole file and name the user', async () => {
    const good = await file('ann', 'one')
    const loaded = loadUsers(
      `${good}bob:\n  password: $argon2id$v=19$m=1,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA\n`,
    )
    expect(loaded).toEqual({
      kind: 'refused',
      problems: ['bob.password has less than 8 KiB of memory per lane'],
    })
  })
})
