/**
 * Moments as Apereo's definitions write them: ISO 8601 with an offset, or without one (then in a zone that stands
 * elsewhere), a day alone, or `12/31/2026 11:59 PM`. Years of four digits.
 */
import type { Instant } from '../clock.ts'

export type ReadMoment =
  | { readonly kind: 'moment'; readonly at: Instant; readonly hasOffset: boolean }
  | { readonly kind: 'unknown' }

const isoForm =
  /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:(Z|[+-]\d\d(?::?\d\d)?)(?:\[[\w/+:-]+\])?)?)?$/i
const americanForm = /^(\d\d)\/(\d\d)\/(\d{4})(?: (\d{1,2}):(\d\d)(?: (AM|PM))?)?$/i

/** The moment in a text; without an offset it is read as UTC, and `hasOffset` is false. */
export function readMoment(text: string): ReadMoment {
  const iso = isoForm.exec(text.trim())
  if (iso !== null) {
    const [, year, month, day, hour, minute, second, fraction = '', offset] = iso
    const local = utc([year, month, day, hour, minute, second])
    if (local === undefined) return { kind: 'unknown' }
    const milliseconds = Math.floor(Number(`0.${fraction || '0'}`) * 1000)
    const offsetMinutes = offset === undefined ? 0 : zoneMinutes(offset)
    if (offsetMinutes === undefined) return { kind: 'unknown' }
    return {
      kind: 'moment',
      at: local + milliseconds - offsetMinutes * 60_000,
      hasOffset: offset !== undefined,
    }
  }
  const american = americanForm.exec(text.trim())
  if (american === null) return { kind: 'unknown' }
  const [, month, day, year, hour = '0', minute, half] = american
  const local = utc([year, month, day, hourOfDay(hour, half), minute])
  return local === undefined ? { kind: 'unknown' } : { kind: 'moment', at: local, hasOffset: false }
}

/** Minutes by which a zone is ahead of UTC; undefined for zones whose offset changes, and for what is none. */
export function zoneMinutes(zone: string): number | undefined {
  if (/^(Z|UTC|GMT|Etc\/UTC|Etc\/GMT|Universal)$/i.test(zone)) return 0
  const form = /^(?:UTC|GMT)?([+-])(\d\d)(?::?(\d\d))?$/.exec(zone)
  if (form === null) return undefined
  const [, sign, hours, minutes = '0'] = form
  const offset = Number(hours) * 60 + Number(minutes)
  // As Java limits it.
  if (Number(minutes) > 59 || offset > 18 * 60) return undefined
  return sign === '-' ? -offset : offset
}

function hourOfDay(hour: string, half: string | undefined): string {
  if (half === undefined) return hour
  const hours = Number(hour)
  if (hours < 1 || hours > 12) return 'none'
  return String((hours % 12) + (half.toUpperCase() === 'PM' ? 12 : 0))
}

/** Undefined where the calendar or the clock has no such moment: February 30, 25 o'clock. */
function utc(parts: readonly (string | undefined)[]): Instant | undefined {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts.map((part) =>
    part === undefined ? undefined : Number(part),
  )
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hour, minute, second)
  const isSame =
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second
  return isSame ? date.getTime() : undefined
}
