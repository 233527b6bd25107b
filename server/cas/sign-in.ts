/**
 * `/login` as credential acceptor (CAS 2.2). The order of checks is the defence: service first (nobody types a
 * password for a stranger), then the form's own token (nobody is signed in by another site's form), then the
 * credentials. Each form is good for one attempt, whatever its outcome.
 */
import type { Instant } from '../../common/clock.ts'
import { maskTicket } from '../../common/log.ts'
import { type ParsedCredential, parseCredential } from '../authn/credential.ts'
import { principalAccess } from '../services/access.ts'
import { sessionLifetime } from '../services/lifetimes.ts'
import type { Principal, SsoSession, TicketGrantingTicketId } from '../tickets/ticket.ts'
import { newServiceTicketId, newTicketGrantingTicketId, ticketKey } from '../tickets/ticket-id.ts'
import type { SignIn } from '../tickets/ticket-store.ts'
import { authenticated } from './credentials.ts'
import { type Delivery, deliver, type ReplyForm } from './delivery.ts'
import type { CasDependencies } from './dependencies.ts'
import { liveSessions, serviceTicketFor } from './login.ts'
import {
  type DeniedService,
  decideRequestedService,
  type RequestedService,
  type Unregistered,
} from './requested-service.ts'

export interface SignInRequest {
  readonly service: string | undefined
  readonly username: string | undefined
  readonly password: string | undefined
  readonly loginToken: string | undefined
  readonly warn: boolean
  /** The user asked to be remembered; counts only where the configuration allows it. */
  readonly rememberMe: boolean
  /** How the service wants its ticket. */
  readonly reply: ReplyForm
  /** Value of the pre-login cookie: the browser that was given the form. */
  readonly browser: string | undefined
  /** Sessions that the browser has now; never continued, and ended if they are another user's. */
  readonly sessionIds: readonly TicketGrantingTicketId[]
  /** Address of the connection, for the order in which passwords are checked. */
  readonly client: string
}

/** Why the form is shown once more. */
export type SignInNotice = 'wrongCredentials' | 'incomplete' | 'formStale'

export type SignInOutcome =
  | {
      readonly kind: 'askAgain'
      readonly service: RequestedService | undefined
      readonly notice: SignInNotice
    }
  | Unregistered
  | (DeniedService & { readonly newSession?: NewSession })
  | { readonly kind: 'signedIn'; readonly newSession: NewSession; readonly user: string }
  | { readonly kind: 'goToService'; readonly newSession: NewSession; readonly delivery: Delivery }

/** What the browser keeps of a session. */
export interface NewSession {
  readonly id: TicketGrantingTicketId
  /** How long a remembered session's cookie stays; undefined: until the browser is closed. */
  readonly rememberSeconds: number | undefined
}

/** Checks credentials and opens a new session. */
export async function signIn(deps: CasDependencies, request: SignInRequest): Promise<SignInOutcome> {
  const verdict = decideRequestedService(deps.catalog.current, request.service, deps.clock.now())
  if (verdict.kind === 'unregistered' || verdict.kind === 'denied') return verdict
  const service = verdict.kind === 'service' ? verdict.service : undefined
  const askAgain = (notice: SignInNotice): SignInOutcome => {
    deps.counters.signIns.increment({ result: notice })
    return { kind: 'askAgain', service, notice }
  }

  const token = verifyLoginToken(deps, request)
  if (token === undefined) return askAgain('formStale')
  const parsed = parseCredential(request.username, request.password)
  if (parsed.kind === 'incomplete') return askAgain('incomplete')
  // Looked at before the password, whose check is dear: a form that was used before costs next to nothing.
  const outcome = await deps.formTokens.attempt(token.text, async () => {
    if (await deps.tickets.isLoginTokenSpent(token.text)) return 'formStale'
    return attemptSignIn(deps, { request, service, token, parsed })
  })
  return typeof outcome === 'string' ? askAgain(outcome === 'underWay' ? 'formStale' : outcome) : outcome
}

interface Attempt {
  readonly request: SignInRequest
  readonly service: RequestedService | undefined
  readonly token: LoginToken
  readonly parsed: Exclude<ParsedCredential, { readonly kind: 'incomplete' }>
}

