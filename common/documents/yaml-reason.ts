/** Why a text is no YAML, without the text: an exception's own message shows the lines around, which may be secrets. */
import { YAMLException } from 'js-yaml'
import { reasonOf } from '../fault.ts'

/** `line 3: duplicated mapping key`; the message of anything else that was thrown. */
export function yamlReason(thrown: unknown): string {
  if (!(thrown instanceof YAMLException)) return reasonOf(thrown)
  const line = thrown.mark === undefined ? '' : `line ${thrown.mark.line + 1}: `
  return `${line}${thrown.reason}`
}
