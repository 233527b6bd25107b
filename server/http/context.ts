/** What the adapters work with. They read a request, call one flow of `cas/`, and write its outcome; no more. */
import type { Request, Response } from 'express'
import type { CasDependencies } from '../cas/dependencies.ts'
import type { RefusedParameters } from '../cas/params.ts'
import { asLocation } from '../cas/redirect-url.ts'
import type { CookieScope } from './cookie.ts'
import { badRequestPage } from './views/pages.ts'

export interface HttpContext {
  readonly cas: CasDependencies
  /** Path of the CAS endpoints without a slash at its end: `/cas`, or empty. */
  readonly contextPath: string
  /** The CAS endpoints as people and applications reach them; never taken from a request. */
  readonly publicUrl: string
  readonly cookies: CookieScope
}

/** Address of the connection. What a request claims of its origin (`X-Forwarded-For`) anybody can write. */
export const clientOf = (request: Request): string => request.socket.remoteAddress ?? ''

/** Sends the browser on: 302 after GET, 303 after POST so that no form is posted to a service. */
export function redirect(response: Response, status: 302 | 303, url: string): void {
  response.status(status).set('Location', asLocation(url)).end()
}

/** 400: what the request says cannot be read. The page names the parameter, which is one of the protocol's. */
export function refuseRequest(context: HttpContext, response: Response, refused: RefusedParameters): void {
  const { name, problem } = refused
  context.cas.log.info({ parameter: name, problem }, 'request that cannot be read refused')
  sendPage(response, 400, badRequestPage({ ...context, parameter: name, problem }))
}

export function sendPage(response: Response, status: number, page: string): void {
  response.status(status).type('html').send(page)
}
