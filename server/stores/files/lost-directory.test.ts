import { existsSync } from 'node:fs'
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { DirectoryHome, lossOf } from './lost-directory.ts'
import { newDirectory, removeDirectory, writeDefinition } from './testing/directories.ts'

let root: string
let directory: string
beforeEach(async () => {
  root = await newDirectory()
  directory = join(root, 'home/services')
  await mkdir(directory, { recursive: true })
})
afterEach(() => removeDirectory(root))

describe('a directory that is not there', () => {
  it('is made again in the folder where it was seen', async () => {
    const home = new DirectoryHome(directory)
    home.seen()
    await rm(directory, { recursive: true })
    expect(home.makeAgain()).toBe(true)
    expect(existsSync(directory)).toBe(true)
  })

  it.each(['is gone', 'is another one by now'])('is not made if the folder %s', async (what) => {
    const home = new DirectoryHome(directory)
    home.seen()
    // As where the file system of the folder is not mounted any more.
    await rename(join(root, 'home'), join(root, 'unmounted'))
    if (what === 'is another one by now') await mkdir(join(root, 'home'))
    expect(home.makeAgain()).toBe(false)
    expect(existsSync(directory)).toBe(false)
  })

  it('is not made if it was never seen, unless its state lies in the same folder', async () => {
    const home = new DirectoryHome(directory)
    await rm(directory, { recursive: true })
    expect(home.makeAgain()).toBe(false)
    home.seenBeside(join(root, 'elsewhere.json'))
    expect(home.makeAgain()).toBe(false)
    home.seenBeside(join(root, 'home/services.replication.json'))
    expect(home.makeAgain()).toBe(true)
  })

  it('is not made where a link leads nowhere', async () => {
    const home = new DirectoryHome(directory)
    home.seen()
    await rm(directory, { recursive: true })
    await symlink(join(root, 'gone'), directory)
    expect(home.makeAgain()).toBe(false)
    expect(existsSync(join(root, 'gone'))).toBe(false)
  })
})

describe('nothing is written into a directory', () => {
  const files = ['app1-1.json', 'app2-2.json']

  it('that is not there', async () => {
    await rm(directory, { recursive: true })
    expect(lossOf(directory, [])).toBe('the directory is not there')
  })

  it('that has none of several files any more, and something is where one of them is left', async () => {
    await writeFile(join(directory, 'readme.txt'), '')
    expect(lossOf(directory, files)).toBe('none of the files is there that were')
    await writeDefinition(directory, 2)
    expect(lossOf(directory, files)).toBeUndefined()
    expect(lossOf(directory, ['app1-1.json'])).toBeUndefined()
  })
})
