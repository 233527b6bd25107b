/**
 * What the protocol flows work with. The folder owns the rules of the CAS protocol; it knows neither HTTP nor
 * MongoDB. Each flow loads, decides (in a pure function beside it) and acts, and returns an outcome that an adapter
 * writes. Faults of the stores pass through: the edge answers "try again", never "no".
 */
import type { Clock, Random } from '../../common/clock.ts'
import type { Log } from '../../common/log.ts'
import type { Counter } from '../../common/metrics.ts'
import type { Authenticator } from '../authn/authenticator.ts'
import type { OutboundClient } from '../outbound/outbound-client.ts'
import type { RegistrySnapshot } from '../registry/catalog.ts'
import type { FormTokens } from '../tickets/login-token.ts'
import type { SessionEnding } from '../tickets/session-ending.ts'
import type { TicketStore } from '../tickets/ticket-store.ts'

export interface CasDependencies {
  /** `current` is read once per request. */
  readonly catalog: { readonly current: RegistrySnapshot }
  readonly tickets: TicketStore
  /** How sessions end: no flow ends one in the store by itself. */
  readonly sessionEnding: SessionEnding
  readonly authenticator: Authenticator
  readonly formTokens: FormTokens
  /** For proxy callbacks. */
  readonly outbound: OutboundClient
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly counters: CasCounters
}

interface CasCounters {
  /** By `result`: signedIn, or why the form was shown again. */
  readonly signIns: Counter
  /** By `result`: success, or the failure's name. */
  readonly validations: Counter
  /** By `result`: success, refused or failed. */
  readonly proxyCallbacks: Counter
}
