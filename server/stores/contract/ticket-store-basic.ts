/** Contract suite of TicketStore, part one: what each method promises to a single caller. */
import { describe, expect, it } from '@jest/globals'
import {
  aSignIn,
  aTicket,
  newSt,
  newTgt,
  signedIn,
  someInstant,
  type TicketStoreHarness,
} from './ticket-samples.ts'

export function ticketStoreBasics(harness: () => TicketStoreHarness): void {
  describe('sessions', () => {
    it('are found by the id of their cookie, as they were stored', async () => {
      const { store } = harness()
      const { signIn, key } = await signedIn(store)
      expect(await store.findSession(signIn.session.id)).toEqual({
        ...signIn.session.value,
        key,
        state: { kind: 'live' },
      })
    })

    it('are not found under an id that was never given out', async () => {
      expect(await harness().store.findSession(newTgt())).toBeUndefined()
    })

    it('keep names and values of attributes that a database could take for commands', async () => {
      const attributes = { 'a.b': ['$50 off'], $set: ['{"$gt":""}'], __proto__x: [''], ключ: ['\u0001', 'ü'] }
      const { store } = harness()
      const { signIn } = await signedIn(
        store,
        aSignIn({ session: { principal: { user: '$user', attributes } } }),
      )
      expect((await store.findSession(signIn.session.id))?.principal).toEqual({ user: '$user', attributes })
    })

    it('move their idle clock forward, never back', async () => {
      const { store } = harness()
      const { signIn, key } = await signedIn(store)
      await store.touch(key, someInstant + 5_000)
      await store.touch(key, someInstant + 2_000)
      expect((await store.findSession(signIn.session.id))?.lastUsedAt).toBe(someInstant + 5_000)
    })

    it('end once, with the first reason, and are still found then', async () => {
      const { store } = harness()
      const { signIn, key } = await signedIn(store)
      expect(await store.endSession(key, 'logout')).toBe('ended')
      expect(await store.endSession(key, 'administrator')).toBe('notLive')
      const session = await store.findSession(signIn.session.id)
      expect(session?.state).toEqual({ kind: 'ended', reason: 'logout' })
    })

    it('that have ended are not touched any more', async () => {
      const { store } = harness()
      const { signIn, key } = await signedIn(store)
      await store.endSession(key, 'replaced')
      await store.touch(key, someInstant + 5_000)
      expect((await store.findSession(signIn.session.id))?.lastUsedAt).toBe(someInstant)
    })

    it('that do not exist cannot be ended or touched', async () => {
      const { store } = harness()
      expect(await store.endSession('no-such-key', 'logout')).toBe('notLive')
      await expect(store.touch('no-such-key', someInstant)).resolves.toBeUndefined()
    })
  })

  describe('service tickets', () => {
    it('of a sign-in are consumed with the session they came with', async () => {
      const { store } = harness()
      const { signIn, key } = await signedIn(store)
      expect(await store.consume(signIn.ticket!.id)).toEqual({
        kind: 'consumed',
        ticket: { ...signIn.ticket!.value, root: key },
        session: { ...signIn.session.value, key, state: { kind: 'live' } },
      })
    })

    it('are consumed once', async () => {
      const { store } = harness()
      const { key } = await signedIn(store)
      const id = newSt()
      await store.grant(id, aTicket(key))
      expect((await store.consume(id)).kind).toBe('consumed')
      expect(await store.consume(id)).toEqual({ kind: 'alreadyUsed' })
    })

    it('that were never granted are unknown', async () => {
      expect(await harness().store.consume(newSt())).toEqual({ kind: 'unknown' })
    })

    it('are not the ids of sessions or login tokens', async () => {
      const { store } = harness()
      const { signIn } = await signedIn(store)
      expect(await store.consume(signIn.session.id as never)).toEqual({ kind: 'unknown' })
      expect(await store.consume(signIn.loginToken as never)).toEqual({ kind: 'unknown' })
      expect(await store.findSession(signIn.ticket!.id as never)).toBeUndefined()
    })

    it('of a session that has ended are consumed together with the ended session', async () => {
      const { store } = harness()
      const { signIn, key } = await signedIn(store)
      await store.endSession(key, 'logout')
      const outcome = await store.consume(signIn.ticket!.id)
      expect(outcome).toMatchObject({
        kind: 'consumed',
        session: { state: { kind: 'ended', reason: 'logout' } },
      })
    })

    it('of a session that is gone are consumed without one', async () => {
      const { store } = harness()
      const id = newSt()
      await store.grant(id, aTicket('no-such-session'))
      expect(await store.consume(id)).toMatchObject({ kind: 'consumed', session: undefined })
    })
  })

  describe('a ticket that is only looked at', () => {
    it('is found with its session as often as wanted, and can be consumed afterwards', async () => {
      const { store } = harness()
      const { signIn, key } = await signedIn(store)
      const found = {
        ticket: { ...signIn.ticket!.value, root: key },
        session: { ...signIn.session.value, key, state: { kind: 'live' } },
      }
      expect(await store.findTicket(signIn.ticket!.id)).toEqual(found)
      expect(await store.findTicket(signIn.ticket!.id)).toEqual(found)
      expect((await store.consume(signIn.ticket!.id)).kind).toBe('consumed')
    })

    it('is not found once it was spent, or if it is none', async () => {
      const { store } = harness()
      const { signIn } = await signedIn(store)
      await store.consume(signIn.ticket!.id)
      for (const id of [signIn.ticket!.id, signIn.session.id, signIn.loginToken, newSt()]) {
        expect(await store.findTicket(id as never)).toBeUndefined()
      }
    })
  })

  describe('login tokens', () => {
    it('are good for one sign-in', async () => {
      const { store } = harness()
      const { signIn } = await signedIn(store)
      const second = aSignIn({ loginToken: signIn.loginToken })
      expect(await store.signIn(second)).toBe('loginTokenUsed')
      expect(await store.findSession(second.session.id)).toBeUndefined()
      expect(await store.consume(second.ticket!.id)).toEqual({ kind: 'unknown' })
    })

    it('that were spent with wrong credentials sign nobody in', async () => {
      const { store } = harness()
      const signIn = aSignIn()
      expect(await store.spendLoginToken(signIn.loginToken, signIn.loginTokenExpireAt)).toBe('spent')
      expect(await store.spendLoginToken(signIn.loginToken, signIn.loginTokenExpireAt)).toBe('loginTokenUsed')
      expect(await store.signIn(signIn)).toBe('loginTokenUsed')
    })

    it('are seen to be spent after a sign-in or a wrong password, not before', async () => {
      const { store } = harness()
      const [used, wrong] = [aSignIn(), aSignIn()]
      expect(await store.isLoginTokenSpent(used.loginToken)).toBe(false)
      await store.signIn(used)
      expect(await store.isLoginTokenSpent(used.loginToken)).toBe(true)
      expect(await store.isLoginTokenSpent(wrong.loginToken)).toBe(false)
      await store.spendLoginToken(wrong.loginToken, wrong.loginTokenExpireAt)
      expect(await store.isLoginTokenSpent(wrong.loginToken)).toBe(true)
    })

    it('sign in without a service, too', async () => {
      const { store } = harness()
      const { ticket: _none, ...signIn } = aSignIn()
      expect(await store.signIn(signIn)).toBe('signedIn')
      expect(await store.findSession(signIn.session.id)).toBeDefined()
    })
  })
}
