/** Errors in the definitions of a directory, before they go to where servers read them. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TextFormat } from '../../common/apereo/definition-text.ts'
import { textFormatOf } from '../../common/apereo/file-names.ts'
import type { Instant } from '../../common/clock.ts'
import { type DecodedText, utf8Text } from '../definition-bytes.ts'
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
  readonly decoded: DecodedText
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
    texts.push({ file, decoded: utf8Text(await readFile(path)), format })
  }
  return texts
}

function syntaxErrors({ file, decoded, format }: DefinitionText): readonly FoundError[] {
  const problems = decoded.kind === 'text' ? syntaxProblems(decoded.text, format) : [decoded.problem]
  return problems.map((problem) => ({ file, ...problem }))
}

function lintErrors(texts: readonly DefinitionText[], now: Instant): readonly FoundError[] {
  const sources = texts.map(({ file, decoded, format }): Source => {
    return decoded.kind === 'text'
      ? apereoSource(file, decoded.text, format)
      : { kind: 'unreadable', file, problems: [decoded.problem] }
  })
  return lintDefinitions(sources, { now }).filter(
    ({ severity, rule }) => severity === 'error' && rule !== onlyTime,
  )
}
