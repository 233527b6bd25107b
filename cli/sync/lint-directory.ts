/** Errors in the definitions of a directory, before they go to where servers read them. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { textFormatOf } from '../../common/apereo/file-names.ts'
import type { Instant } from '../../common/clock.ts'
import type { RuleName } from '../lint/finding.ts'
import { lintDefinitions } from '../lint/lint.ts'
import { apereoSource } from '../lint/read-source.ts'
import type { Source } from '../lint/source.ts'

/** What was right yesterday: a date that passes must not stop the edits of everybody else. */
const onlyTime: RuleName = 'expired'

/** `FILE:LINE: what is wrong` for each error. `shownAs`: what files are called, instead of the directory. */
export async function errorsIn(directory: string, shownAs: string, now: Instant): Promise<readonly string[]> {
  const names = await readdir(directory, { recursive: true, withFileTypes: true })
  const sources: Source[] = []
  for (const entry of names) {
    const format = entry.isFile() ? textFormatOf(entry.name) : undefined
    if (format === undefined) continue
    const path = join(entry.parentPath, entry.name)
    const shown = join(shownAs, path.slice(directory.length))
    sources.push(apereoSource(shown, await readFile(path, 'utf8'), format))
  }
  return lintDefinitions(sources, { now })
    .filter(({ severity, rule }) => severity === 'error' && rule !== onlyTime)
    .map(({ file, line, path, message, fix }) => {
      const what = path === '' ? message : `${path}: ${message}`
      return `${file}:${line}: ${what}${fix === undefined ? '' : ` (${fix})`}`
    })
}
