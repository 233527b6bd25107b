/**
 * Configuration properties that take effect without a restart, declared once: Apereo's name, unit, default and
 * limits. The operator validates with it, the servers run by it, the documentation is written from it.
 */
import type { RefusedProperty } from './pool.ts'

/** The values in force. Durations in seconds. */
export interface LiveConfig {
  /** How long a service ticket can be validated after it was issued. */
  readonly serviceTicketSeconds: number
  /** A single sign-on session ends so long after the sign-in. */
  readonly sessionMaxSeconds: number
  /** A single sign-on session ends when it was not used so long. */
  readonly sessionIdleSeconds: number
  /** After logout go to the redirect parameter's URL, if a registered service matches it. */
  readonly followLogoutRedirects: boolean
  /** Name of that parameter. */
  readonly logoutRedirectParameter: string
}

/** One property: how its text becomes a value, and what people are told about it. */
export interface LiveProperty<T> {
  /** Apereo's name. */
  readonly name: string
  readonly type: 'seconds' | 'flag' | 'text'
  readonly fallback: T
  readonly doc: string
  /** The value, or what is wrong with the text. */
  readonly parse: (text: string) => { readonly value: T } | { readonly problem: string }
}

export interface ParsedProperties {
  /** Defaults for what is not named. Undefined when a known property was refused: keep the last good one. */
  readonly config: LiveConfig | undefined
  /** Known properties whose value is refused. */
  readonly refused: readonly RefusedProperty[]
  /** Properties that are not known, with the nearest known name in the reason. They change nothing. */
  readonly unknown: readonly RefusedProperty[]
}

const hourSeconds = 3600
const daySeconds = 24 * hourSeconds

/** Every live property. A key of LiveConfig without a declaration does not compile. */
export const liveProperties: { readonly [K in keyof LiveConfig]: LiveProperty<LiveConfig[K]> } = {
  serviceTicketSeconds: {
    name: 'cas.ticket.st.time-to-kill-in-seconds',
    ...seconds(1, hourSeconds),
    // Apereo's default is 10; a change of the database's primary may take 12.
    fallback: 30,
    doc: 'How long a service ticket can be validated after it was issued.',
  },
  sessionMaxSeconds: {
    name: 'cas.ticket.tgt.primary.max-time-to-live-in-seconds',
    ...seconds(1, 400 * daySeconds),
    fallback: 8 * hourSeconds,
    doc: 'A single sign-on session ends so long after the sign-in, used or not.',
  },
  sessionIdleSeconds: {
    name: 'cas.ticket.tgt.primary.time-to-kill-in-seconds',
    ...seconds(1, 400 * daySeconds),
    fallback: 2 * hourSeconds,
    doc: 'A single sign-on session ends when it was not used so long.',
  },
  followLogoutRedirects: {
    name: 'cas.logout.follow-service-redirects',
    type: 'flag',
    fallback: false,
    doc: 'After logout, redirect to the URL in the redirect parameter if it belongs to a registered service.',
    parse: parseFlag,
  },
  logoutRedirectParameter: {
    name: 'cas.logout.redirect-parameter',
    type: 'text',
    fallback: 'service',
    doc: 'Parameter of /logout that holds the URL to go to.',
    parse: (text) =>
      /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/.test(text) ? { value: text } : { problem: 'must be a parameter name' },
  },
}

/** What is in force when nothing is configured. */
export const defaultConfig: LiveConfig = Object.freeze(
  Object.fromEntries(Object.entries(liveProperties).map(([key, { fallback }]) => [key, fallback])),
) as unknown as LiveConfig

/** Keys of LiveConfig by Spring's relaxed form of the name, in which Apereo's users write it either way. */
const keyByName: ReadonlyMap<string, keyof LiveConfig> = new Map(
  Object.entries(liveProperties).map(([key, { name }]) => [relaxed(name), key as keyof LiveConfig]),
)

/** Parses all properties of one revision: name -> value as stored (text, number or boolean). */
export function parseProperties(properties: ReadonlyMap<string, unknown>): ParsedProperties {
  const values: Partial<Record<keyof LiveConfig, unknown>> = {}
  const refused: RefusedProperty[] = []
  const unknown: RefusedProperty[] = []
  for (const [name, stored] of properties) {
    const key = keyByName.get(relaxed(name))
    if (key === undefined) {
      unknown.push({ name, reason: unknownReason(name) })
      continue
    }
    const parsed = parseStored(key, stored)
    if (Object.hasOwn(values, key)) refused.push({ name, reason: 'is set twice, in two spellings' })
    else if ('problem' in parsed) refused.push({ name, reason: parsed.problem })
    else values[key] = parsed.value
  }
  const config = Object.freeze({ ...defaultConfig, ...(values as Partial<LiveConfig>) })
  return { config: refused.length > 0 ? undefined : config, refused, unknown }
}

function parseStored(key: keyof LiveConfig, stored: unknown): { value: unknown } | { problem: string } {
  if (typeof stored === 'string') return liveProperties[key].parse(stored.trim())
  const isPlain = typeof stored === 'number' || typeof stored === 'bigint' || typeof stored === 'boolean'
  return isPlain
    ? liveProperties[key].parse(String(stored))
    : { problem: 'must be text, a number, true or false' }
}

/** Whole seconds, or an ISO 8601 duration as Apereo takes it (`PT8H`). */
function seconds(min: number, max: number): Pick<LiveProperty<number>, 'type' | 'parse'> {
  return {
    type: 'seconds',
    parse: (text) => {
      const value = /^\d+$/.test(text) ? Number(text) : durationSeconds(text)
      if (value !== undefined && value >= min && value <= max) return { value }
      return { problem: `must be whole seconds from ${min} to ${max}, or a duration such as PT30S` }
    },
  }
}

function durationSeconds(text: string): number | undefined {
  const found = /^P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i.exec(text)
  if (found === null || text.length === 1) return undefined
  const [days, hours, minutes, rest] = found.slice(1).map((part) => Number(part ?? 0))
  return (days ?? 0) * daySeconds + (hours ?? 0) * hourSeconds + (minutes ?? 0) * 60 + (rest ?? 0)
}

function parseFlag(text: string): { value: boolean } | { problem: string } {
  const word = text.toLowerCase()
  if (word === 'true' || word === 'false') return { value: word === 'true' }
  return { problem: 'must be true or false' }
}

/** Spring takes `timeToKill`, `time-to-kill` and `time_to_kill` for one name. */
function relaxed(name: string): string {
  return name.replace(/[-_]/g, '').toLowerCase()
}

function unknownReason(name: string): string {
  if (name.length > 200) return 'is not known'
  const names = Object.values(liveProperties).map((property) => property.name)
  const distances = names.map((known) => ({ known, distance: editDistance(relaxed(name), relaxed(known)) }))
  const nearest = distances.toSorted((a, b) => a.distance - b.distance)[0]
  const isNear = nearest !== undefined && nearest.distance <= Math.max(3, name.length / 4)
  return isNear ? `is not known; did you mean ${nearest.known}?` : 'is not known'
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
