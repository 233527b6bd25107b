/** Contract suite of SessionEndStore. */
import { describe, expect, it } from '@jest/globals'
import { ticketKey } from '../../tickets/ticket-id.ts'
import { hourLongSession, type LogoutHarness } from './outbox-samples.ts'

const minuteMs = 60_000

export function sessionEndStore(harness: () => LogoutHarness): void {
  const candidates = async ({ sessionEnds }: LogoutHarness, key: string) =>
    (await sessionEnds.sweepCandidates(10_000)).filter(({ session }) => session.key === key)

  describe('sessions that end by themselves', () => {
    it('are looked at when their idle time would be over, and not before', async () => {
      const h = harness()
      const { key } = await hourLongSession(h, h.clock.now())
      h.clock.advanceMs(15 * minuteMs - 1)
      expect(await candidates(h, key)).toEqual([])
      h.clock.advanceMs(1)
      expect(await candidates(h, key)).toMatchObject([{ session: { key }, successor: undefined }])
    })

    it('end as expired when nobody used them', async () => {
      const h = harness()
      const { signIn, key } = await hourLongSession(h, h.clock.now())
      h.clock.advanceMs(15 * minuteMs)
      const [found] = await candidates(h, key)
      expect(await h.sessionEnds.expire(found!.session)).toBe('ended')
      expect((await h.tickets.findSession(signIn.session.id))?.state).toEqual({
        kind: 'ended',
        reason: 'expired',
      })
      expect(await candidates(h, key)).toEqual([])
      expect(await h.outbox.leaseEnded(key)).toMatchObject({ reason: 'expired' })
    })

    it('do not end when they were used a moment ago', async () => {
      const h = harness()
      const { signIn, key } = await hourLongSession(h, h.clock.now())
      h.clock.advanceMs(15 * minuteMs)
      const [found] = await candidates(h, key)
      await h.tickets.touch(key, h.clock.now())
      expect(await h.sessionEnds.expire(found!.session)).toBe('changed')
      expect((await h.tickets.findSession(signIn.session.id))?.state).toEqual({ kind: 'live' })
    })

    it('end once, and never after a logout', async () => {
      const h = harness()
      const { signIn, key } = await hourLongSession(h, h.clock.now())
      h.clock.advanceMs(15 * minuteMs)
      const [found] = await candidates(h, key)
      await h.tickets.endSession(key, 'logout')
      expect(await h.sessionEnds.expire(found!.session)).toBe('changed')
      expect((await h.tickets.findSession(signIn.session.id))?.state).toMatchObject({ reason: 'logout' })
    })

    it('are looked at again when they are told to be', async () => {
      const h = harness()
      const { key } = await hourLongSession(h, h.clock.now())
      h.clock.advanceMs(15 * minuteMs)
      await h.sessionEnds.lookAgain(key, h.clock.now() + minuteMs)
      expect(await candidates(h, key)).toEqual([])
      h.clock.advanceMs(minuteMs)
      expect(await candidates(h, key)).toHaveLength(1)
    })

    it('come with the session that continues them, or with the word that it is gone', async () => {
      const h = harness()
      const { key: old } = await hourLongSession(h, h.clock.now())
      const { key } = await hourLongSession(h, h.clock.now())
      const { key: orphan } = await hourLongSession(h, h.clock.now())
      await h.sessionEnds.succeed(old, key)
      await h.sessionEnds.succeed(orphan, ticketKey('TGT-nobody'))
      h.clock.advanceMs(15 * minuteMs)
      expect(await candidates(h, old)).toMatchObject([{ successor: { key, state: { kind: 'live' } } }])
      expect(await candidates(h, orphan)).toMatchObject([{ successor: 'gone' }])
    })
  })

  describe('a sweep', () => {
    it('is claimed by one server in every period', async () => {
      const h = harness()
      h.clock.advanceMs(60 * minuteMs)
      const claims = await Promise.all(Array.from({ length: 20 }, () => h.sessionEnds.claimSweep(minuteMs)))
      expect(claims.filter(Boolean)).toHaveLength(1)
      h.clock.advanceMs(minuteMs - 1)
      expect(await h.sessionEnds.claimSweep(minuteMs)).toBe(false)
      h.clock.advanceMs(1)
      expect(await h.sessionEnds.claimSweep(minuteMs)).toBe(true)
    })
  })
}
