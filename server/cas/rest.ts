/**
 * The REST protocol: sessions and tickets for programs that have no browser. A TGT is named by its clear id in the
 * URL; there is no cookie and no form, so the token that makes a sign-in single is one that nobody else has.
 */
import { maskTicket } from '../../common/log.ts'
import { parseCredential } from '../authn/credential.ts'
import { principalAccess } from '../services/access.ts'
import { releasedPrincipal } from '../services/release.ts'
import { isLive, isTicketExpired } from '../tickets/expiry.ts'
import type { Principal, ServiceTicketId, SsoSession, TicketGrantingTicketId } from '../tickets/ticket.ts'
import {
  newTicketGrantingTicketId,
  parseProxyGrantingTicketId,
  parseProxyTicketId,
  parseServiceTicketId,
  parseTicketGrantingTicketId,
  randomText,
} from '../tickets/ticket-id.ts'
import { authenticated } from './credentials.ts'
import type { CasDependencies } from './dependencies.ts'
import { grantTicket, liveSession } from './login.ts'
import type { Parameters } from './params.ts'
import { decideRequestedService, type RequestedService } from './requested-service.ts'
import type { RestFailureName } from './rest-failure.ts'
import { sessionOf } from './sign-in.ts'

type Refused = { readonly kind: 'refused'; readonly failure: RestFailureName }
type Outcome<T> = ({ readonly kind: 'done' } & T) | Refused

export interface RestRequest {
  readonly form: Parameters
  /** Address of the connection, for the order in which passwords are checked. */
  readonly client: string
}

/** How long the mark of a sign-in is kept: it only serves repeats of the very same store operation. */
const signInMarkMs = 60_000

/** POST /v1/tickets: a session for these credentials. */
export async function restSignIn(
  deps: CasDependencies,
  { form, client }: RestRequest,
): Promise<Outcome<{ readonly id: TicketGrantingTicketId }>> {
  const service = restService(deps, form)
  if (service.kind === 'refused') return service
  const who = await authenticate(deps, { form, client })
  if (who.kind === 'refused') return who
  const id = newTicketGrantingTicketId(deps.random)
  const value = sessionOf(deps, {
    principal: who.principal,
    service: service.service,
    rememberMe: form.isSet('rememberMe'),
    warn: false,
  })
  await deps.tickets.signIn({
    loginToken: `LT-${randomText(deps.random)}`,
    loginTokenExpireAt: deps.clock.now() + signInMarkMs,
    session: { id, value },
  })
  deps.counters.signIns.increment({ result: 'signedIn' })
  deps.log.info({ user: who.principal.user, session: maskTicket(id) }, 'signed in')
  return { kind: 'done', id }
}

/** POST /v1/tickets/{TGT}: a service ticket, with `renew` for credentials that are shown once more. */
export async function restGrant(
  deps: CasDependencies,
  input: RestRequest & { readonly id: string },
): Promise<Outcome<{ readonly ticket: ServiceTicketId }>> {
  const { id, form, client } = input
  const session = await liveSession(deps, parseTicketGrantingTicketId(id))
  if (session === undefined) return refused('unknownTicket')
  const wanted = restService(deps, form)
  if (wanted.kind === 'refused') return wanted
  const { service } = wanted
  if (service === undefined) return refused('noService')
  const fromNewLogin = form.isSet('renew')
  if (fromNewLogin) {
    const who = await authenticate(deps, { form, client })
    if (who.kind === 'refused') return who
    if (who.principal.user !== session.principal.user) return refused('otherUser')
  } else if (!service.definition.access.ssoEnabled) return refused('credentialsNeeded')
  if (principalAccess(service.definition, session.principal).kind === 'denied') return refused('accessDenied')
  return { kind: 'done', ticket: await grantTicket(deps, { service, session, fromNewLogin }) }
}

/** GET /v1/tickets/{id}: whether a ticket of any type is good for something; it stays as it is. */
export async function isTicketUsable(deps: CasDependencies, id: string): Promise<boolean> {
  const now = deps.clock.now()
  const isUsable = (session: SsoSession | undefined): boolean => session !== undefined && isLive(session, now)
  const session = parseTicketGrantingTicketId(id)
  if (session !== undefined) return isUsable(await deps.tickets.findSession(session))
  const proxyGranting = parseProxyGrantingTicketId(id)
  if (proxyGranting !== undefined) {
    const found = await deps.tickets.findProxyGranting(proxyGranting)
    return found !== undefined && now < found.ticket.expireAt && isUsable(found.session)
  }
  const ticket = parseServiceTicketId(id) ?? parseProxyTicketId(id)
  if (ticket === undefined) return false
  const found = await deps.tickets.findTicket(ticket)
  return found !== undefined && !isTicketExpired(found.ticket, now) && isUsable(found.session)
}

/** POST /v1/users: who these credentials belong to; as a service would see it, if one is named. */
export async function restAuthenticate(
  deps: CasDependencies,
  { form, client }: RestRequest,
): Promise<Outcome<{ readonly principal: Principal }>> {
  const wanted = restService(deps, form)
  if (wanted.kind === 'refused') return wanted
  const who = await authenticate(deps, { form, client })
  if (who.kind === 'refused' || wanted.service === undefined) return who
  const { url, definition } = wanted.service
  if (principalAccess(definition, who.principal).kind === 'denied') return refused('accessDenied')
  const { config } = deps.catalog.current
  return { kind: 'done', principal: releasedPrincipal(definition, who.principal, { service: url, config }) }
}

/** The registered service in `service`, or in `TARGET` as clients of SAML 1.1 name it. */
function restService(
  deps: CasDependencies,
  form: Parameters,
): Outcome<{ readonly service: RequestedService | undefined }> {
  const url = form.text('service') ?? form.text('TARGET')
  const verdict = decideRequestedService(deps.catalog.current, url, deps.clock.now())
  if (verdict.kind === 'none') return { kind: 'done', service: undefined }
  if (verdict.kind === 'service') return { kind: 'done', service: verdict.service }
  return refused('unauthorizedService')
}

async function authenticate(
  deps: CasDependencies,
  { form, client }: RestRequest,
): Promise<Outcome<{ readonly principal: Principal }>> {
  const parsed = parseCredential(form.text('username'), form.text('password'))
  if (parsed.kind === 'incomplete') return refused('noCredentials')
  const principal = await authenticated(deps, parsed, client)
  if (principal !== undefined) return { kind: 'done', principal }
  deps.counters.signIns.increment({ result: 'wrongCredentials' })
  return refused('wrongCredentials')
}

const refused = (failure: RestFailureName): Refused => ({ kind: 'refused', failure })
