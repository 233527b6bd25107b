/** The texts of definitions in a directory. */
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
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const format = entry.isFile() ? textFormatOf(entry.name) : undefined
    if (format === undefined) continue
    const path = join(entry.parentPath, entry.name)
    const file = join(shownAs, path.slice(directory.length + 1))
    texts.push({ file, decoded: utf8Text(await readFile(path)), format })
  }
  return texts
}
