/**
 * Single logout (CAS 2.3.3). Owns what follows from the end of a session: planning its messages, sending them, taking
 * over what other servers have left, and ending sessions whose time is over. Knows neither HTTP nor MongoDB.
 */
import { type Clock, delay, type Random } from '../../common/clock.ts'
import { reasonOf } from '../../common/fault.ts'
import type { Log } from '../../common/log.ts'
import type { Counter, Gauge } from '../../common/metrics.ts'
import type { OutboundClient } from '../outbound/outbound-client.ts'
import type { RegistrySnapshot } from '../registry/catalog.ts'
import type { SessionEnding } from '../tickets/session-ending.ts'
import type { TicketStore } from '../tickets/ticket-store.ts'
import { LogoutDelivery } from './deliver.ts'
import { frontChannelUrl } from './message.ts'
import type { OutboxStore } from './outbox-store.ts'
import type { SessionEndStore } from './session-end-store.ts'
import { sweep } from './sweep.ts'
import { planLogout } from './targets.ts'

export interface SingleLogoutParts {
  readonly tickets: Pick<TicketStore, 'endSession'>
  readonly outbox: OutboxStore
  readonly sessionEnds: SessionEndStore
  readonly outbound: OutboundClient
  /** `current` is read once per session. */
  readonly catalog: { readonly current: RegistrySnapshot }
  /** False until the registry was loaded: before that nobody's messages can be planned. */
  readonly isLoaded: () => boolean
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** By `result`: delivered, failed, givenUp. */
  readonly messages: Counter
  readonly pending: Gauge
  /** How often other servers' leftovers are looked for. Default 1 s. */
  readonly pollMs?: number
  /** How often, over the whole pool, expired sessions are looked for. Default 10 s. */
  readonly sweepMs?: number
}

export interface SingleLogout extends SessionEnding {
  /** Resolves when everything that was due was taken: for tests, which do not wait for the next poll. */
  poll(): Promise<void>
  /** Ends polls, gives back what waits, and lets attempts that are under way end. */
  stop(): Promise<void>
}

/** Ended sessions and messages that one poll takes at most. */
const perPoll = 100
const mostCounted = 10_000

/** Begins to poll at once. */
export function startSingleLogout(parts: SingleLogoutParts): SingleLogout {
  const logout = new Logout(parts)
  const polling = logout.keepPolling()
  return {
    end: (key, reason) => logout.end(key, reason),
    continueAs: (key, successor) => parts.sessionEnds.succeed(key, successor),
    poll: () => logout.poll(),
    stop: async () => {
      await logout.stop()
      await polling
    },
  }
}

class Logout {
  readonly #parts: SingleLogoutParts
  readonly #delivery: LogoutDelivery
  readonly #stopping = new AbortController()

  constructor(parts: SingleLogoutParts) {
    this.#parts = parts
    this.#delivery = new LogoutDelivery(parts)
  }

  async end(...[key, reason]: Parameters<SessionEnding['end']>): ReturnType<SessionEnding['end']> {
    const kind = await this.#parts.tickets.endSession(key, reason)
    if (kind === 'notLive') return { kind, frontChannel: [] }
    try {
      return { kind, frontChannel: await this.#fanOut(key) }
    } catch (error) {
      // The session has ended, which is what was asked for. Its messages are planned by the next poll of any server.
      this.#parts.log.warn({ reason: reasonOf(error) }, 'logout messages could not be planned yet')
      return { kind, frontChannel: [] }
    }
  }

  /** Plans the messages of one ended session, and of those it continued. Returns what a browser would carry. */
  async #fanOut(key: string): Promise<readonly string[]> {
    const { outbox, tickets, catalog, log } = this.#parts
    const ended = await outbox.leaseEnded(key)
    if (ended === undefined) return []
    for (const predecessor of ended.predecessors) await tickets.endSession(predecessor, ended.reason)
    const snapshot = catalog.current
    const plan = planLogout(ended, snapshot)
    const isOff = snapshot.config.singleLogoutDisabled
    this.#delivery.send(await outbox.post(ended, isOff ? [] : plan.backChannel))
    for (const facts of plan.unaddressed) log.info(facts, 'application was not told of a logout')
    const own = isOff ? [] : plan.frontChannel.map((message) => frontChannelUrl(message.url, message))
    const others: string[] = []
    for (const predecessor of ended.predecessors) others.push(...(await this.#fanOut(predecessor)))
    return [...own, ...others]
  }

  async poll(): Promise<void> {
    const { outbox, sessionEnds, isLoaded, pending, clock, log, sweepMs = 10_000 } = this.#parts
    if (!isLoaded()) return
    if (await sessionEnds.claimSweep(sweepMs)) {
      const ended = (key: string): Promise<unknown> => this.#fanOut(key)
      const count = await sweep(sessionEnds, { now: () => clock.now(), ended, signal: this.#stopping.signal })
      if (count > 0) log.info({ sessions: count }, 'expired sessions ended')
    }
    for (const key of await outbox.endedSessions(perPoll)) await this.#fanOut(key)
    this.#delivery.send(await outbox.leaseDue({ limit: perPoll, exceptHosts: this.#delivery.busyHosts }))
    pending.set(await outbox.countPending(mostCounted))
  }

  async keepPolling(): Promise<void> {
    const { random, log, pollMs = 1_000 } = this.#parts
    const { signal } = this.#stopping
    let failures = 0
    while (!signal.aborted) {
      const spread = random.bytes(1).readUInt8() / 255
      await delay(pollMs * (0.5 + spread), signal).catch(() => undefined)
      if (signal.aborted) return
      try {
        await this.poll()
        failures = 0
      } catch (error) {
        failures += 1
        const facts = { reason: reasonOf(error) }
        if (failures === 1) log.warn(facts, 'logout outbox could not be read')
        else log.debug(facts, 'logout outbox could not be read')
      }
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#delivery.stop()
  }
}
