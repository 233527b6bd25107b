/** Validation results of CAS 1 (`/validate`): two lines, the second holding the user's name. */
import type { ValidationResult } from './response.ts'

export const textContentType = 'text/plain; charset=utf-8'

/** `yes`, line feed, user, line feed; or `no` and two line feeds. A name never makes a third line. */
export function textResponse(result: ValidationResult): string {
  if (result.kind === 'failure') return 'no\n\n'
  return `yes\n${result.success.principal.user.replace(/[\r\n]+/g, ' ')}\n`
}
