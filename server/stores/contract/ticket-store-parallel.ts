/** Contract suite of TicketStore, part three: any number of servers at the same moment. */
import { describe, expect, it } from '@jest/globals'
import { aSignIn, aTicket, newSt, signedIn, type TicketStoreHarness } from './ticket-samples.ts'

const callers = 50
const rounds = 5

export function ticketStoreParallel(harness: () => TicketStoreHarness): void {
  const servers = () => [harness().store, ...harness().others]
  const allAtOnce = <T>(call: (server: ReturnType<typeof servers>[number], n: number) => Promise<T>) =>
    Promise.all(Array.from({ length: callers }, (_, n) => call(servers()[n % servers().length]!, n)))

  describe('at the same moment', () => {
    it('fifty callers consume one ticket: one success, the others hear that it is used', async () => {
      const { key } = await signedIn(harness().store)
      for (let round = 0; round < rounds; round++) {
        const id = newSt()
        await harness().store.grant(id, aTicket(key))
        const outcomes = await allAtOnce((server) => server.consume(id))
        expect(count(outcomes.map(({ kind }) => kind))).toEqual({ consumed: 1, alreadyUsed: callers - 1 })
      }
    })

    it('fifty sign-ins with one login token: one session', async () => {
      const { loginToken } = aSignIn()
      const outcomes = await allAtOnce((server) => server.signIn(aSignIn({ loginToken })))
      expect(count(outcomes)).toEqual({ signedIn: 1, loginTokenUsed: callers - 1 })
    })

    it('fifty logouts of one session: one ends it', async () => {
      const { key } = await signedIn(harness().store)
      const outcomes = await allAtOnce((server) => server.endSession(key, 'logout'))
      expect(count(outcomes)).toEqual({ ended: 1, notLive: callers - 1 })
    })

    it('fifty touches leave the latest time', async () => {
      const { signIn, key } = await signedIn(harness().store)
      const start = signIn.session.value.lastUsedAt
      await allAtOnce((server, n) => server.touch(key, start + ((n * 7) % callers)))
      expect((await harness().store.findSession(signIn.session.id))?.lastUsedAt).toBe(start + callers - 1)
    })

    it('what one server stored, all others find at once', async () => {
      const { signIn } = await signedIn(harness().store)
      for (const server of servers()) expect(await server.findSession(signIn.session.id)).toBeDefined()
      const [last] = servers().slice(-1)
      expect((await last!.consume(signIn.ticket!.id)).kind).toBe('consumed')
    })
  })
}

/** How often each word occurs. */
export function count(words: readonly string[]): Record<string, number> {
  const sum: Record<string, number> = {}
  for (const word of words) sum[word] = (sum[word] ?? 0) + 1
  return sum
}
