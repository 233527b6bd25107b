// One at a time: a lock that the kernel lets go when its holder ends, however that happens.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Runs `work` while no other process of this machine holds the lock on `file`; waits for it, and says so.
 * The lock is held by a child (util-linux `flock`) that ends with its standard input, so a killed holder frees it.
 */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true })
  const holder = spawn('flock', ['--close', file, 'sh', '-c', 'echo held; cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const notice = setTimeout(
    () => process.stderr.write(`waiting for another process that holds ${file}\n`),
    1000,
  )
  try {
    const first = await Promise.race([
      once(holder.stdout, 'data'),
      once(holder, 'exit'),
      once(holder, 'error'),
    ])
    if (String(first[0]) !== 'held\n') throw new Error(`cannot lock ${file}: ${String(first[0])}`)
  } finally {
    clearTimeout(notice)
  }
  try {
    return await work()
  } finally {
    holder.stdin.end()
    await once(holder, 'exit')
  }
}
