/** What is in a folder. File systems keep names as bytes, and those need not be text. */
import { isUtf8 } from 'node:buffer'
import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, sep } from 'node:path'

export interface FolderEntry {
  /** Printable, and of this entry alone, also where it is misnamed. */
  readonly name: string
  /** Its name is not UTF-8. */
  readonly isMisnamed: boolean
  /** Leads to it, whatever its name. */
  readonly location: string | Buffer
  readonly type: Pick<Dirent, 'isFile' | 'isDirectory' | 'isSymbolicLink'>
}

/** Why what is misnamed cannot be read. */
export const misnamed = 'its name is not UTF-8: rename it'

/** Nothing is left out. Decoded loosely, as by default, a name that is not UTF-8 would lead nowhere. */
export async function entriesOf(folder: string): Promise<readonly FolderEntry[]> {
  const entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' })
  return entries.map((type): FolderEntry => {
    const bytes = type.name
    if (!isUtf8(bytes)) {
      const location = Buffer.concat([Buffer.from(`${folder}${sep}`), bytes])
      return { name: escaped(bytes), isMisnamed: true, location, type }
    }
    const name = bytes.toString()
    return { name, isMisnamed: false, location: join(folder, name), type }
  })
}

/** `pay-\xe9-2.json`. */
function escaped(bytes: Uint8Array): string {
  const characters = Array.from(bytes, (byte) => {
    const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x5c
    return isPlain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`
  })
  return characters.join('')
}
