/**
 * A directory that is not there, or has nothing in it of what was there. It is made again only in the folder where it
 * was. Where that is another folder by now, as one in which a file system is not mounted any more, what is written would
 * be hidden when that is mounted again, and the older files there would count as edits.
 */
import { existsSync, lstatSync, mkdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { codeOf } from './look.ts'

export class DirectoryHome {
  readonly #directory: string
  readonly #folder: string
  #identity: string | undefined

  constructor(directory: string) {
    this.#directory = resolve(directory)
    this.#folder = dirname(this.#directory)
  }

  /** The directory was found just now. */
  seen(): void {
    this.#identity = this.#identityNow()
  }

  /** What belongs to the directory was found just now: in the same folder it tells that this is the one. */
  seenBeside(path: string): void {
    if (dirname(resolve(path)) === this.#folder) this.seen()
  }

  /** Makes the directory, if it was seen in this folder. False: it was not, or cannot be made, as where a link leads nowhere. */
  makeAgain(): boolean {
    if (this.#identity === undefined || this.#identityNow() !== this.#identity) return false
    try {
      mkdirSync(this.#directory)
      return true
    } catch {
      return false
    }
  }

  #identityNow(): string | undefined {
    try {
      const { dev, ino } = statSync(this.#folder, { bigint: true })
      return `${dev}:${ino}`
    } catch {
      return undefined
    }
  }
}

/**
 * Why nothing may be written into a directory before it was looked at again: it is gone, or all these files are. Among
 * what is written then, the look would take the loss of the others for deletions.
 */
export function lossOf(directory: string, files: readonly string[]): string | undefined {
  if (!existsSync(directory)) return 'the directory is not there'
  const isLost = files.length > 1 && !files.some((file) => isThere(join(directory, file)))
  return isLost ? 'none of the files is there that were' : undefined
}

function isThere(path: string): boolean {
  try {
    lstatSync(path)
    return true
  } catch (thrown) {
    return !['ENOENT', 'ENOTDIR'].includes(codeOf(thrown))
  }
}
