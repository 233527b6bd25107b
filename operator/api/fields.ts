/**
 * Reads fields of objects whose shape nobody has checked: every reader takes a path, and notes a problem instead
 * of failing. Validation is written with it, so that an object stored under an older schema cannot end a process.
 */
import { memberPath, type Problem } from './problem.ts'
import { isObject } from './schema.ts'

export class Fields {
  readonly problems: Problem[] = []

  note(path: string, message: string): void {
    this.problems.push({ path, message })
  }

  /** The object under `path`; undefined when absent, or not an object (noted). */
  object(root: unknown, path: string): Readonly<Record<string, unknown>> | undefined {
    const value = valueAt(root, path)
    if (value === undefined || isObject(value)) return value
    this.note(path, 'must be an object (key: value)')
    return undefined
  }

  /** The text under `path`; undefined when absent, or not text (noted). */
  text(root: unknown, path: string): string | undefined {
    const value = valueAt(root, path)
    if (value === undefined || typeof value === 'string') return value
    this.note(path, 'must be text')
    return undefined
  }

  /** Like `text`, but absence and emptiness are problems too. */
  requiredText(root: unknown, path: string): string | undefined {
    const value = this.text(root, path)
    if (value === undefined && valueAt(root, path) === undefined) this.note(path, 'is required')
    if (value === '') this.note(path, 'must not be empty')
    return value === '' ? undefined : value
  }

  /** The whole number under `path`; undefined when absent, or not one within the limits (noted). */
  integer(root: unknown, path: string, [least, most]: readonly [number, number]): number | undefined {
    const value = valueAt(root, path)
    if (value === undefined) return undefined
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
    this.note(path, `must be a whole number from ${least} to ${most}`)
    return undefined
  }

  boolean(root: unknown, path: string): boolean | undefined {
    const value = valueAt(root, path)
    if (value === undefined || typeof value === 'boolean') return value
    this.note(path, 'must be true or false')
    return undefined
  }

  oneOf<T extends string>(root: unknown, path: string, names: readonly T[]): T | undefined {
    const value = valueAt(root, path)
    if (value === undefined) return undefined
    const name = names.find((candidate) => candidate === value)
    if (name === undefined) this.note(path, `must be one of ${names.join(', ')}`)
    return name
  }

  /** Texts of the list under `path` with their own paths; empty when absent. Members that are no text are noted. */
  texts(root: unknown, path: string): readonly (readonly [path: string, text: string])[] {
    const value = valueAt(root, path)
    if (value === undefined) return []
    if (!Array.isArray(value)) {
      this.note(path, 'must be a list')
      return []
    }
    return value.flatMap((item: unknown, i) => this.#text(item, memberPath(path, i)))
  }

  /** Entries of the map of texts under `path`: [path, key, text]. */
  textMap(root: unknown, path: string): readonly (readonly [path: string, key: string, text: string])[] {
    return Object.entries(this.object(root, path) ?? {}).flatMap(([key, value]) =>
      this.#text(value, memberPath(path, key)).map(([at, text]) => [at, key, text] as const),
    )
  }

  #text(value: unknown, path: string): (readonly [string, string])[] {
    if (typeof value === 'string') return [[path, value]]
    this.note(path, 'must be text')
    return []
  }
}

/** The value at a path of plain names; undefined where anything on the way is missing. null counts as absent. */
export function valueAt(root: unknown, path: string): unknown {
  let value = root
  for (const key of path.split('.')) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined
    value = value[key]
  }
  return value ?? undefined
}
