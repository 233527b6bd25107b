/** Contract suite of OutboxStore. */
import { describe, expect, it } from '@jest/globals'
import { type Delivery, graceMs, leaseMs, type OutboxStore } from '../../slo/outbox-store.ts'
import { aMessage, endedSession, type LogoutHarness } from './outbox-samples.ts'
import { aTicket, newSt, signedIn } from './ticket-samples.ts'

export function outboxStore(harness: () => LogoutHarness): void {
  endedSessions(harness)
  deliveries(harness)
}

function endedSessions(harness: () => LogoutHarness): void {
  describe('an ended session', () => {
    it('is leased with user, reason and the tickets that were presented, and no others', async () => {
      const { tickets, outbox, clock } = harness()
      const { signIn, key } = await signedIn(tickets)
      const never = newSt()
      await tickets.grant(never, aTicket(key))
      await tickets.consume(signIn.ticket!.id)
      await tickets.endSession(key, 'replaced')
      const ended = await outbox.leaseEnded(key)
      expect(ended).toMatchObject({ key, reason: 'replaced', endedAt: clock.now(), predecessors: [] })
      expect(ended?.principal).toEqual(signIn.session.value.principal)
      const { service, definitionId, issuedAt, expireAt } = signIn.ticket!.value
      expect(ended?.tickets).toEqual([
        { id: signIn.ticket!.id, service, definitionId, issuedAt, expireAt, spentAt: clock.now() },
      ])
    })

    it('is nothing to plan for while it lives, or when there is none', async () => {
      const { tickets, outbox } = harness()
      const { key } = await signedIn(tickets)
      expect(await outbox.leaseEnded(key)).toBeUndefined()
      expect(await outbox.leaseEnded('no such key')).toBeUndefined()
    })

    it('is leased by one of many servers at the same moment', async () => {
      const { outbox, others, ...rest } = harness()
      const { key } = await endedSession({ outbox, others, ...rest })
      const servers = [outbox, ...others]
      const leases = await Promise.all(
        Array.from({ length: 20 }, (_, n) => servers[n % servers.length]!.leaseEnded(key)),
      )
      expect(leases.filter((lease) => lease !== undefined)).toHaveLength(1)
    })

    it('is offered to every server after a moment of grace, and again when a lease ends', async () => {
      const { outbox, clock, ...rest } = harness()
      const { key } = await endedSession({ outbox, clock, ...rest })
      expect(await outbox.endedSessions(1_000)).not.toContain(key)
      clock.advanceMs(graceMs)
      expect(await outbox.endedSessions(1_000)).toContain(key)
      await outbox.leaseEnded(key)
      expect(await outbox.endedSessions(1_000)).not.toContain(key)
      clock.advanceMs(leaseMs)
      expect(await outbox.endedSessions(1_000)).toContain(key)
      expect(await outbox.leaseEnded(key)).toBeDefined()
    })

    it('is planned once', async () => {
      const { outbox, clock, ...rest } = harness()
      const { key } = await endedSession({ outbox, clock, ...rest })
      await outbox.post((await outbox.leaseEnded(key))!, [])
      clock.advanceMs(2 * leaseMs)
      expect(await outbox.leaseEnded(key)).toBeUndefined()
      expect(await outbox.endedSessions(1_000)).not.toContain(key)
    })

    it('stays to be planned when the planner dies; what it had posted is not posted again', async () => {
      const { outbox, others, clock, ...rest } = harness()
      const { key } = await endedSession({ outbox, others, clock, ...rest })
      const [first, second] = [aMessage(), aMessage()]
      const dying = (await outbox.leaseEnded(key))!
      // Its claim is lost, as if the process had died between posting and marking.
      await outbox.post({ ...dying, claim: 'another' }, [first])
      clock.advanceMs(leaseMs)
      const other = others[0] ?? outbox
      const posted = await other.post((await other.leaseEnded(key))!, [first, second])
      expect(posted.map(({ id }) => id)).toEqual([second.id])
    })

    it('names the sessions that it continued', async () => {
      const { tickets, outbox, sessionEnds } = harness()
      const { key: old } = await signedIn(tickets)
      const { key } = await signedIn(tickets)
      await sessionEnds.succeed(old, key)
      await tickets.endSession(key, 'logout')
      expect((await outbox.leaseEnded(key))?.predecessors).toEqual([old])
    })
  })
}

