/** What a validation answers, whatever the format. */
import type { Instant } from '../../common/clock.ts'
import type { Principal, ProxyTicketId } from '../tickets/ticket.ts'
import type { FailureName } from './failure.ts'

export type ValidationResult =
  | { readonly kind: 'success'; readonly success: ValidationSuccess }
  | { readonly kind: 'failure'; readonly failure: FailureName }

export interface ValidationSuccess {
  /** Name and attributes as released to this service. */
  readonly principal: Principal
  /** Whether the protocol's own attributes go with them. */
  readonly protocolAttributes: boolean
  readonly authenticatedAt: Instant
  readonly rememberMe: boolean
  readonly fromNewLogin: boolean
  /** Names the proxy-granting ticket that was sent to the callback. */
  readonly proxyGrantingTicketIou?: string
  /** Of a proxy ticket: callback URLs of the proxies it came through, most recent first. */
  readonly proxies?: readonly string[]
}

/** What `/proxy` answers. */
export type ProxyResult =
  | { readonly kind: 'success'; readonly ticket: ProxyTicketId }
  | { readonly kind: 'failure'; readonly failure: FailureName }

/** Names of the attributes that the protocol itself defines (CAS 2.5.7); a user's attribute never replaces them. */
const protocolAttributes = [
  'authenticationDate',
  'longTermAuthenticationRequestTokenUsed',
  'isFromNewLogin',
] as const

/** The user's attributes that are released beside the protocol's own; lone surrogates, which no format has, replaced. */
export function userAttributes(success: ValidationSuccess): [name: string, values: readonly string[]][] {
  const reserved: readonly string[] = protocolAttributes
  return Object.entries(success.principal.attributes)
    .map(([name, values]): [string, string[]] => [
      name.toWellFormed(),
      values.map((value) => value.toWellFormed()),
    ])
    .filter(([name]) => !reserved.includes(name))
}

/** The protocol's own attributes, in the order that the schema asks for; none where they are withheld. */
export function protocolValues(success: ValidationSuccess): [name: string, value: string | boolean][] {
  if (!success.protocolAttributes) return []
  const values = [new Date(success.authenticatedAt).toISOString(), success.rememberMe, success.fromNewLogin]
  return protocolAttributes.map((name, index) => [name, values[index] ?? false])
}
