/**
 * Configuration properties that take effect without a restart, declared once: Apereo's name, unit, default and
 * limits. The operator validates with it, the servers run by it, the documentation is written from it.
 */
import type { RefusedProperty } from './pool.ts'
import { isSecret, placeOf, relaxed, unknownReason } from './property-names.ts'

/** The values in force. Durations in seconds. */
export interface LiveConfig {
  /** How long a service ticket can be validated after it was issued. */
  readonly serviceTicketSeconds: number
  /** How long a proxy ticket can be validated after it was issued. */
  readonly proxyTicketSeconds: number
  /** A single sign-on session ends so long after the sign-in. */
  readonly sessionMaxSeconds: number
  /** A single sign-on session ends when it was not used so long. */
  readonly sessionIdleSeconds: number
  /** A service may let the sessions that it opens last longer than that; otherwise it can only shorten them. */
  readonly servicesMayLengthenSessions: boolean
  /** Whether the sign-in page offers to remember the user. */
  readonly rememberMeEnabled: boolean
  /** A remembered session ends so long after the sign-in, used or not. */
  readonly rememberMeSeconds: number
  /** After logout go to the redirect parameter's URL, if a registered service matches it. */
  readonly followLogoutRedirects: boolean
  /** Name of that parameter. */
  readonly logoutRedirectParameter: string
  /** No service is told that a session ended. */
  readonly singleLogoutDisabled: boolean
  /** Whether `/v1/tickets` and `/v1/users` answer. */
  readonly restEnabled: boolean
  /** Whether validations carry the protocol's own attributes (`authenticationDate`, …). */
  readonly protocolAttributesReleased: boolean
  /** Whether `/serviceValidate` and `/proxyValidate` carry attributes as their CAS 3 forms do. */
  readonly attributesInCas2: boolean
  /** Whether browsers are told to reach the pool by https only (Strict-Transport-Security). */
  readonly httpsOnlyHeader: boolean
  /** Attributes that every service receives, unless its policy excludes them. */
  readonly defaultReleasedAttributes: readonly string[]
}

/** One property: how its text becomes a value, and what people are told about it. */
export interface LiveProperty<T> {
  /** Apereo's name. */
  readonly name: string
  readonly type: 'seconds' | 'flag' | 'text' | 'names'
  readonly fallback: T
  readonly doc: string
  /** What a service's definition may say in its place, for this service alone. */
  readonly override?: string
  /** The value, or what is wrong with the text. */
  readonly parse: (text: string) => { readonly value: T } | { readonly problem: string }
}

