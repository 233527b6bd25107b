/**
 * Settings of a process: declared once as a table, parsed from the environment, frozen. All mistakes are reported
 * together, each naming the variable and what it takes.
 */
import { SettingsFault } from './fault.ts'
import type { Log } from './log.ts'
import { nearestName } from './near-name.ts'

/** One setting: its variable, what it is for, and how its text becomes a value (throws Error with the reason). */
export interface Setting<T> {
  readonly variable: string
  readonly doc: string
  /** Text used when the variable is unset; undefined: the variable is required. */
  readonly fallback?: string
  readonly parse: (text: string) => T
}

export type SettingsTable = Readonly<Record<string, Setting<unknown>>>
export type Settings<T extends SettingsTable> = { readonly [K in keyof T]: ReturnType<T[K]['parse']> }

/** Parses `environment` by `table`. Throws SettingsFault listing every problem. */
export function parseSettings<T extends SettingsTable>(
  table: T,
  environment: Readonly<Record<string, string | undefined>>,
): Settings<T> {
  const problems: string[] = []
  const values: Record<string, unknown> = {}
  for (const [key, setting] of Object.entries(table)) {
    const text = environment[setting.variable] ?? setting.fallback
    if (text === undefined) {
      problems.push(`${setting.variable} is not set: ${setting.doc}`)
      continue
    }
    try {
      values[key] = setting.parse(text)
    } catch (thrown) {
      problems.push(`${setting.variable}: ${(thrown as Error).message} (${setting.doc})`)
    }
  }
  if (problems.length > 0) throw new SettingsFault(problems)
  return Object.freeze(values) as Settings<T>
}

const prefix = 'CASPOOL_'
/** What Kubernetes sets for each Service of the namespace: of one named `caspool-x`, too. */
const ofServices =
  /_SERVICE_(?:HOST|PORT(?:_\w+)?)=|_PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?=|=\w+:\/\/)/

/** Variables that look like settings of ours and are none of `table`, which would be ignored in silence. */
export function unknownVariables(
  table: SettingsTable,
  environment: Readonly<Record<string, string | undefined>>,
): readonly { readonly variable: string; readonly meant?: string }[] {
  const known = Object.values(table).map(({ variable }) => variable.slice(prefix.length))
  const written = Object.entries(environment).flatMap(([name, value]) =>
    name.startsWith(prefix) && !ofServices.test(`${name}=${value}`) ? [name.slice(prefix.length)] : [],
  )
  return written
    .filter((name) => !known.includes(name))
    .map((name) => {
      const meant = nearestName(name, known) ?? known.find((one) => one.startsWith(name))
      return { variable: prefix + name, ...(meant !== undefined && { meant: prefix + meant }) }
    })
}

/** Warns of what was probably meant for this process; the rest may be another program's. */
export function logUnknownVariables(log: Log, unknown: ReturnType<typeof unknownVariables>): void {
  for (const facts of unknown) {
    const level = facts.meant === undefined ? 'info' : 'warn'
    log[level](facts, 'environment variable is ignored: it is no setting of this process')
  }
}

export const text = (value: string): string => {
  if (value === '') throw new Error('must not be empty')
  return value
}

export const optionalText = (value: string): string | undefined => (value === '' ? undefined : value)

/** A whole number within limits, both included. */
export const integer =
  (min: number, max: number) =>
  (value: string): number => {
    const number = Number(value)
    if (!/^\d+$/.test(value) || number < min || number > max) {
      throw new Error(`must be a whole number from ${min} to ${max}, not "${value}"`)
    }
    return number
  }

export const oneOf =
  <const T extends readonly string[]>(choices: T) =>
  (value: string): T[number] => {
    const choice = choices.find((c) => c === value)
    if (choice === undefined) throw new Error(`must be one of ${choices.join(', ')}, not "${value}"`)
    return choice
  }

/** Comma-separated names; empty text is the empty list. */
export const list = (value: string): readonly string[] =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
