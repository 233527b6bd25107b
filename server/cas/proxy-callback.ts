/**
 * Proxy-granting tickets (CAS 2.5.4): a service that validates a ticket with `pgtUrl` gets one, sent to that URL and
 * nowhere else. That the URL is https with a trusted certificate, and that the service's policy names it, is what
 * tells the service from somebody who only has its tickets. The ticket exists once the callback has said 200.
 */
import type { Instant } from '../../common/clock.ts'
import { compilePattern, type JavaPattern } from '../../common/documents/java-pattern.ts'
import type { ProxyPolicy, ServiceDefinition } from '../../common/documents/service-definition.ts'
import { maskTicket } from '../../common/log.ts'
import type { RegistrySnapshot } from '../registry/catalog.ts'
import { principalAccess, serviceAccess } from '../services/access.ts'
import { proxyGrantingTicketSeconds } from '../services/lifetimes.ts'
import { readServiceUrl } from '../services/service-url.ts'
import type { Principal, ProxyGrantingTicket, ServiceTicket, SsoSession } from '../tickets/ticket.ts'
import { newProxyGrantingTicketId, newProxyGrantingTicketIou } from '../tickets/ticket-id.ts'
import type { CasDependencies } from './dependencies.ts'
import type { FailureName } from './failure.ts'

export type CallbackDecision =
  | { readonly kind: 'callBack'; readonly grant: ProxyGrantingTicket }
  | { readonly kind: 'refused'; readonly failure: FailureName }

/** The validating application waits meanwhile, and so does its user. */
const callbackTimeoutMs = 5_000

export interface CallbackFacts {
  readonly pgtUrl: string
  readonly definition: ServiceDefinition
  readonly ticket: ServiceTicket
  readonly session: SsoSession
  readonly now: Instant
}

/** Whether the service may have a proxy-granting ticket sent to `pgtUrl`, and which one. */
export function decideCallback({
  pgtUrl,
  definition,
  ticket,
  session,
  now,
}: CallbackFacts): CallbackDecision {
  if (definition.proxy.kind === 'refuse') return { kind: 'refused', failure: 'proxyingRefused' }
  if (!isUsableCallback(pgtUrl)) return { kind: 'refused', failure: 'unusableCallback' }
  if (!mayProxy(definition, pgtUrl)) return { kind: 'refused', failure: 'proxyingRefused' }
  const sessionEnd = session.authenticatedAt + session.lifetime.maxSeconds * 1000
  const seconds = proxyGrantingTicketSeconds(definition)
  const grant: ProxyGrantingTicket = {
    root: ticket.root,
    service: ticket.service,
    proxies: [pgtUrl, ...(ticket.proxies ?? [])],
    proxyServices: [ticket.service, ...(ticket.proxyServices ?? [])],
    issuedAt: now,
    expireAt: seconds === undefined ? sessionEnd : Math.min(sessionEnd, now + seconds * 1000),
  }
  return { kind: 'callBack', grant }
}

/** Whether the service's policy names this callback URL. A pattern that cannot be run names none. */
export function mayProxy({ proxy }: ServiceDefinition, callback: string): boolean {
  return proxy.kind === 'matching' && patternOf(proxy)?.matches(callback) === true
}

/** Whether each proxy of a chain is still registered, may still be used by this user, and may still proxy. */
export function isChainAllowed(
  snapshot: RegistrySnapshot,
  { proxies = [], proxyServices = [] }: Pick<ServiceTicket, 'proxies' | 'proxyServices'>,
  { principal, now }: { readonly principal: Principal; readonly now: Instant },
): boolean {
  return proxies.every((callback, i) => {
    const found = snapshot.findTarget(proxyServices[i] ?? '')
    return (
      found.kind === 'service' &&
      mayProxy(found.definition, callback) &&
      serviceAccess(found.definition, now).kind === 'allowed' &&
      principalAccess(found.definition, principal).kind === 'allowed'
    )
  })
}

/** A callback that took its ticket. */
export interface TakenCallback {
  readonly proxyGrantingTicketIou: string
  /** As it stands behind the callback; undefined when it is gone. */
  readonly session: SsoSession | undefined
}

/** Sends a new proxy-granting ticket to its callback; undefined when the callback did not take it. */
export async function callBack(
  deps: CasDependencies,
  grant: ProxyGrantingTicket,
): Promise<TakenCallback | undefined> {
  const id = newProxyGrantingTicketId(deps.random)
  const iou = newProxyGrantingTicketIou(deps.random)
  const [pgtUrl] = grant.proxies
  const url = callbackUrl(pgtUrl, { pgtId: id, pgtIou: iou })
  const outcome = await deps.outbound.get(url, { timeoutMs: callbackTimeoutMs })
  const facts = { ticket: maskTicket(id), host: URL.parse(pgtUrl)?.host }
  if (outcome.kind !== 'answered' || outcome.status !== 200) {
    const reason = outcome.kind === 'answered' ? `status ${outcome.status}` : outcome.reason
    deps.counters.proxyCallbacks.increment({ result: outcome.kind === 'refused' ? 'refused' : 'failed' })
    deps.log.warn({ ...facts, reason }, 'proxy callback did not take its ticket')
    return undefined
  }
  // Not before: a callback that answered 500 holds an id, which must not be worth anything.
  await deps.tickets.grantProxying(id, grant)
  deps.counters.proxyCallbacks.increment({ result: 'success' })
  deps.log.info(facts, 'proxy-granting ticket granted')
  const found = await deps.tickets.findProxyGranting(id)
  return { proxyGrantingTicketIou: iou, session: found?.session }
}

/** `pgtUrl` with the two parameters; what it holds already stays, but for a fragment, which no server sees. */
export function callbackUrl(
  pgtUrl: string,
  { pgtId, pgtIou }: { readonly pgtId: string; readonly pgtIou: string },
): string {
  const url = pgtUrl.replace(/#.*$/s, '')
  const joint = !url.includes('?') ? '?' : /[?&]$/.test(url) ? '' : '&'
  return `${url}${joint}pgtId=${pgtId}&pgtIou=${pgtIou}`
}

/** https, the same place for every reader, and without parameters that would stand beside ours. */
function isUsableCallback(pgtUrl: string): boolean {
  if (readServiceUrl(pgtUrl)?.scheme !== 'https') return false
  const query = new URL(pgtUrl).searchParams
  return !query.has('pgtId') && !query.has('pgtIou')
}

/** Definitions are immutable and live as long as their document: compiled once each. */
const compiled = new WeakMap<ProxyPolicy, JavaPattern | 'unusable'>()

function patternOf(policy: Extract<ProxyPolicy, { kind: 'matching' }>): JavaPattern | undefined {
  let pattern = compiled.get(policy)
  if (pattern === undefined) {
    const outcome = compilePattern(policy.pattern, { caseInsensitive: true })
    pattern = outcome.kind === 'pattern' ? outcome.pattern : 'unusable'
    compiled.set(policy, pattern)
  }
  return pattern === 'unusable' ? undefined : pattern
}