export interface ParsedProperties {
  /** Defaults for what is not named. Undefined when a known property was refused: keep the last good one. */
  readonly config: LiveConfig | undefined
  /** `config`, or what is good of it, with defaults in place of what is refused: where there is no last good one. */
  readonly acceptable: LiveConfig
  /** Known properties whose value is refused. */
  readonly refused: readonly RefusedProperty[]
  /** Properties that hold a secret. None of ours does: they change nothing, and must not be stored or shown. */
  readonly secrets: readonly RefusedProperty[]
  /** Properties that change nothing, and why: not known (with the nearest known name), or fixed here. */
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
    override: 'serviceTicketExpirationPolicy',
  },
  proxyTicketSeconds: {
    name: 'cas.ticket.pt.time-to-kill-in-seconds',
    ...seconds(1, hourSeconds),
    fallback: 30,
    doc: 'How long a proxy ticket can be validated after it was issued.',
    override: 'proxyTicketExpirationPolicy',
  },
  sessionMaxSeconds: {
    name: 'cas.ticket.tgt.primary.max-time-to-live-in-seconds',
    ...seconds(1, 400 * daySeconds),
    fallback: 8 * hourSeconds,
    doc: 'A single sign-on session ends so long after the sign-in, used or not.',
    override: 'ticketGrantingTicketExpirationPolicy',
  },
  sessionIdleSeconds: {
    name: 'cas.ticket.tgt.primary.time-to-kill-in-seconds',
    ...seconds(1, 400 * daySeconds),
    fallback: 2 * hourSeconds,
    doc: 'A single sign-on session ends when it was not used so long.',
    override: 'ticketGrantingTicketExpirationPolicy',
  },
  servicesMayLengthenSessions: {
    name: 'caspool.session.services-may-lengthen',
    ...flag(false),
    doc: 'The lifetime of sessions in a service definition may exceed the two above. In Apereo CAS it always may.',
  },
  rememberMeEnabled: {
    name: 'cas.ticket.tgt.remember-me.enabled',
    ...flag(false),
    doc: 'The sign-in page offers to remember the user on this device.',
  },
  rememberMeSeconds: {
    name: 'cas.ticket.tgt.remember-me.time-to-kill-in-seconds',
    // The protocol wants three months at most.
    ...seconds(1, 92 * daySeconds),
    fallback: 14 * daySeconds,
    doc: 'A remembered session ends so long after the sign-in, used or not.',
  },
  followLogoutRedirects: {
    name: 'cas.logout.follow-service-redirects',
    ...flag(false),
    doc: 'After logout, redirect to the URL in the redirect parameter if it belongs to a registered service.',
  },
  logoutRedirectParameter: {
    name: 'cas.logout.redirect-parameter',
    type: 'text',
    fallback: 'service',
    doc: 'Parameter of /logout that holds the URL to go to.',
    parse: (text) =>
      /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/.test(text) ? { value: text } : { problem: 'must be a parameter name' },
  },
  singleLogoutDisabled: {
    name: 'cas.slo.disabled',
    ...flag(false),
    doc: 'Services are not told that a session ended.',
    override: 'logoutType: NONE',
  },
  restEnabled: {
    name: 'caspool.rest.enabled',
    ...flag(false),
    doc: 'The REST protocol answers under /v1. In Apereo CAS it is a module of its own, without a property.',
  },
  protocolAttributesReleased: {
    name: 'cas.authn.authentication-attribute-release.enabled',
    ...flag(true),
    doc: 'Validations carry authenticationDate, isFromNewLogin and longTermAuthenticationRequestTokenUsed.',
  },
  attributesInCas2: {
    name: 'cas.view.cas2.v3-forward-compatible',
    ...flag(false),
    doc: '/serviceValidate and /proxyValidate carry attributes, as /p3/serviceValidate and /p3/proxyValidate do.',
  },
  httpsOnlyHeader: {
    name: 'cas.http-web-request.header.hsts',
    ...flag(true),
    doc: 'Answers at an https serverUrl carry Strict-Transport-Security, for a year and this host alone; never where the host is localhost or a loopback address.',
  },
  defaultReleasedAttributes: {
    name: 'cas.authn.attribute-repository.core.default-attributes-to-release',
    type: 'names',
    fallback: [],
    doc: 'Attributes that every service receives, unless its definition excludes them; separated by commas.',
    override: 'attributeReleasePolicy.excludeDefaultAttributes',
    parse: parseNames,
  },
}

/** Properties of Apereo's that have one good value here. Any other is reported, and changes nothing. */
const fixedProperties: ReadonlyMap<string, { readonly value: string; readonly reason: string }> = new Map(
  Object.entries({
    'cas.ticket.st.number-of-uses': { value: '1', reason: 'is treated as 1: a ticket is validated once' },
    'cas.ticket.pt.number-of-uses': { value: '1', reason: 'is treated as 1: a ticket is validated once' },
    'cas.slo.asynchronous': { value: 'true', reason: 'is treated as true: no logout waits for applications' },
    'cas.logout.confirm-logout': {
      value: 'false',
      reason: 'is treated as false: a logout is not asked back',
    },
    'cas.logout.remove-descendant-tickets': {
      value: 'true',
      reason: 'is treated as true: no ticket outlives its session',
    },
    'cas.tgc.name': { value: 'TGC', reason: 'is treated as TGC: the cookie has one name' },
  }).map(([name, fixed]) => [relaxed(name), fixed]),
)

/** What is in force when nothing is configured. */
export const defaultConfig: LiveConfig = Object.freeze(
  Object.fromEntries(Object.entries(liveProperties).map(([key, { fallback }]) => [key, fallback])),
) as unknown as LiveConfig

/** Keys of LiveConfig by Spring's relaxed form of the name, in which Apereo's users write it either way. */
const keyByName: ReadonlyMap<string, keyof LiveConfig> = new Map(
  Object.entries(liveProperties).map(([key, { name }]) => [relaxed(name), key as keyof LiveConfig]),
)

/** Whether a name, in any spelling, is that of a live property. */
export function isLiveProperty(name: string): boolean {
  return livePropertyKey(name) !== undefined
}

/** The live property that a name in any spelling means. */
export function livePropertyKey(name: string): keyof LiveConfig | undefined {
  return keyByName.get(relaxed(name))
}

