/**
 * Apereo's access strategies, as tables: the default one, the one that holds between two moments, and chains of these
 * that must all allow. Everything else asks somebody or runs a script, and refuses the definition.
 */
import type { Instant } from '../clock.ts'
import { hasNoRules } from './access-rules.ts'
import { defaultAccess, strictFields } from './definition-policies.ts'
import { scriptProblem } from './definition-release.ts'
import {
  flag,
  inside,
  mapOf,
  meaningless,
  note,
  nullable,
  oneOfClasses,
  type Place,
  type Reader,
  refuse,
  statedText,
  text,
  textList,
  unsupported,
  unsupportedFlag,
} from './document-reader.ts'
import { readMoment, zoneMinutes } from './java-time.ts'
import type { AccessStrategy, StoredDocument } from './service-definition.ts'

const delegatedAuthenticationPolicy: Reader<never> = oneOfClasses<never>({
  DefaultRegisteredServiceDelegatedAuthenticationPolicy: (document, place) => {
    const message = 'restricts how users sign in, and is not honoured'
    const table = {
      allowedProviders: unsupported(message),
      exclusive: unsupportedFlag(message),
      permitUndefined: meaningless,
      selectionStrategy: nullable(unsupported(message)),
    }
    strictFields(document, table, place)
    return undefined
  },
})

/** Patterns for values of an attribute. A script in place of one asks what no pattern can. */
const patterns: Reader<readonly string[]> = (value, place) => {
  const texts = textList(value, place)
  const [problem] = texts?.flatMap((one) => scriptProblem(one) ?? []) ?? []
  return problem === undefined ? texts : refuse(place, problem)
}

/** For older versions of Apereo CAS no value stands for any, for newer ones for none. */
const somePatterns: Reader<readonly string[]> = (value, place) => {
  const texts = patterns(value, place)
  if (texts === undefined || texts.some((one) => one.trim() !== '')) return texts
  return refuse(place, 'names no value: write .* for any')
}

const accessTable = {
  enabled: flag,
  ssoEnabled: flag,
  requireAllAttributes: flag,
  caseInsensitive: flag,
  requiredAttributes: mapOf(somePatterns),
  rejectedAttributes: mapOf(patterns),
  unauthorizedRedirectUrl: text,
  order: meaningless,
  delegatedAuthenticationPolicy,
  activationCriteria: unsupported('is not honoured, and may restrict access'),
}

function defaultStrategy(document: StoredDocument, place: Place): AccessStrategy {
  return { ...defaultAccess, ...strictFields(document, accessTable, place) }
}

/** Up to version 6.5 it had the fields of the default one as well. */
function timeBased(document: StoredDocument, place: Place): AccessStrategy | undefined {
  const table = { ...accessTable, startingDateTime: text, endingDateTime: text, zoneId: statedText }
  const read = strictFields(document, table, place)
  const { startingDateTime, endingDateTime, zoneId, ...access } = read
  if (isBlank(startingDateTime) && isBlank(endingDateTime)) return refuse(place, 'states no time')
  const notBefore = moment(startingDateTime, zoneId, inside(place, 'startingDateTime'))
  const notAfter = moment(endingDateTime, zoneId, inside(place, 'endingDateTime'))
  return {
    ...defaultAccess,
    ...access,
    ...(notBefore === undefined ? {} : { notBefore }),
    ...(notAfter === undefined ? {} : { notAfter }),
  }
}

const isBlank = (stated: string | undefined): boolean => (stated ?? '').trim() === ''

function moment(stated: string | undefined, zone: string | undefined, place: Place): Instant | undefined {
  if (stated === undefined || isBlank(stated)) return undefined
  const read = readMoment(stated)
  if (read.kind === 'unknown')
    return refuse(place, 'is no moment that is understood: write 2026-12-31T23:59:59Z')
  if (read.hasOffset) return read.at
  // As Apereo does since version 6.2; before, it was the zone of the machine.
  const minutes = zone === undefined ? 0 : zoneMinutes(zone)
  if (minutes === undefined) return refuse(place, 'needs an offset, as 2026-12-31T23:59:59+01:00')
  return read.at - minutes * 60_000
}

const single = {
  DefaultRegisteredServiceAccessStrategy: defaultStrategy,
  TimeBasedRegisteredServiceAccessStrategy: timeBased,
}

const singleStrategy = oneOfClasses<AccessStrategy>(single)

const strategies: Reader<readonly AccessStrategy[]> = (value, place) => {
  if (!Array.isArray(value)) return refuse(place, 'must be a list')
  return value.flatMap((item: unknown, i) => singleStrategy(item, inside(place, String(i))) ?? [])
}

const operator: Reader<'AND' | 'OR'> = (value, place) =>
  value === 'AND' || value === 'OR' ? value : refuse(place, 'must be AND or OR')

/** Strategies that must all allow become one: the later of the beginnings, the earlier of the ends. */
function chain(document: StoredDocument, place: Place): AccessStrategy | undefined {
  const table = { strategies, operator, unauthorizedRedirectUrl: text, order: meaningless }
  const read = strictFields(document, table, place)
  const all = read.strategies ?? []
  if (all.length === 0) return refuse(place, 'holds no strategy')
  if (read.operator === 'OR' && all.length !== 1) {
    return refuse(inside(place, 'operator'), 'OR is not honoured: write one strategy')
  }
  const ruling = all.filter((strategy) => !hasNoRules(strategy))
  if (ruling.length > 1)
    return refuse(inside(place, 'strategies'), 'at most one may have rules besides times')
  const beginnings = all.flatMap(({ notBefore }) => notBefore ?? [])
  const ends = all.flatMap(({ notAfter }) => notAfter ?? [])
  const { notBefore, notAfter, ...rules } = ruling[0] ?? defaultAccess
  return {
    ...rules,
    ...(read.unauthorizedRedirectUrl === undefined
      ? {}
      : { unauthorizedRedirectUrl: read.unauthorizedRedirectUrl }),
    ...(beginnings.length === 0 ? {} : { notBefore: Math.max(...beginnings) }),
    ...(ends.length === 0 ? {} : { notAfter: Math.min(...ends) }),
  }
}

/** Reads `accessStrategy`. */
export const accessStrategy: Reader<AccessStrategy> = oneOfClasses<AccessStrategy>({
  ...single,
  ChainingRegisteredServiceAccessStrategy: chain,
})

/** Reads `expirationPolicy`: the moment from which on nobody signs in any more. */
export const expirationPolicy: Reader<Instant> = oneOfClasses<Instant>({
  DefaultRegisteredServiceExpirationPolicy: (document, place) => {
    const table = {
      expirationDate,
      deleteWhenExpired: kept('the definition stays, refuses everybody and keeps its URLs'),
      notifyWhenDeleted: kept('nobody is notified'),
      notifyWhenExpired: kept('nobody is notified'),
    }
    return strictFields(document, table, place).expirationDate
  },
})

const kept =
  (message: string): Reader<never> =>
  (value, place) =>
    value === false || value === null ? undefined : note(place, message)

/** Text, or a date as some versions store it. */
const expirationDate: Reader<Instant> = (value, place) => {
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? refuse(place, 'is no date') : value.getTime()
  const stated = text(value, place)
  return moment(stated, undefined, place)
}
