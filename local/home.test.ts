import { chmod, lstat, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { directoryProblem, homeAt, prepareHome } from './home.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'caspool-home-'))
})
afterEach(() => rm(directory, { recursive: true }))

const modeOf = async (path: string): Promise<number> => (await lstat(path)).mode & 0o777
const makeDirectory = async (name: string, mode: number): Promise<string> => {
  const path = join(directory, name)
  await mkdir(path)
  await chmod(path, mode)
  return path
}

describe('the home of a local pool', () => {
  it('is made for its user alone, and is the same at the next start', async () => {
    const home = homeAt(join(directory, 'deep', 'home'))
    for (const _start of [1, 2]) {
      await prepareHome(home, 2)
      for (const folder of [home.path, home.secrets, home.logs, home.data(0), home.data(1)]) {
        expect(await modeOf(folder)).toBe(0o700)
      }
    }
  })

  it('that others could read is closed to them', async () => {
    const path = await makeDirectory('home', 0o755)
    await prepareHome(homeAt(path), 1)
    expect(await modeOf(path)).toBe(0o700)
  })

  it.each([0o777, 0o1777, 0o770])(
    'that others can write to is refused and left as it is: %o',
    async (mode) => {
      const path = await makeDirectory('home', mode)
      await expect(prepareHome(homeAt(path), 1)).rejects.toThrow('can be written to by others')
      expect(await modeOf(path)).toBe(mode & 0o777)
    },
  )

  it('is no symbolic link, and neither is a directory in it', async () => {
    const elsewhere = await makeDirectory('elsewhere', 0o700)
    await symlink(elsewhere, join(directory, 'link'))
    await expect(prepareHome(homeAt(join(directory, 'link')), 1)).rejects.toThrow('is a symbolic link')
    const home = homeAt(await makeDirectory('home', 0o700))
    await symlink(elsewhere, home.secrets)
    await expect(prepareHome(home, 1)).rejects.toThrow(`${home.secrets} is a symbolic link`)
  })

  it('is no file', async () => {
    await writeFile(join(directory, 'file'), '')
    expect(directoryProblem(await lstat(join(directory, 'file')), process.getuid?.() ?? 0)).toContain(
      'not a directory',
    )
  })

  it('belongs to who starts the pool', async () => {
    const found = await lstat(directory)
    expect(directoryProblem(found, found.uid)).toBeUndefined()
    expect(directoryProblem(found, found.uid + 1)).toBe(`belongs to another user (uid ${found.uid})`)
  })
})