function deliveries(harness: () => LogoutHarness): void {
  const post = async (h: LogoutHarness, messages = [aMessage()]): Promise<readonly Delivery[]> => {
    const { key } = await endedSession(h)
    return h.outbox.post((await h.outbox.leaseEnded(key))!, messages)
  }
  /** What of these messages is due now. */
  const due = async (outbox: OutboxStore, ours: readonly { id: string }[], exceptHosts: string[] = []) => {
    const leased = await outbox.leaseDue({ limit: 10_000, exceptHosts })
    return leased.filter(({ id }) => ours.some((message) => message.id === id))
  }

  describe('a message', () => {
    it('is leased to whoever posted it, as it was posted', async () => {
      const h = harness()
      const message = aMessage('app.example.org:8443')
      const [delivery] = await post(h, [message])
      expect(delivery).toMatchObject({ ...message, host: 'app.example.org:8443', attempts: 0 })
      expect(delivery?.leasedUntil).toBe(h.clock.now() + leaseMs)
      expect(await due(h.outbox, [message])).toEqual([])
    })

    it('is taken over when the lease of a dead server ends, by one server', async () => {
      const h = harness()
      const messages = Array.from({ length: 10 }, () => aMessage())
      await post(h, messages)
      h.clock.advanceMs(leaseMs)
      const servers = [h.outbox, ...h.others]
      const taken = await Promise.all(
        servers.flatMap((server) => [due(server, messages), due(server, messages)]),
      )
      const ids = taken.flat().map(({ id }) => id)
      expect(ids.toSorted()).toEqual(messages.map(({ id }) => id).toSorted())
    })

    it.each(['delivered', 'givenUp'] as const)('that is %s is never leased again', async (kind) => {
      const h = harness()
      const posted = await post(h)
      await h.outbox.settle(posted[0]!, { kind })
      h.clock.advanceMs(10 * leaseMs)
      expect(await due(h.outbox, posted)).toEqual([])
    })

    it('that is to be sent again is due at its time, with one attempt more', async () => {
      const h = harness()
      const posted = await post(h)
      await h.outbox.settle(posted[0]!, { kind: 'retry', at: h.clock.now() + 2_000 })
      expect(await due(h.outbox, posted)).toEqual([])
      h.clock.advanceMs(2_000)
      expect(await due(h.outbox, posted)).toMatchObject([{ attempts: 1 }])
    })

    it('is not settled by a server whose lease has ended', async () => {
      const h = harness()
      const posted = await post(h)
      h.clock.advanceMs(leaseMs)
      const [taken] = await due(h.others[0] ?? h.outbox, posted)
      await h.outbox.settle(posted[0]!, { kind: 'givenUp' })
      await h.outbox.settle(taken!, { kind: 'retry', at: h.clock.now() })
      expect(await due(h.outbox, posted)).toHaveLength(1)
    })

    it('that is given back is due at once, with no attempt counted', async () => {
      const h = harness()
      const posted = await post(h, [aMessage(), aMessage()])
      await h.outbox.release(posted)
      expect(await due(h.outbox, posted)).toMatchObject([{ attempts: 0 }, { attempts: 0 }])
      await h.outbox.release([])
    })

    it('waits while its host is busy, and holds up no other', async () => {
      const h = harness()
      const [slow, other] = [aMessage('slow.example.org'), aMessage('quick.example.org')]
      await h.outbox.release(await post(h, [slow, other]))
      expect(await due(h.outbox, [slow, other], ['slow.example.org'])).toMatchObject([{ id: other.id }])
      expect(await due(h.outbox, [slow, other])).toMatchObject([{ id: slow.id }])
    })

    it('counts as pending until it is settled', async () => {
      const h = harness()
      const before = await h.outbox.countPending(1_000)
      const posted = await post(h, [aMessage(), aMessage()])
      expect(await h.outbox.countPending(1_000)).toBe(before + 2)
      await h.outbox.settle(posted[0]!, { kind: 'delivered' })
      expect(await h.outbox.countPending(1_000)).toBe(before + 1)
      expect(await h.outbox.countPending(1)).toBe(1)
    })
  })
}
