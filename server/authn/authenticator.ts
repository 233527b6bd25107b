/** PORT of login sources: who somebody is, by what they know. */
import type { Principal } from '../tickets/ticket.ts'
import type { UsernamePassword } from './credential.ts'

export type Authentication =
  | { readonly kind: 'authenticated'; readonly principal: Principal }
  /** Unknown user and wrong password look the same from outside, in text and in time. */
  | { readonly kind: 'refused'; readonly detail: 'unknownUser' | 'wrongPassword' }

export interface Authenticator {
  /**
   * Throws a Fault when the source cannot answer; that is never a refusal. `client` is the address that asks: one
   * that asks much waits behind itself, not before others.
   */
  authenticate(credential: UsernamePassword, client: string): Promise<Authentication>
  /** Undefined when it can answer, else what is missing, for readiness. */
  problem(): string | undefined
}

/** No login source is configured: everybody is refused. */
export const noUsers: Authenticator = {
  authenticate: async () => ({ kind: 'refused', detail: 'unknownUser' }),
  problem: () => undefined,
}
