import { expect, it } from '@jest/globals'
import { defaultConfig } from '../../common/documents/properties.ts'
import {
  proxyGrantingTicketSeconds,
  proxyTicketSeconds,
  serviceTicketSeconds,
  sessionLifetime,
} from './lifetimes.ts'

const own = {
  tickets: {
    serviceTicketSeconds: 5,
    proxyTicketSeconds: 6,
    proxyGrantingTicketSeconds: 70,
    sessionSeconds: 800,
  },
}

it('takes the lifetimes of the configuration where a service says nothing', () => {
  expect(serviceTicketSeconds({}, defaultConfig)).toBe(30)
  expect(proxyTicketSeconds({ tickets: { sessionSeconds: 9 } }, defaultConfig)).toBe(30)
  expect(proxyGrantingTicketSeconds({})).toBeUndefined()
})

it('takes those of the service where it says any', () => {
  expect(serviceTicketSeconds(own, defaultConfig)).toBe(5)
  expect(proxyTicketSeconds(own, defaultConfig)).toBe(6)
  expect(proxyGrantingTicketSeconds(own)).toBe(70)
})

it.each([
  ['as configured', undefined, false, { maxSeconds: 28_800, idleSeconds: 7_200 }],
  [
    'long and without an idle limit when remembered',
    {},
    true,
    { maxSeconds: 1_209_600, idleSeconds: 1_209_600 },
  ],
  ['as the service says, remembered or not', own, true, { maxSeconds: 800, idleSeconds: 800 }],
])('lets a session last %s', (_title, definition, rememberMe, lifetime) => {
  expect(sessionLifetime(definition, defaultConfig, { rememberMe })).toEqual(lifetime)
})

it('lets a service lengthen the sessions of the whole pool only where the configuration says so', () => {
  const long = { tickets: { sessionSeconds: 20_000_000 } }
  const lifetime = (rememberMe: boolean, servicesMayLengthenSessions = false) =>
    sessionLifetime(long, { ...defaultConfig, servicesMayLengthenSessions }, { rememberMe })
  expect(lifetime(false)).toEqual({ maxSeconds: 28_800, idleSeconds: 7_200 })
  expect(lifetime(true)).toEqual({ maxSeconds: 1_209_600, idleSeconds: 1_209_600 })
  expect(lifetime(false, true)).toEqual({ maxSeconds: 20_000_000, idleSeconds: 20_000_000 })
})
