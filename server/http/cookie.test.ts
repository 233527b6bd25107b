import { describe, expect, it } from '@jest/globals'
import { systemRandom } from '../../common/clock.ts'
import type { TicketGrantingTicketId } from '../tickets/ticket.ts'
import { clearSession, newBrowser, readBrowser, readSessions, setBrowser, setSession } from './cookie.ts'

const id = `TGT-${'a'.repeat(50)}` as TicketGrantingTicketId
const other = `TGT-${'b'.repeat(50)}`
const scope = { path: '/cas', secure: true }

describe('the session cookie', () => {
  it('is read among others', () => {
    expect(readSessions(`a=1; TGC=${id}; XTGC=${other}`)).toEqual([id])
    expect(readSessions(`TGC="${id}"`)).toEqual([id])
  })

  it.each([
    undefined,
    '',
    'TGC=',
    'TGC=x',
    `tgc=${id}`,
    `TGC=${id}%0d`,
    `NOTGC=${id}`,
    `TGC=ST-${'a'.repeat(50)}`,
  ])('is not there in %j', (header) => {
    expect(readSessions(header)).toEqual([])
  })

  it('given more than once is each value of its shape, that of the longest path first', () => {
    expect(readSessions(`TGC=rubbish; TGC=${id}; TGC=${other}; TGC=${id}`)).toEqual([id, other])
  })

  it('given more often than a browser keeps cookies is only as many', () => {
    const many = Array.from({ length: 250 }, (_, i) => `TGC=TGT-${String(i).padStart(50, '0')}`)
    expect(readSessions(many.join('; '))).toHaveLength(200)
  })

  it('lasts as long as the browser, is out of reach of scripts, and stays on its path', () => {
    expect(setSession({ id }, scope)).toBe(`TGC=${id}; Path=/cas; HttpOnly; SameSite=Lax; Secure`)
    expect(setSession({ id }, { path: '/', secure: false })).toBe(`TGC=${id}; Path=/; HttpOnly; SameSite=Lax`)
  })

  it('is cleared under the same path', () => {
    expect(clearSession(scope)).toMatch(/^TGC=; Path=\/cas; .*Max-Age=0/)
  })
})

it('the cookie of a login form is read as it was set', () => {
  const value = newBrowser(systemRandom)
  expect(readBrowser(setBrowser(value, scope).split(';')[0])).toBe(value)
  expect(readBrowser('CASLOGIN=short')).toBeUndefined()
})
