/** The answers of `/login`: its pages, and the ways in which a ticket leaves. */
import type { Request, Response } from 'express'
import type { Delivery } from '../cas/delivery.ts'
import { asLocation } from '../cas/redirect-url.ts'
import type { DeniedService, RequestedService, Unregistered } from '../cas/requested-service.ts'
import { shownUrl } from '../cas/shown-url.ts'
import { type HttpContext, redirect, sendPage } from './context.ts'
import { newBrowser, readBrowser, readSessions, setBrowser } from './cookie.ts'
import { carriedParameters, type LoginInput } from './login-request.ts'
import { allowOwnScript } from './response-headers.ts'
import { type LoginNotice, loginPage } from './views/login-page.ts'
import { confirmPage, deniedPage, ticketPage, unregisteredPage } from './views/pages.ts'

export interface Exchange {
  readonly request: Request
  readonly response: Response
  readonly input: LoginInput
}

export interface FormContent {
  readonly status: number
  readonly service: RequestedService | undefined
  readonly notice?: LoginNotice
  readonly username?: string | undefined
  readonly warn?: boolean
  readonly rememberMe?: boolean
}

/** The login form, with a token for this browser and this service. */
export function showForm(context: HttpContext, exchange: Exchange, content: FormContent): void {
  const { request, response, input } = exchange
  const { cas, contextPath, cookies } = context
  const known = readBrowser(request.headers.cookie)
  const cookie = known ?? newBrowser(cas.random)
  if (known === undefined) response.append('Set-Cookie', setBrowser(cookie, cookies))
  const binding = { purpose: 'login', cookie, service: content.service?.url } as const
  const lt = cas.formTokens.make(binding, cas.clock.now())
  const page = loginPage({
    ...content,
    contextPath,
    hidden: { lt, ...carriedParameters(content.service?.url, input.reply) },
    offersRememberMe: cas.catalog.current.config.rememberMeEnabled,
  })
  sendPage(response, content.status, page)
}

/** The "warn" page, with a token that only this session's browser can send back. */
export function askConfirmation(context: HttpContext, exchange: Exchange, service: RequestedService): void {
  const { request, response, input } = exchange
  const { formTokens, clock } = context.cas
  const cookie = readSessions(request.headers.cookie).join()
  const confirmation = formTokens.make({ purpose: 'warn', cookie, service: service.url }, clock.now())
  const page = confirmPage({
    ...context,
    serviceUrl: service.url,
    serviceName: service.definition.name,
    hidden: { confirmation, ...carriedParameters(service.url, input.reply) },
  })
  sendPage(response, 200, page)
}

/** On to the service: 302 after GET, 303 after POST so that no credentials are posted to it. */
export function sendTicket(
  context: HttpContext,
  { request, response }: Pick<Exchange, 'request' | 'response'>,
  delivery: Delivery,
): void {
  if (delivery.kind === 'redirect') {
    redirect(response, request.method === 'POST' ? 303 : 302, delivery.url)
  } else if (delivery.kind === 'post') {
    allowOwnScript(response)
    sendPage(response, 200, ticketPage({ ...delivery, contextPath: context.contextPath }))
  } else {
    response.set({ service: asLocation(delivery.url), ticket: delivery.ticket })
    response.type('text').send('')
  }
}

export function refuseService(context: HttpContext, response: Response, refused: Unregistered): void {
  const { url, detail, isUrl } = refused
  context.cas.log.info({ url: shownUrl(url), why: detail }, 'sign-in to an unregistered service refused')
  sendPage(response, 403, unregisteredPage({ ...context, isUrl }))
}

export function deny(context: HttpContext, response: Response, { url, access }: DeniedService): void {
  context.cas.log.info({ url: shownUrl(url), why: access.why }, 'sign-in to a service denied')
  if (access.redirectUrl !== undefined) redirect(response, 303, access.redirectUrl)
  else sendPage(response, 403, deniedPage({ ...context, why: access.why }))
}
