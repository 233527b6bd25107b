/** Errors in the definitions of a directory, before they go to where servers read them. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TextFormat } from '../../common/apereo/definition-text.ts'
import { textFormatOf } from '../../common/apereo/file-names.ts'
import type { Instant } from '../../common/clock.ts'
import { notUtf8, utf8Text } from '../definition-bytes.ts'
import type { RuleName } from '../lint/finding.ts'
import { lintDefinitions } from '../lint/lint.ts'
import { apereoSource } from '../lint/read-source.ts'
import type { Source } from '../lint/source.ts'
import type { Check } from './settings.ts'
import { syntaxProblems } from './syntax.ts'

/** What was right yesterday: a date that passes must not stop the edits of everybody else. */
const onlyTime: RuleName = 'expired'

export interface CheckOptions {
  readonly check: Check
  /** What files are called, instead of the directory. */
  readonly shownAs: string
  readonly now: Instant
}

interface DefinitionText {
  readonly file: string
  /** Undefined: not UTF-8, which servers refuse to read. */
  readonly text: string | undefined
  readonly format: TextFormat
}

interface FoundError {
  readonly file: string
  readonly line: number
  readonly path: string
  readonly message: string
  readonly fix?: string
}

/** `FILE:LINE: what is wrong` for each error. */
export async function errorsIn(
  directory: string,
  { check, shownAs, now }: CheckOptions,
): Promise<readonly string[]> {
  if (check === 'none') return []
  const texts = await textsIn(directory, shownAs)
  const errors = check === 'syntax' ? texts.flatMap(syntaxErrors) : lintErrors(texts, now)
  return errors.map(({ file, line, path, message, fix }) => {
    const what = path === '' ? message : `${path}: ${message}`
    return `${file}:${line}: ${what}${fix === undefined ? '' : ` (${fix})`}`
  })
}

async function textsIn(directory: string, shownAs: string): Promise<readonly DefinitionText[]> {
  const texts: DefinitionText[] = []
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const format = entry.isFile() ? textFormatOf(entry.name) : undefined
    if (format === undefined) continue
    const path = join(entry.parentPath, entry.name)
    const file = join(shownAs, path.slice(directory.length))
    texts.push({ file, text: utf8Text(await readFile(path)), format })
  }
  return texts
}

function syntaxErrors({ file, text, format }: DefinitionText): readonly FoundError[] {
  if (text === undefined) return [{ file, line: 1, path: '', message: notUtf8 }]
  return syntaxProblems(text, format).map((problem) => ({ file, ...problem }))
}

function lintErrors(texts: readonly DefinitionText[], now: Instant): readonly FoundError[] {
  const sources = texts.map(({ file, text, format }): Source => {
    if (text !== undefined) return apereoSource(file, text, format)
    return { kind: 'unreadable', file, problems: [{ path: '', line: 1, message: notUtf8 }] }
  })
  return lintDefinitions(sources, { now }).filter(
    ({ severity, rule }) => severity === 'error' && rule !== onlyTime,
  )
}