/** What a name means to servers: of a live property, in any spelling, its name here; any other is itself. */
export function meantProperty(name: string): string {
  const key = livePropertyKey(name)
  return key === undefined ? name : liveProperties[key].name
}

/** Parses all properties of one revision: name -> value as stored (text, number or boolean). */
export function parseProperties(properties: ReadonlyMap<string, unknown>): ParsedProperties {
  const values: Partial<Record<keyof LiveConfig, unknown>> = {}
  const seen = new Set<keyof LiveConfig>()
  const refused: RefusedProperty[] = []
  const secrets: RefusedProperty[] = []
  const unknown: RefusedProperty[] = []
  for (const [name, stored] of properties) {
    const key = livePropertyKey(name)
    if (key === undefined) {
      const reason = strangeReason(name, stored)
      if (reason !== undefined) (reason.isSecret ? secrets : unknown).push({ name, reason: reason.text })
      continue
    }
    const parsed = parseStored(key, stored)
    if (seen.has(key)) {
      refused.push({ name, reason: 'is set twice, in two spellings' })
      // Nothing says which of the two is meant.
      delete values[key]
    } else if ('problem' in parsed) refused.push({ name, reason: parsed.problem })
    else values[key] = parsed.value
    seen.add(key)
  }
  const acceptable = Object.freeze({ ...defaultConfig, ...(values as Partial<LiveConfig>) })
  return { config: refused.length > 0 ? undefined : acceptable, acceptable, refused, secrets, unknown }
}

/** What to tell about a property that is not live; undefined: nothing, it says what holds anyway. */
function strangeReason(name: string, stored: unknown): { text: string; isSecret: boolean } | undefined {
  const text = textOf(stored) ?? ''
  const fixed = fixedProperties.get(relaxed(name))
  if (fixed !== undefined) return text === fixed.value ? undefined : { text: fixed.reason, isSecret: false }
  if (!isSecret(name, text)) return { text: unknownReason(name, liveNames), isSecret: false }
  const advice = placeOf(name) ?? 'no property of these servers takes one'
  return { text: `is a secret, and would be stored and shown in clear: ${advice}`, isSecret: true }
}

const liveNames = Object.values(liveProperties).map(({ name }) => name)

function parseStored(key: keyof LiveConfig, stored: unknown): { value: unknown } | { problem: string } {
  const text = textOf(stored)
  return text === undefined
    ? { problem: 'must be text, a number, true or false' }
    : liveProperties[key].parse(text)
}

/** Undefined for anything that is not plain: what is stored as an object may break under String(). */
function textOf(stored: unknown): string | undefined {
  if (typeof stored === 'string') return stored.trim()
  const isPlain = typeof stored === 'number' || typeof stored === 'bigint' || typeof stored === 'boolean'
  return isPlain ? String(stored) : undefined
}

/** Whole seconds, or an ISO 8601 duration as Apereo takes it (`PT8H`). */
function seconds(min: number, max: number): Pick<LiveProperty<number>, 'type' | 'parse'> {
  return {
    type: 'seconds',
    parse: (text) => {
      const value = durationSeconds(text)
      if (value !== undefined && value >= min && value <= max) return { value }
      return { problem: `must be whole seconds from ${min} to ${max}, or a duration such as PT30S` }
    },
  }
}

/** Seconds of `30` or `PT30S`; undefined for other text. */
export function durationSeconds(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text)
  const found = /^P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i.exec(text)
  if (found === null || text.length === 1) return undefined
  const [days, hours, minutes, rest] = found.slice(1).map((part) => Number(part ?? 0))
  return (days ?? 0) * daySeconds + (hours ?? 0) * hourSeconds + (minutes ?? 0) * 60 + (rest ?? 0)
}

function flag(fallback: boolean): Pick<LiveProperty<boolean>, 'type' | 'fallback' | 'parse'> {
  return { type: 'flag', fallback, parse: parseFlag }
}

function parseNames(text: string): { value: readonly string[] } | { problem: string } {
  const names = text.split(',').map((name) => name.trim())
  if (text === '') return { value: [] }
  if (!names.every((name) => /^\P{Cc}+$/u.test(name))) return { problem: 'must be names separated by commas' }
  return { value: [...new Set(names)] }
}

function parseFlag(text: string): { value: boolean } | { problem: string } {
  const word = text.toLowerCase()
  if (word === 'true' || word === 'false') return { value: word === 'true' }
  return { problem: 'must be true or false' }
}
