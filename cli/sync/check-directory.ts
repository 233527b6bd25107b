/** Errors in the definitions of a directory, before they go to where servers read them. */
import type { Instant } from '../../common/clock.ts'
import type { RuleName } from '../lint/finding.ts'
import { lintDefinitions } from '../lint/lint.ts'
import { apereoSource } from '../lint/read-source.ts'
import type { Source } from '../lint/source.ts'
import { type DefinitionText, textsIn } from './definition-texts.ts'
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
