/** What others have written, on its way to a terminal. */

/** Also what turns the direction of text, or takes no place. */
const controls = /[\p{Cc}\p{Cf}\u2028\u2029]/gu

/** Control characters as escapes: names of services must not move the cursor, or hide what stands before them. */
export function printable(text: string): string {
  return text.replace(controls, (character) => `\\u{${codeOf(character).toString(16)}}`)
}

/** As `printable`, of what has several lines; for text whose parts from others hold none. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}

/** JSON with escapes for what `JSON.stringify` leaves as it is. The value that it stands for is the same. */
export function printableJson(json: string): string {
  return json.replace(controls, (character) => {
    if (character === '\n') return character
    const units = character.split('')
    return units.map((unit) => `\\u${codeOf(unit).toString(16).padStart(4, '0')}`).join('')
  })
}

/** A location without user and password: also if it is a mistyped connection string, which is the usual way to leak one. */
export function withoutUserInfo(location: string): string {
  if (!/:[\s\S]*@/.test(location)) return location
  return location.replace(/^([^a-z]*[a-z][a-z0-9+.-]*:\/+)?[\s\S]*@/i, '$1***@')
}

const codeOf = (character: string): number => character.codePointAt(0) ?? 0
