/** Which files of manifests held objects when a pool took them over: one that is emptied while it is stopped is told, too. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Home, writeAtomically } from './home.ts'

/** Paths below `directory`; none where another one was taken over last, or what is kept cannot be read. */
export async function heldFiles(home: Home, directory: string): Promise<ReadonlySet<string>> {
  try {
    const kept = JSON.parse(await readFile(home.held, 'utf8')) as { directory: string; files: string[] }
    return new Set(kept.directory === resolve(directory) ? kept.files : [])
  } catch {
    return new Set()
  }
}

export async function keepHeldFiles(home: Home, directory: string, files: Iterable<string>): Promise<void> {
  const kept = { directory: resolve(directory), files: [...files] }
  await writeAtomically(home.held, `${JSON.stringify(kept, null, 2)}\n`)
}
