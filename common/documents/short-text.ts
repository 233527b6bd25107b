/**
 * What others have written into documents, cut to a length that logs, reports and conditions can bear. A document
 * holds up to 16 MB, and every key and value of it may end up in a reason.
 */
import type { DefinitionProblem } from './service-definition.ts'

/** Longest path, name or message that is told, in UTF-16 units; an ellipsis may follow. */
export const maxTextLength = 200
/** Problems that are told of one document. */
export const maxProblems = 20
/** Longest reason that is made of several problems. */
const maxReasonLength = 1_000

export function shortText(text: string, maxLength = maxTextLength): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength).toWellFormed()}…`
}

/** All problems of a document in one line. */
export function problemsText(problems: readonly DefinitionProblem[]): string {
  const told = problems.slice(0, maxProblems)
  const texts = told.map(
    ({ path, message }) => (path === '' ? '' : `${shortText(path)}: `) + shortText(message),
  )
  return shortText(texts.join('; '), maxReasonLength)
}
