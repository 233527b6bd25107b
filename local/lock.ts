/** One pool per home: a file that names the process which holds it. A holder that is gone holds nothing. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { Fault } from '../common/fault.ts'
import type { Home } from './home.ts'

/** Takes the lock; resolves with its release. Throws Fault when a running process holds it. */
export async function lockHome(home: Home): Promise<() => Promise<void>> {
  for (;;) {
    try {
      await writeFile(home.lock, String(process.pid), { flag: 'wx', mode: 0o600 })
      return () => rm(home.lock, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = Number(await readFile(home.lock, 'utf8').catch(() => ''))
    if (isRunning(holder)) {
      throw new Fault(
        `a pool with the data in ${home.path} is running already (process ${holder}); stop it, or use another home (--home, CASPOOL_HOME)`,
        { code: 'HOME_TAKEN', retryable: false },
      )
    }
    await rm(home.lock, { force: true })
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
