/** What the contract suites store. */
import type { Instant } from '../../../common/clock.ts'
import { systemRandom } from '../../../common/clock.ts'
import type { ProxyGrantingTicket, ServiceTicket } from '../../tickets/ticket.ts'
import {
  newProxyGrantingTicketId,
  newProxyTicketId,
  newServiceTicketId,
  newTicketGrantingTicketId,
  randomText,
  ticketKey,
} from '../../tickets/ticket-id.ts'
import type { SignIn, TicketStore } from '../../tickets/ticket-store.ts'

export const someInstant: Instant = Date.UTC(2026, 0, 1, 12)
export const hourMs = 60 * 60 * 1000

/** How a suite gets at a store. `others` are the same store as seen by other servers of the pool. */
export interface TicketStoreHarness {
  readonly store: TicketStore
  readonly others: readonly TicketStore[]
}

export const newTgt = () => newTicketGrantingTicketId(systemRandom)
export const newPt = () => newProxyTicketId(systemRandom)
export const newPgt = () => newProxyGrantingTicketId(systemRandom)
export const newSt = () => newServiceTicketId(systemRandom)

type SignInChange = Partial<Omit<SignIn, 'session'>> & {
  readonly session?: Partial<SignIn['session']['value']>
}

/** A sign-in with new ids; `session` changes fields of the session's value. */
export function aSignIn({ session, ...rest }: SignInChange = {}): SignIn {
  return {
    loginToken: `LT-${randomText(systemRandom)}`,
    loginTokenExpireAt: someInstant + hourMs,
    session: {
      id: newTgt(),
      value: {
        principal: {
          user: 'casuser',
          attributes: { mail: ['casuser@example.org'], memberOf: ['staff', 'admins'] },
        },
        authenticatedAt: someInstant,
        lastUsedAt: someInstant,
        lifetime: { maxSeconds: 28_800, idleSeconds: 7_200 },
        rememberMe: false,
        warn: false,
        ...session,
      },
    },
    ticket: { id: newSt(), value: aTicketValue() },
    ...rest,
  }
}

const aTicketValue = (): Omit<ServiceTicket, 'root'> => ({
  service: 'https://app.example.org/?a=1&b=$2',
  definitionId: '1001',
  fromNewLogin: true,
  issuedAt: someInstant,
  expireAt: someInstant + 30_000,
})

/** A ticket of the session stored under `root`. */
export function aTicket(root: string, change: Partial<ServiceTicket> = {}): ServiceTicket {
  return { ...aTicketValue(), root, fromNewLogin: false, ...change }
}

/** A proxy-granting ticket of the session stored under `root`. */
export function aProxyGrantingTicket(
  root: string,
  change: Partial<ProxyGrantingTicket> = {},
): ProxyGrantingTicket {
  return {
    root,
    service: 'https://app.example.org/?a=1&b=$2',
    proxies: ['https://second.example.org/$cb?x=1', 'https://first.example.org/cb'],
    proxyServices: ['https://app.example.org/?a=1&b=$2', 'https://first.example.org/'],
    issuedAt: someInstant,
    expireAt: someInstant + hourMs,
    ...change,
  }
}

/** Signs in and says under which key the session is stored. */
export async function signedIn(
  store: TicketStore,
  signIn = aSignIn(),
): Promise<{ signIn: SignIn; key: string }> {
  const outcome = await store.signIn(signIn)
  if (outcome !== 'signedIn') throw new Error(`sign-in was answered ${outcome}`)
  return { signIn, key: ticketKey(signIn.session.id) }
}
