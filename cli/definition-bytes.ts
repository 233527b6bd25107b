/** Text of definition files, decoded as servers do: what is not UTF-8 is refused, since a guess would change it. Pure. */
import { isUtf8 } from 'node:buffer'
import type { TextProblem } from '../common/apereo/definition-text.ts'

export type DecodedText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly problem: TextProblem }

export function utf8Text(bytes: Uint8Array): DecodedText {
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    return {
      kind: 'unreadable',
      problem: { path: '', line: lineThatIsNone(bytes), message: 'is not text in UTF-8' },
    }
  }
}

/** 1-based number of the first line that is not UTF-8: a line's end is no part of a character. */
function lineThatIsNone(bytes: Uint8Array): number {
  let line = 1
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, start)
    const behind = end < 0 ? bytes.length : end
    if (!isUtf8(bytes.subarray(start, behind))) return line
    start = behind + 1
  }
  return 1
}
