/** Contract suite of TicketStore, part four: proxy-granting tickets and proxy tickets. */
import { describe, expect, it } from '@jest/globals'
import {
  aProxyGrantingTicket,
  aTicket,
  hourMs,
  newPgt,
  newPt,
  newSt,
  signedIn,
  someInstant,
  type TicketStoreHarness,
} from './ticket-samples.ts'
import { count } from './ticket-store-parallel.ts'

const callers = 50

export function ticketStoreProxies(harness: () => TicketStoreHarness): void {
  describe('proxy-granting tickets', () => {
    it('are found with their session, as often as wanted, by every server', async () => {
      const { store, others } = harness()
      const { signIn, key } = await signedIn(store)
      const id = newPgt()
      const ticket = aProxyGrantingTicket(key)
      await store.grantProxying(id, ticket)
      for (const server of [store, store, ...others]) {
        expect(await server.findProxyGranting(id)).toEqual({
          ticket,
          session: { ...signIn.session.value, key, state: { kind: 'live' } },
        })
      }
    })

    it('are found with the ended session after its end', async () => {
      const { store } = harness()
      const { key } = await signedIn(store)
      const id = newPgt()
      await store.grantProxying(id, aProxyGrantingTicket(key))
      await store.endSession(key, 'logout')
      expect((await store.findProxyGranting(id))?.session?.state).toEqual({ kind: 'ended', reason: 'logout' })
    })

    it('of a session that is gone are found without one', async () => {
      const { store } = harness()
      const id = newPgt()
      await store.grantProxying(id, aProxyGrantingTicket('no-such-session'))
      expect(await store.findProxyGranting(id)).toMatchObject({ session: undefined })
    })

    it('that were never granted are not found, and no other ticket is taken for one', async () => {
      const { store } = harness()
      const { signIn, key } = await signedIn(store)
      const pt = newPt()
      await store.grant(pt, aTicket(key, { proxies: ['https://first.example.org/cb'] }))
      for (const id of [newPgt(), signIn.session.id, signIn.ticket!.id, pt]) {
        expect(await store.findProxyGranting(id as never)).toBeUndefined()
      }
    })

    it('are neither consumed nor taken for sessions', async () => {
      const { store } = harness()
      const { key } = await signedIn(store)
      const id = newPgt()
      await store.grantProxying(id, aProxyGrantingTicket(key))
      expect(await store.consume(id as never)).toEqual({ kind: 'unknown' })
      expect(await store.findSession(id as never)).toBeUndefined()
    })
  })

  describe('proxy tickets', () => {
    const proxies = ['https://second.example.org/$cb?x=1', 'https://first.example.org/cb']

    it('are consumed with their chain in its order, once', async () => {
      const { store } = harness()
      const { key } = await signedIn(store)
      const id = newPt()
      const proxyServices = ['https://second.example.org/$2', 'https://first.example.org/']
      const ticket = aTicket(key, { proxies, proxyServices })
      await store.grant(id, ticket)
      expect(await store.consume(id)).toMatchObject({ kind: 'consumed', ticket, session: { key } })
      expect(await store.consume(id)).toEqual({ kind: 'alreadyUsed' })
    })

    it('are told from service tickets by their chain alone', async () => {
      const { store } = harness()
      const { key } = await signedIn(store)
      const id = newSt()
      await store.grant(id, aTicket(key, { expireAt: someInstant + hourMs }))
      const outcome = await store.consume(id)
      expect(outcome.kind === 'consumed' && 'proxies' in outcome.ticket).toBe(false)
    })

    it('are consumed by one of fifty callers at the same moment', async () => {
      const { store, others } = harness()
      const { key } = await signedIn(store)
      const id = newPt()
      await store.grant(id, aTicket(key, { proxies }))
      const servers = [store, ...others]
      const outcomes = await Promise.all(
        Array.from({ length: callers }, (_, n) => servers[n % servers.length]!.consume(id)),
      )
      expect(count(outcomes.map(({ kind }) => kind))).toEqual({ consumed: 1, alreadyUsed: callers - 1 })
    })
  })
}
