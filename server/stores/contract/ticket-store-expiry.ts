/**
 * Contract suite of TicketStore, part two: time. The store judges no lifetime; what has expired stays readable for
 * a while, so that the answer can be "expired" and not "never heard of it".
 */
import { describe, expect, it } from '@jest/globals'
import {
  aSignIn,
  aTicket,
  hourMs,
  newSt,
  signedIn,
  someInstant,
  type TicketStoreHarness,
} from './ticket-samples.ts'

export function ticketStoreExpiry(
  harness: () => TicketStoreHarness & {
    /** Moves the store's clock, and lets it clean up whatever it would. */
    readonly advanceMs: (ms: number) => void
  },
): void {
  describe('after its time', () => {
    it('a ticket is still consumed, with its expiry, for the caller to judge', async () => {
      const { store, advanceMs } = harness()
      const { key } = await signedIn(store)
      const id = newSt()
      await store.grant(id, aTicket(key, { expireAt: someInstant + 1_000 }))
      advanceMs(2_000)
      expect(await store.consume(id)).toMatchObject({
        kind: 'consumed',
        ticket: { expireAt: someInstant + 1_000 },
      })
    })

    it('a session is still found, with its lifetime, for the caller to judge', async () => {
      const { store, advanceMs } = harness()
      const { signIn } = await signedIn(
        store,
        aSignIn({ session: { lifetime: { maxSeconds: 60, idleSeconds: 60 } } }),
      )
      advanceMs(hourMs)
      expect((await store.findSession(signIn.session.id))?.lifetime.maxSeconds).toBe(60)
    })

    it('a login token stays spent for as long as it could be accepted', async () => {
      const { store, advanceMs } = harness()
      const signIn = aSignIn()
      await store.spendLoginToken(signIn.loginToken, signIn.loginTokenExpireAt)
      advanceMs(hourMs)
      expect(await store.signIn(signIn)).toBe('loginTokenUsed')
    })
  })
}
