/** `/login` over HTTP. */
import type { Request, Response } from 'express'
import { type LoginOutcome, requestLogin } from '../cas/login.ts'
import { type SignInOutcome, signIn } from '../cas/sign-in.ts'
import { clientOf, type HttpContext, redirect, refuseRequest, sendPage } from './context.ts'
import { readBrowser, readSessions, setSession } from './cookie.ts'
import { askConfirmation, deny, type Exchange, refuseService, sendTicket, showForm } from './login-answers.ts'
import { hasCredentials, loginQuery, readLogin } from './login-request.ts'
import { signedInPage } from './views/pages.ts'

/** GET: a sign-in is asked for. */
export async function getLogin(context: HttpContext, request: Request, response: Response): Promise<void> {
  const input = readLogin(request)
  if (input.kind === 'refused') return refuseRequest(context, response, input)
  await answerLogin(context, { request, response, input }, { confirmed: false })
}

/** POST: credentials, or the answer to the "warn" page. */
export async function postLogin(context: HttpContext, request: Request, response: Response): Promise<void> {
  const input = readLogin(request)
  if (input.kind === 'refused') return refuseRequest(context, response, input)
  const exchange = { request, response, input }
  if (input.form.has('confirmation')) return confirm(context, exchange)
  if (hasCredentials(input)) return acceptCredentials(context, exchange)
  // A form of some other site brings no cookies with it; the GET that it is sent on to does.
  const query = loginQuery(input)
  redirect(response, 303, `${context.contextPath}/login${query && `?${query}`}`)
}

async function answerLogin(
  context: HttpContext,
  exchange: Exchange,
  { confirmed }: { readonly confirmed: boolean },
): Promise<void> {
  const { request, input } = exchange
  const sessionIds = readSessions(request.headers.cookie)
  const outcome = await requestLogin(context.cas, { request: input, sessionIds, confirmed })
  if (outcome.kind === 'askCredentials') {
    return showForm(context, exchange, { status: 200, service: outcome.service })
  }
  if (outcome.kind === 'confirm') return askConfirmation(context, exchange, outcome.service)
  writeOutcome(context, exchange, outcome)
}

async function acceptCredentials(context: HttpContext, exchange: Exchange): Promise<void> {
  const { request, response, input } = exchange
  const { form, service, reply } = input
  const { cookie } = request.headers
  const typed = {
    username: form.text('username'),
    warn: form.isSet('warn'),
    rememberMe: form.isSet('rememberMe'),
  }
  const outcome = await signIn(context.cas, {
    ...typed,
    service,
    reply,
    password: form.text('password'),
    loginToken: form.text('lt'),
    browser: isOfOwnForm(request) ? readBrowser(cookie) : undefined,
    sessionIds: readSessions(cookie),
    client: clientOf(request),
  })
  if (outcome.kind === 'askAgain') {
    const status = outcome.notice === 'wrongCredentials' ? 401 : 400
    const isCookieMissing = outcome.notice === 'formStale' && readBrowser(cookie) === undefined
    const notice = isCookieMissing ? 'cookieMissing' : outcome.notice
    return showForm(context, exchange, { ...typed, ...outcome, notice, status })
  }
  if ('newSession' in outcome && outcome.newSession !== undefined) {
    response.append('Set-Cookie', setSession(outcome.newSession, context.cookies))
  }
  writeOutcome(context, exchange, outcome)
}

/**
 * Browsers say where a form stands: a neighbour in the domain can plant both cookie and form of a login of his own, so
 * that somebody would work in his name without knowing. Other clients say nothing.
 */
function isOfOwnForm(request: Request): boolean {
  const site = request.get('sec-fetch-site')
  return site === undefined || site === 'same-origin' || site === 'none'
}

/** The user of the "warn" page agreed; without a valid confirmation the page is shown again. */
async function confirm(context: HttpContext, exchange: Exchange): Promise<void> {
  const { form, service } = exchange.input
  const { formTokens, clock } = context.cas
  const cookie = readSessions(exchange.request.headers.cookie).join()
  const token = form.text('confirmation') ?? ''
  const verdict = cookie && formTokens.verify(token, { purpose: 'warn', cookie, service }, clock.now()).kind
  await answerLogin(context, exchange, { confirmed: verdict === 'valid' })
}

type FinalOutcome =
  | Exclude<LoginOutcome, { kind: 'askCredentials' | 'confirm' }>
  | Exclude<SignInOutcome, { kind: 'askAgain' }>

/** What ends a sign-in, whether credentials were asked for or not. */
function writeOutcome(context: HttpContext, { request, response }: Exchange, outcome: FinalOutcome): void {
  if (outcome.kind === 'goToService') sendTicket(context, { request, response }, outcome.delivery)
  else if (outcome.kind === 'unregistered') refuseService(context, response, outcome)
  else if (outcome.kind === 'denied') deny(context, response, outcome)
  else sendPage(response, 200, signedInPage({ ...context, user: outcome.user }))
}
