// Whether systemd takes unit files: asked of systemd itself. Nothing is installed or started.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { findProgram, run } from '../system/command.ts'

/** Why units cannot be checked on this machine; undefined when they can. */
export async function systemdUnavailable(): Promise<string | undefined> {
  return findProgram('systemd-analyze') === undefined ? 'systemd-analyze is not installed' : undefined
}

/** What systemd complains about in units; programs that they start need not be on this machine. Empty: nothing. */
export async function unitComplaints(files: readonly string[]): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'caspool-units-'))
  try {
    const copies = files.map((file) => join(directory, basename(file)))
    for (const [i, file] of files.entries()) {
      const copy = copies[i] ?? ''
      await cp(file, copy)
      const text = await readFile(copy, 'utf8')
      await writeFile(copy, text.replace(/^(Exec\w+=)\S+/gm, `$1${process.execPath}`))
    }
    // Of a key that it does not know it only warns.
    const script = 'systemd-analyze verify --man=no "$@" 2>&1 || echo "status $?"'
    const answer = await run('sh', ['-c', script, 'sh', ...copies])
    const ours = answer
      .split('\n')
      .filter((line) => /^status/.test(line) || files.some((file) => line.includes(basename(file))))
    return ours.join('\n')
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
