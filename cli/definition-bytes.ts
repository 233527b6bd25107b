/** Text of definition files, decoded as servers do: what is not UTF-8 is refused, since a guess would change it. Pure. */

export const notUtf8 = 'is not text in UTF-8'

/** Undefined: it is no text in UTF-8. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
