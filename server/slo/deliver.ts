/**
 * Sends logout messages. Each host has a queue of its own with few attempts at a time, so that a slow or dead
 * application delays no other; a host that did not answer lately gets one attempt at a time. What does not fit into a
 * queue goes back to the outbox.
 */
import type { Clock, Random } from '../../common/clock.ts'
import { reasonOf } from '../../common/fault.ts'
import type { Log } from '../../common/log.ts'
import type { Counter } from '../../common/metrics.ts'
import type { OutboundClient, OutboundOutcome } from '../outbound/outbound-client.ts'
import { logoutForm } from './message.ts'
import type { Delivery, OutboxStore, Settlement } from './outbox-store.ts'

export interface DeliveryParts {
  readonly outbox: Pick<OutboxStore, 'settle' | 'release'>
  readonly outbound: OutboundClient
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** By `result`: delivered, failed (will be tried again), givenUp. */
  readonly messages: Counter
}

/** Of one attempt. Applications answer a logout at once, or are not well. */
const timeoutMs = 5_000
const attemptsPerHost = 4
const queuedPerHost = 200

/** Pauses after the first, second, … attempt in vain; after the last one the message is given up. */
const pausesMs = [2_000, 10_000, 60_000, 300_000, 900_000]

interface Host {
  readonly queue: Delivery[]
  underWay: number
  isWell: boolean
}

/** Pure: what becomes of a message after an attempt. `spread` from 0 to 1 keeps many from coming back at once. */
export function settlementOf(
  outcome: OutboundOutcome,
  facts: { readonly attempts: number; readonly now: number; readonly spread: number },
): Settlement {
  if (outcome.kind === 'answered' && outcome.status < 400) return { kind: 'delivered' }
  if (outcome.kind === 'refused' || (outcome.kind === 'answered' && !isPassing(outcome.status))) {
    return { kind: 'givenUp' }
  }
  const pauseMs = pausesMs[facts.attempts]
  if (pauseMs === undefined) return { kind: 'givenUp' }
  return { kind: 'retry', at: facts.now + Math.round(pauseMs * (0.75 + facts.spread / 2)) }
}

/** An application that says 404 or 403 will say so again; one that is busy or broken may not. */
const isPassing = (status: number): boolean => status >= 500 || status === 408 || status === 429

export class LogoutDelivery {
  readonly #parts: DeliveryParts
  readonly #hosts = new Map<string, Host>()
  readonly #running = new Set<Promise<void>>()
  #isStopping = false

  constructor(parts: DeliveryParts) {
    this.#parts = parts
  }

  /** Hosts that nothing more should be leased for. */
  get busyHosts(): readonly string[] {
    return [...this.#hosts].filter(([, { queue }]) => queue.length >= attemptsPerHost).map(([host]) => host)
  }

  /** Takes leased messages; their first attempts begin at once where nothing else is under way. */
  send(deliveries: readonly Delivery[]): void {
    const tooMany: Delivery[] = []
    for (const delivery of deliveries) {
      const host = this.#hosts.get(delivery.host) ?? { queue: [], underWay: 0, isWell: true }
      this.#hosts.set(delivery.host, host)
      if (this.#isStopping || host.queue.length >= queuedPerHost) tooMany.push(delivery)
      else host.queue.push(delivery)
    }
    if (tooMany.length > 0) this.#run(this.#giveBack(tooMany))
    for (const name of new Set(deliveries.map(({ host }) => host))) this.#next(name)
  }

  /** Starts nothing more, gives back what waits, and resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#isStopping = true
    const waiting = [...this.#hosts.values()].flatMap(({ queue }) => queue.splice(0))
    this.#run(this.#giveBack(waiting))
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  #next(name: string): void {
    const host = this.#hosts.get(name)
    if (host === undefined) return
    while (host.underWay < (host.isWell ? attemptsPerHost : 1)) {
      const delivery = host.queue.shift()
      if (delivery === undefined) break
      // Waited too long: another server may have it by now.
      if (this.#parts.clock.now() + 2 * timeoutMs > delivery.leasedUntil) continue
      host.underWay += 1
      const attempt = this.#attempt(delivery, host).finally(() => {
        host.underWay -= 1
        this.#next(name)
      })
      this.#run(attempt)
    }
    if (host.underWay === 0 && host.queue.length === 0) this.#hosts.delete(name)
  }

  async #attempt(delivery: Delivery, host: Host): Promise<void> {
    const { outbound, outbox, clock, random, messages, log } = this.#parts
    const outcome = await outbound.post(delivery.url, logoutForm(delivery), { timeoutMs, allowHttp: true })
    host.isWell = outcome.kind !== 'failed'
    const spread = random.bytes(1).readUInt8() / 255
    const settlement = settlementOf(outcome, { attempts: delivery.attempts, now: clock.now(), spread })
    messages.increment({ result: settlement.kind === 'retry' ? 'failed' : settlement.kind })
    const facts = {
      message: delivery.id,
      service: delivery.definitionId,
      host: delivery.host,
      attempt: delivery.attempts + 1,
    }
    const why = outcome.kind === 'answered' ? `status ${outcome.status}` : outcome.reason
    if (settlement.kind === 'delivered') log.info(facts, 'logout message delivered')
    else if (settlement.kind === 'retry') log.info({ ...facts, why }, 'logout message will be sent again')
    else log.warn({ ...facts, why }, 'logout message given up')
    await outbox.settle(delivery, settlement).catch((error) => {
      log.warn(
        { message: delivery.id, reason: reasonOf(error) },
        'outcome of a logout message was not stored',
      )
    })
  }

  async #giveBack(deliveries: readonly Delivery[]): Promise<void> {
    await this.#parts.outbox.release(deliveries).catch((error) => {
      this.#parts.log.info({ reason: reasonOf(error) }, 'logout messages wait until their lease ends')
    })
  }

  #run(work: Promise<void>): void {
    const running = work.finally(() => this.#running.delete(running))
    this.#running.add(running)
  }
}
