/** What others have written, on its way to a terminal. */

/** Control characters as escapes: names of services must not move the cursor, or hide what stands before them. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`
  })
}
