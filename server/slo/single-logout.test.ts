import { afterEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { FixedClock, systemRandom } from '../../common/clock.ts'
import type { LiveConfig } from '../../common/documents/properties.ts'
import type { ServiceDefinition } from '../../common/documents/service-definition.ts'
import { silentLog } from '../../common/log.ts'
import { Metrics } from '../../common/metrics.ts'
import { definition, snapshot } from '../cas/testing/samples.ts'
import { sessionWithTickets, untold, validated } from '../stores/contract/logout-race.ts'
import { aSignIn, aTicket, newSt, signedIn } from '../stores/contract/ticket-samples.ts'
import { memoryOutboxStore } from '../stores/memory/outbox-store.ts'
import { memorySessionEndStore } from '../stores/memory/session-end-store.ts'
import { memoryTicketStore } from '../stores/memory/ticket-store.ts'
import { memoryTickets } from '../stores/memory/tickets.ts'
import { graceMs, leaseMs } from './outbox-store.ts'
import { type SingleLogout, startSingleLogout } from './single-logout.ts'
import { Applications } from './testing/applications.ts'

const hourMs = 3_600_000
/** Tests poll by themselves. */
const neverMs = 1_000_000_000
const everyHost = { ...definition(), serviceId: '^https://.*' }
let running: SingleLogout[] = []

afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()))
  running = []
})

/** Two servers on one memory. */
function newWorld({
  pause,
  service,
  config,
}: {
  pause?: () => Promise<void>
  service?: ServiceDefinition
  config?: Partial<LiveConfig>
} = {}) {
  const facts = { clock: new FixedClock(), memory: memoryTickets(pause) }
  const tickets = memoryTicketStore(facts)
  const outbox = memoryOutboxStore(facts)
  const sessionEnds = memorySessionEndStore(facts)
  const applications = new Applications()
  const catalog = { current: snapshot([service ?? everyHost], config) }
  const server = (): SingleLogout => {
    const metrics = new Metrics()
    const started = startSingleLogout({
      ...{ tickets, outbox, sessionEnds, catalog, outbound: applications, clock: facts.clock },
      isLoaded: () => true,
      random: systemRandom,
      log: silentLog,
      messages: metrics.counter('messages', 'Test.'),
      pending: metrics.gauge('pending', 'Test.'),
      pollMs: neverMs,
    })
    running.push(started)
    return started
  }
  return { ...facts, tickets, outbox, sessionEnds, applications, server }
}

const told = ({ told }: Applications): string[] => [...told.values()].flat().toSorted()
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
}

describe('a logout', () => {
  it('is told at once by the server that ended the session, to each application once', async () => {
    const { tickets, applications, server, clock } = newWorld()
    const { key, granted } = await sessionWithTickets(tickets, clock.now())
    await validated(granted, () => ({ tickets, now: clock.now() }))
    const logout = server()
    expect(await logout.end(key, 'logout')).toEqual({ kind: 'ended', frontChannel: [] })
    await settle()
    expect(told(applications)).toEqual(granted.map(({ id }) => id).toSorted())
    expect(await logout.end(key, 'logout')).toEqual({ kind: 'notLive', frontChannel: [] })
    await logout.poll()
    await settle()
    expect(told(applications)).toHaveLength(granted.length)
  })

  it('is told to nobody where single logout is switched off', async () => {
    const { tickets, applications, server, clock } = newWorld({ config: { singleLogoutDisabled: true } })
    const { key, granted } = await sessionWithTickets(tickets, clock.now())
    await validated(granted, () => ({ tickets, now: clock.now() }))
    const logout = server()
    await logout.end(key, 'logout')
    clock.advanceMs(graceMs)
    await logout.poll()
    await settle()
    expect(told(applications)).toEqual([])
  })

  it('is given to the browser for applications with a front channel', async () => {
    const { tickets, applications, server, clock } = newWorld({
      service: { ...everyHost, logout: { type: 'frontChannel' } },
    })
    const { key, granted } = await sessionWithTickets(tickets, clock.now())
    await validated(granted.slice(0, 1), () => ({ tickets, now: clock.now() }))
    const { frontChannel } = await server().end(key, 'logout')
    expect(frontChannel).toEqual([expect.stringMatching(/^https:\/\/a\.example\/\?logoutRequest=/)])
    await settle()
    expect(told(applications)).toEqual([])
  })

  it('ends the sessions that this one continued, with their messages', async () => {
    const { tickets, applications, server, clock } = newWorld()
    const [oldest, old, last] = await Promise.all(
      [1, 2, 3].map(() => sessionWithTickets(tickets, clock.now())),
    )
    for (const { granted } of [oldest!, old!, last!]) {
      await validated(granted, () => ({ tickets, now: clock.now() }))
    }
    const logout = server()
    await logout.continueAs(oldest!.key, old!.key)
    await logout.continueAs(old!.key, last!.key)
    await logout.end(last!.key, 'logout')
    await settle()
    expect(told(applications)).toHaveLength(12)
  })
})

