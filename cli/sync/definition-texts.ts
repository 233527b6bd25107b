/**
 * The texts of definitions in a directory. Names are read as bytes, for those that are not UTF-8 would lead to no file
 * as text. Servers do not find such files either.
 */
import { isUtf8 } from 'node:buffer'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TextFormat } from '../../common/apereo/definition-text.ts'
import { textFormatOf } from '../../common/apereo/file-names.ts'
import { type DecodedText, utf8Text } from '../definition-bytes.ts'

export interface DefinitionText {
  readonly file: string
  readonly decoded: DecodedText
  readonly format: TextFormat
}

/** All in a directory and those below. `shownAs`: what files are called, instead of the directory. */
export async function textsIn(directory: string, shownAs: string): Promise<readonly DefinitionText[]> {
  const texts: DefinitionText[] = []
  for (const name of await namesIn(Buffer.from(directory))) {
    const shown = nameText(name)
    const format = textFormatOf(shown.slice(shown.lastIndexOf('/') + 1))
    if (format === undefined) continue
    const decoded = isUtf8(name) ? utf8Text(await readFile(join(directory, shown))) : badName
    texts.push({ file: join(shownAs, shown), decoded, format })
  }
  return texts
}

const badName: DecodedText = {
  kind: 'unreadable',
  problem: { path: '', line: 1, message: 'has a name that is not UTF-8: servers do not find the file' },
}

/** A name as text; each byte of one that is not UTF-8, but ASCII, as `\xHH`. */
function nameText(name: Buffer): string {
  if (isUtf8(name)) return name.toString('utf8')
  return name.toString('latin1').replace(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`)
}

/** Names of all files below a directory, from there. */
async function namesIn(directory: Buffer): Promise<readonly Buffer[]> {
  const names: Buffer[] = []
  for (const entry of await readdir(directory, { withFileTypes: true, encoding: 'buffer' })) {
    if (entry.isFile()) names.push(entry.name)
    if (!entry.isDirectory()) continue
    const below = Buffer.concat([entry.name, slash])
    for (const name of await namesIn(Buffer.concat([directory, slash, entry.name])))
      names.push(Buffer.concat([below, name]))
  }
  return names
}

const slash = Buffer.from('/')
