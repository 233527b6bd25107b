import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { fillOnce } from './cache.ts'
import { startChild } from './child.ts'
import { CommandFault, run } from './command.ts'
import { Daemons } from './daemon.ts'
import { withLock } from './lock.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'caspool-system-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

describe('a command', () => {
  it('answers its output, and fails with what it said', async () => {
    expect(await run('cat', [], { input: 'hello' })).toBe('hello')
    await expect(run('sh', ['-c', 'echo reason >&2; exit 3'])).rejects.toThrow('status 3\nreason')
    await expect(run('no-such-program', [])).rejects.toBeInstanceOf(CommandFault)
  })
})

describe('an entry of the cache', () => {
  it('is filled once by any number of callers, and never seen half full', async () => {
    const entry = join(directory, 'entry')
    const fill = () => fillOnce(entry, async (temporary) => writeFileSync(join(temporary, 'file'), 'full'))
    await Promise.all([fill(), fill(), fill()])
    expect(readFileSync(join(entry, 'file'), 'utf8')).toBe('full')
    expect(await readdir(directory)).toEqual(['entry'])
  })

  it('is not there after a failure', async () => {
    const entry = join(directory, 'entry')
    await expect(fillOnce(entry, () => Promise.reject(new Error('disk full')))).rejects.toThrow('disk full')
    expect(await readdir(directory)).toEqual([])
  })
})

describe('the lock', () => {
  it('lets one work at a time, and the next one after a failure', async () => {
    const file = join(directory, 'lock')
    const steps: string[] = []
    const work = (name: string) =>
      withLock(file, async () => {
        steps.push(`${name} begins`)
        await run('true', [])
        steps.push(`${name} ends`)
        if (name === 'one') throw new Error('failed')
      }).catch(() => undefined)
    await Promise.all([work('one'), work('two')])
    for (const name of ['one', 'two']) {
      expect(steps.indexOf(`${name} ends`)).toBe(steps.indexOf(`${name} begins`) + 1)
    }
  })
})

describe('a child', () => {
  it('ends when told, also when it is stopped', async () => {
    const child = startChild('sleep', ['60'])
    child.signal('SIGSTOP')
    await child.end()
    expect(child.isRunning()).toBe(false)
  })
})

describe('a daemon', () => {
  const make = () => new Daemons({ pids: join(directory, 'pid'), logs: join(directory, 'log') })

  it('is started once, found by another process, and stopped', async () => {
    await make().start('sleeper', 'sleep', ['60'])
    const noted = readFileSync(join(directory, 'pid/sleeper'), 'utf8')
    await make().start('sleeper', 'sleep', ['60'])
    expect(readFileSync(join(directory, 'pid/sleeper'), 'utf8')).toBe(noted)
    expect(await make().running()).toEqual(['sleeper'])
    await make().stop('sleeper')
    expect(await make().running()).toEqual([])
    expect(existsSync(join(directory, 'pid/sleeper'))).toBe(false)
  })

  it('is not mistaken for a stranger that has its process id now', async () => {
    const daemons = make()
    await daemons.start('sleeper', 'sleep', ['60'])
    await daemons.stop('sleeper')
    writeFileSync(join(directory, 'pid/sleeper'), `${process.pid} 12345\n`)
    await daemons.stop('sleeper')
    expect(daemons.isRunning('sleeper')).toBe(false)
  })
})