describe('a session that nobody ended', () => {
  it('ends with its messages when it was idle too long, and not when it was used', async () => {
    const { tickets, applications, server, clock } = newWorld()
    const [idle, used] = [
      await sessionWithTickets(tickets, clock.now()),
      await sessionWithTickets(tickets, clock.now()),
    ]
    for (const { granted } of [idle, used]) await validated(granted, () => ({ tickets, now: clock.now() }))
    clock.advanceMs(hourMs)
    await tickets.touch(used.key, clock.now())
    clock.advanceMs(hourMs)
    const logout = server()
    await logout.poll()
    await settle()
    expect(told(applications)).toEqual(idle.granted.map(({ id }) => id).toSorted())
    clock.advanceMs(hourMs)
    await logout.poll()
    await settle()
    expect(told(applications)).toHaveLength(8)
  })

  it('is swept in batches, however many there are', async () => {
    const { tickets, server, clock, memory } = newWorld()
    const now = clock.now()
    for (let n = 0; n < 350; n++) {
      await signedIn(tickets, aSignIn({ session: { authenticatedAt: now, lastUsedAt: now } }))
    }
    clock.advanceMs(2 * hourMs)
    await server().poll()
    expect([...memory.sessions.values()].filter(({ state }) => state.kind === 'live')).toEqual([])
  })

  it('does not end while a session that continues it lives, and ends with that one', async () => {
    const { tickets, applications, server, clock } = newWorld()
    const [old, next] = [
      await sessionWithTickets(tickets, clock.now()),
      await sessionWithTickets(tickets, clock.now()),
    ]
    await validated(old.granted, () => ({ tickets, now: clock.now() }))
    const logout = server()
    await logout.continueAs(old.key, next.key)
    clock.advanceMs(hourMs)
    await tickets.touch(next.key, clock.now())
    clock.advanceMs(hourMs)
    await logout.poll()
    await settle()
    expect(told(applications)).toEqual([])
    clock.advanceMs(hourMs)
    await logout.poll()
    await settle()
    expect(told(applications)).toHaveLength(4)
  })
})

describe('another server', () => {
  it('plans and sends what a dead one has left, once the application can be reached', async () => {
    const { tickets, outbox, applications, server, clock } = newWorld()
    const { key } = await signedIn(tickets)
    const id = newSt()
    const service = 'https://a.example/'
    await tickets.grant(id, aTicket(key, { service, definitionId: '1', expireAt: clock.now() + 24 * hourMs }))
    await tickets.consume(id)
    await tickets.endSession(key, 'logout')
    await outbox.leaseEnded(key)
    applications.answer('a.example', () => ({ kind: 'failed', reason: 'no connection' }))
    const other = server()
    clock.advanceMs(leaseMs)
    await other.poll()
    await settle()
    expect(told(applications)).toEqual([])
    applications.answer('a.example', () => ({ kind: 'answered', status: 200 }))
    clock.advanceMs(leaseMs)
    await other.poll()
    await settle()
    expect(told(applications)).toEqual([id])
  })
})

it('tells each application whose ticket was accepted during the logout, in 1,000 orders of events', async () => {
  let accepted = 0
  let refused = 0
  const order = fc.asyncProperty(fc.scheduler(), fc.boolean(), async (scheduler, dies) => {
    let isOver = false
    const pause = (): Promise<void> => (isOver ? Promise.resolve() : scheduler.schedule(Promise.resolve()))
    const { tickets, applications, server, clock } = newWorld({ pause })
    const { key, granted } = await sessionWithTickets(tickets, clock.now())
    const begin = async <T>(work: () => Promise<T>): Promise<T> => pause().then(work)
    const logout = server()
    const end = begin<unknown>(() => (dies ? tickets.endSession(key, 'logout') : logout.end(key, 'logout')))
    const presented = Promise.all(
      granted.map((ticket) => begin(() => validated([ticket], () => ({ tickets, now: clock.now() })))),
    )
    await scheduler.waitFor(Promise.all([end, presented]))
    isOver = true
    clock.advanceMs(graceMs)
    await server().poll()
    await settle()
    const valid = (await presented).flat()
    accepted += valid.length
    refused += granted.length - valid.length
    expect(untold(valid, applications)).toEqual([])
    await Promise.all(running.splice(0).map((started) => started.stop()))
  })
  await fc.assert(order, { numRuns: 1_000 })
  // Both happened often, or nothing was shown.
  expect(Math.min(accepted, refused)).toBeGreaterThan(500)
}, 120_000)
