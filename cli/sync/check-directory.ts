/** Errors in the definitions of a directory, before they go to where servers read them. */
import type { Instant } from '../../common/clock.ts'
import type { RuleName } from '../lint/finding.ts'
import { lintDefinitions } from '../lint/lint.ts'
import { manifestSources } from '../lint/manifest-source.ts'
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
  const manifests = texts.flatMap(manifestErrors)
  const others = texts.filter(({ file }) => !manifests.some((manifest) => manifest.file === file))
  const errors = check === 'syntax' ? others.flatMap(syntaxErrors) : lintErrors(others, now)
  return [...manifests, ...errors].map(({ file, line, path, message, fix }) => {
    const what = path === '' ? message : `${path}: ${message}`
    return `${file}:${line}: ${what}${fix === undefined ? '' : ` (${fix})`}`
  })
}

/** Of CasServices, the first of each file: all else that could be said of it would be beside the point. */
function manifestErrors({ file, decoded }: DefinitionText): readonly FoundError[] {
  const objects = decoded.kind === 'text' ? manifestSources(decoded.text, { file }) : undefined
  const manifest = objects?.find((one) => one.kind === 'definition')
  const message =
    "is a CasService manifest: servers read only Apereo's definitions from files; caspool export makes them"
  return manifest === undefined ? [] : [{ file, line: manifest.lineOf(''), path: '', message }]
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
