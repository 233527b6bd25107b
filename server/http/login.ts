/** `/login` over HTTP. */
import type { Request, Response } from 'express'
import { requestLogin } from '../cas/login.ts'
import { type Parameters, parseParameters, queryOf } from '../cas/params.ts'
import type { Denied, RequestedService } from '../cas/requested-service.ts'
import { type SignInNotice, signIn } from '../cas/sign-in.ts'
import { type HttpContext, redirect, sendPage } from './context.ts'
import { newBrowser, readBrowser, readSession, setBrowser, setSession } from './cookie.ts'
import { loginPage } from './views/login-page.ts'
import { badRequestPage, confirmPage, deniedPage, signedInPage, unregisteredPage } from './views/pages.ts'

const queryNames = ['service', 'renew', 'gateway']
const formNames = ['service', 'username', 'password', 'lt', 'warn', 'confirmation']

/** GET: a sign-in is asked for. */
export async function getLogin(context: HttpContext, request: Request, response: Response): Promise<void> {
  const query = parseParameters(queryOf(request.url), queryNames)
  if (query.kind === 'refused') return sendPage(response, 400, badRequestPage(context))
  await answerLogin(context, { request, response, parameters: query.parameters, confirmed: false })
}

/** POST: credentials, or the answer to the "warn" page. */
export async function postLogin(context: HttpContext, request: Request, response: Response): Promise<void> {
  const query = parseParameters(queryOf(request.url), queryNames)
  const form = parseParameters(typeof request.body === 'string' ? request.body : '', formNames)
  if (query.kind === 'refused' || form.kind === 'refused') {
    return sendPage(response, 400, badRequestPage(context))
  }
  const inQuery = query.parameters.text('service')
  const inForm = form.parameters.text('service')
  if (inQuery !== undefined && inForm !== undefined && inQuery !== inForm) {
    return sendPage(response, 400, badRequestPage(context))
  }
  const service = inForm ?? inQuery
  if (form.parameters.has('confirmation')) {
    return confirm(context, { request, response, service, parameters: form.parameters })
  }
  await acceptCredentials(context, { request, response, service, parameters: form.parameters })
}

interface Exchange {
  readonly request: Request
  readonly response: Response
}

interface FormExchange extends Exchange {
  readonly parameters: Parameters
  readonly service: string | undefined
}

async function answerLogin(
  context: HttpContext,
  exchange: Exchange & {
    readonly parameters?: Parameters
    readonly service?: string | undefined
    readonly confirmed: boolean
  },
): Promise<void> {
  const { request, response, parameters, confirmed } = exchange
  const wanted = {
    service: exchange.service ?? parameters?.text('service'),
    renew: parameters?.isSet('renew') ?? false,
    gateway: parameters?.isSet('gateway') ?? false,
  }
  const sessionId = readSession(request.headers.cookie)
  const outcome = await requestLogin(context.cas, { request: wanted, sessionId, confirmed })
  switch (outcome.kind) {
    case 'askCredentials':
      return showForm(context, exchange, { status: 200, service: outcome.service })
    case 'alreadySignedIn':
      return sendPage(response, 200, signedInPage({ ...context, user: outcome.user }))
    case 'unregistered':
      return refuseService(context, response, outcome.detail)
    case 'denied':
      return deny(context, response, outcome.access)
    case 'confirm':
      return askConfirmation(context, exchange, outcome.service)
    case 'goToService':
      return redirect(response, request.method === 'POST' ? 303 : 302, outcome.url)
  }
}

async function acceptCredentials(context: HttpContext, exchange: FormExchange): Promise<void> {
  const { request, response, parameters, service } = exchange
  const { cookie } = request.headers
  const outcome = await signIn(context.cas, {
    service,
    username: parameters.text('username'),
    password: parameters.text('password'),
    loginToken: parameters.text('lt'),
    warn: parameters.isSet('warn'),
    browser: readBrowser(cookie),
    sessionId: readSession(cookie),
  })
  if ('newSession' in outcome && outcome.newSession !== undefined) {
    response.append('Set-Cookie', setSession(outcome.newSession, context.cookies))
  }
  switch (outcome.kind) {
    case 'askAgain': {
      const typed = { username: parameters.text('username'), warn: parameters.isSet('warn') }
      const status = outcome.notice === 'wrongCredentials' ? 401 : 400
      return showForm(context, exchange, {
        status,
        service: outcome.service,
        notice: outcome.notice,
        ...typed,
      })
    }
    case 'unregistered':
      return refuseService(context, response, outcome.detail)
    case 'denied':
      return deny(context, response, outcome.access)
    case 'signedIn':
      return sendPage(response, 200, signedInPage({ ...context, user: outcome.user }))
    case 'goToService':
      return redirect(response, 303, outcome.url)
  }
}

/** The user of the "warn" page agreed; without a valid confirmation the page is shown again. */
async function confirm(context: HttpContext, exchange: FormExchange): Promise<void> {
  const { request, parameters, service } = exchange
  const { formTokens, clock } = context.cas
  const cookie = readSession(request.headers.cookie)
  const token = parameters.text('confirmation') ?? ''
  const verdict = cookie && formTokens.verify(token, { purpose: 'warn', cookie, service }, clock.now()).kind
  await answerLogin(context, { ...exchange, service, confirmed: verdict === 'valid' })
}

interface FormContent {
  readonly status: number
  readonly service: RequestedService | undefined
  readonly notice?: SignInNotice
  readonly username?: string | undefined
  readonly warn?: boolean
}

function showForm(context: HttpContext, { request, response }: Exchange, content: FormContent): void {
  const { cas, contextPath, cookies } = context
  const known = readBrowser(request.headers.cookie)
  const cookie = known ?? newBrowser(cas.random)
  if (known === undefined) response.append('Set-Cookie', setBrowser(cookie, cookies))
  const binding = { purpose: 'login', cookie, service: content.service?.url } as const
  const loginToken = cas.formTokens.make(binding, cas.clock.now())
  sendPage(response, content.status, loginPage({ ...content, contextPath, loginToken }))
}

function askConfirmation(
  context: HttpContext,
  { request, response }: Exchange,
  service: RequestedService,
): void {
  const { formTokens, clock } = context.cas
  const cookie = readSession(request.headers.cookie) ?? ''
  const token = formTokens.make({ purpose: 'warn', cookie, service: service.url }, clock.now())
  const page = { ...context, serviceUrl: service.url, serviceName: service.definition.name, token }
  sendPage(response, 200, confirmPage(page))
}

function refuseService(context: HttpContext, response: Response, detail: string): void {
  context.cas.log.info({ why: detail }, 'sign-in to an unregistered service refused')
  sendPage(response, 403, unregisteredPage(context))
}

function deny(context: HttpContext, response: Response, access: Denied): void {
  if (access.redirectUrl !== undefined) redirect(response, 303, access.redirectUrl)
  else sendPage(response, 403, deniedPage({ ...context, why: access.why }))
}
