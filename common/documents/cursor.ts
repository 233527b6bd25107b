/** A place in a text that is read from left to right by sticky expressions. */
export interface Cursor {
  readonly text: string
  at: number
}

/** Reads what `form` (flag `y`) matches here, and moves behind it. */
export function take(cursor: Cursor, form: RegExp): RegExpExecArray | undefined {
  form.lastIndex = cursor.at
  const found = form.exec(cursor.text)
  if (found === null) return undefined
  cursor.at = form.lastIndex
  return found
}