/** The one attempt that a form is good for. */
async function attemptSignIn(
  deps: CasDependencies,
  { request, service, token, parsed }: Attempt,
): Promise<SignInOutcome | SignInNotice> {
  const principal = await authenticated(deps, parsed, request.client)
  if (principal === undefined) {
    // A form that was used before tells nothing about the credentials: it grants one guess, not many at once.
    const spent = await deps.tickets.spendLoginToken(token.text, token.expireAt)
    return spent === 'spent' ? 'wrongCredentials' : 'formStale'
  }
  return openSession(deps, { request, service, token, principal })
}

interface Opening {
  readonly request: SignInRequest
  readonly service: RequestedService | undefined
  readonly token: LoginToken
  readonly principal: Principal
}

async function openSession(deps: CasDependencies, opening: Opening): Promise<SignInOutcome> {
  const { request, service, token, principal } = opening
  const access = service && principalAccess(service.definition, principal)
  const granted = access?.kind === 'allowed' ? service : undefined
  const id = newTicketGrantingTicketId(deps.random)
  const ticket = granted && {
    id: newServiceTicketId(deps.random),
    value: serviceTicketFor(deps, granted, true),
  }
  const value = sessionOf(deps, { ...request, service, principal })
  const newSession = { id, rememberSeconds: value.rememberMe ? value.lifetime.maxSeconds : undefined }
  const before = await liveSessions(deps, request.sessionIds)
  const stored = await deps.tickets.signIn({
    loginToken: token.text,
    loginTokenExpireAt: token.expireAt,
    session: { id, value },
    ...(ticket && { ticket }),
  })
  if (stored === 'loginTokenUsed') return { kind: 'askAgain', service, notice: 'formStale' }
  deps.counters.signIns.increment({ result: 'signedIn' })
  for (const session of before) {
    await leaveSession(deps, session, { key: ticketKey(id), user: principal.user })
  }
  deps.log.info({ user: principal.user, session: maskTicket(id) }, 'signed in')
  if (service !== undefined && access?.kind === 'denied') {
    return { kind: 'denied', url: service.url, access, newSession }
  }
  if (granted === undefined || ticket === undefined)
    return { kind: 'signedIn', newSession, user: principal.user }
  deps.log.info(
    { ticket: maskTicket(ticket.id), service: ticket.value.definitionId },
    'service ticket granted',
  )
  return { kind: 'goToService', newSession, delivery: deliver(granted, ticket.id, request.reply) }
}

/**
 * Two people at one browser: who signs in takes over, and the other's session does not live on unseen. The same user
 * once more (renew): applications of the session before stay signed in, until this one ends.
 */
async function leaveSession(
  deps: CasDependencies,
  before: SsoSession,
  opened: { readonly key: string; readonly user: string },
): Promise<void> {
  if (before.principal.user === opened.user) {
    return deps.sessionEnding.continueAs(before.key, opened.key)
  }
  await deps.sessionEnding.end(before.key, 'replaced')
  deps.log.info({ user: before.principal.user }, 'session of another user in the same browser ended')
}

/** A session that begins now. */
export function sessionOf(
  deps: CasDependencies,
  opening: {
    readonly principal: Principal
    /** The service that is signed in to: its definition may limit the session. */
    readonly service: RequestedService | undefined
    readonly rememberMe: boolean
    readonly warn: boolean
  },
): SignIn['session']['value'] {
  const now = deps.clock.now()
  const { config } = deps.catalog.current
  const rememberMe = opening.rememberMe && config.rememberMeEnabled
  return {
    principal: opening.principal,
    authenticatedAt: now,
    lastUsedAt: now,
    lifetime: sessionLifetime(opening.service?.definition, config, { rememberMe }),
    rememberMe,
    warn: opening.warn,
  }
}

interface LoginToken {
  readonly text: string
  readonly expireAt: Instant
}

function verifyLoginToken(deps: CasDependencies, request: SignInRequest): LoginToken | undefined {
  if (request.loginToken === undefined || request.browser === undefined) return undefined
  const binding = { purpose: 'login', cookie: request.browser, service: request.service } as const
  const verdict = deps.formTokens.verify(request.loginToken, binding, deps.clock.now())
  return verdict.kind === 'valid' ? { text: request.loginToken, expireAt: verdict.expireAt } : undefined
}
