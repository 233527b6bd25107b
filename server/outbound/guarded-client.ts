/**
 * OutboundClient over node:https and node:http. In order: the URL is read, a place is waited for, the name is
 * resolved once, its addresses are judged, and one request goes to what was judged.
 *
 * Redirects are not followed, though CAS 2.5.4 allows it for proxy callbacks: the target of a redirect is not the
 * address whose certificate vouched for the application.
 */
import { isIP } from 'node:net'
import { createSecureContext, rootCertificates } from 'node:tls'
import { unlessAborted } from '../../common/abort.ts'
import { type Clock, monotonicClock } from '../../common/clock.ts'
import { reasonOf } from '../../common/fault.ts'
import type { OutboundAllowEntry } from '../../common/outbound-allow.ts'
import { type AddressRules, addressRules } from './address.ts'
import { defaultExchangeLimits, type ExchangeLimits, exchange } from './exchange.ts'
import { defaultLimits, type Gate, gate, type OutboundLimits } from './limits.ts'
import type { OutboundClient, OutboundOptions, OutboundOutcome } from './outbound-client.ts'
import { type Resolve, type ResolvedAddress, systemResolve } from './resolve.ts'
import { type OutboundTarget, outboundTarget } from './target.ts'

export interface GuardedClientOptions {
  /** Private addresses that may be called. */
  readonly allow: readonly OutboundAllowEntry[]
  /** PEM certificates that are trusted besides the public authorities. */
  readonly trustedCAs: readonly string[]
  readonly clock?: Clock
  readonly resolve?: Resolve
  readonly limits?: OutboundLimits & ExchangeLimits
}

const defaultTimeoutMs = 10_000

interface Guard {
  readonly rules: AddressRules
  readonly gate: Gate
  readonly resolve: Resolve
  readonly limits: ExchangeLimits
  readonly secureContext: ReturnType<typeof createSecureContext>
}

/** Throws Error when a certificate cannot be read. */
export function guardedClient(options: GuardedClientOptions): OutboundClient {
  const limits = options.limits ?? { ...defaultLimits, ...defaultExchangeLimits }
  const guard: Guard = {
    rules: addressRules(options.allow),
    gate: gate(options.clock ?? monotonicClock, limits),
    resolve: options.resolve ?? systemResolve(),
    limits,
    secureContext: createSecureContext({
      ca: [...rootCertificates, ...options.trustedCAs],
      minVersion: 'TLSv1.2',
    }),
  }
  return {
    get: (url, request = {}) => send(guard, { url, request, method: 'GET' }),
    post: (url, form, request = {}) =>
      send(guard, { url, request, method: 'POST', body: new URLSearchParams(form).toString() }),
  }
}

interface Sending {
  readonly url: string
  readonly request: OutboundOptions
  readonly method: 'GET' | 'POST'
  readonly body?: string
}

async function send(guard: Guard, sending: Sending): Promise<OutboundOutcome> {
  const { url, request } = sending
  const verdict = outboundTarget(url, { allowHttp: request.allowHttp ?? false })
  if (verdict.kind === 'refused') return verdict
  const { target } = verdict
  const signal = AbortSignal.timeout(request.timeoutMs ?? defaultTimeoutMs)
  const admission = await guard.gate.enter(`${target.host}:${target.port}`, signal)
  if (admission.kind === 'resting')
    return failed('failed several times in a row and is left alone for a while')
  if (admission.kind === 'full') return failed('too many requests at once')
  const outcome = await call(guard, { ...sending, target, signal })
  admission.done(outcome.kind === 'failed' ? 'failed' : 'worked')
  return outcome
}

interface Call extends Sending {
  readonly target: OutboundTarget
  readonly signal: AbortSignal
}

async function call(guard: Guard, { target, signal, method, body }: Call): Promise<OutboundOutcome> {
  try {
    const found = await unlessAborted(addressesOf(guard, target.host), signal)
    const addresses = found.filter(({ address }) => guard.rules.mayCall(target.host, address))
    if (addresses.length === 0)
      return refused(`${target.host} is not a public address and not on the allow-list`)
    const wanted = { target, addresses, method, ...(body !== undefined && { body }) }
    const { secureContext, limits } = guard
    return { kind: 'answered', status: await exchange(wanted, { secureContext, limits, signal }) }
  } catch (thrown) {
    return failed(signal.aborted ? 'took too long' : reasonWithCode(thrown))
  }
}

function addressesOf(guard: Guard, host: string): Promise<readonly ResolvedAddress[]> {
  const version = isIP(host)
  if (version === 0) return guard.resolve(host)
  return Promise.resolve([{ address: host, family: version === 6 ? 6 : 4 }])
}

/** Node's messages name hosts and certificates, never paths or queries. */
function reasonWithCode(thrown: unknown): string {
  const code = Error.isError(thrown) && 'code' in thrown ? `${thrown.code}: ` : ''
  return `${code}${reasonOf(thrown)}`
}

const refused = (reason: string): OutboundOutcome => ({ kind: 'refused', reason })
const failed = (reason: string): OutboundOutcome => ({ kind: 'failed', reason })
