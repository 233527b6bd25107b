/** `/logout` over HTTP. */
import type { Request, Response } from 'express'
import { logout } from '../cas/logout.ts'
import { parseParameters, queryOf } from '../cas/params.ts'
import { asLocation } from '../cas/redirect-url.ts'
import { type HttpContext, redirect, refuseRequest, sendPage } from './context.ts'
import { clearSession, readSessions } from './cookie.ts'
import { allowImagesFrom } from './response-headers.ts'
import { secondsToTell, signedOutPage } from './views/pages.ts'

/** GET: the browser's sessions end, also when the rest of the request makes no sense. */
export async function getLogout(context: HttpContext, request: Request, response: Response): Promise<void> {
  const name = context.cas.catalog.current.config.logoutRedirectParameter
  const query = parseParameters(queryOf(request.url), [name])
  const service = query.kind === 'parameters' ? query.parameters.text(name) : undefined
  const sessionIds = readSessions(request.headers.cookie)
  const outcome = await logout(context.cas, { sessionIds, service })
  // Only once the store has ended it: a cookie that is gone while its session lives could not be ended any more.
  response.append('Set-Cookie', clearSession(context.cookies))
  if (query.kind === 'refused') return refuseRequest(context, response, query)
  const { frontChannel } = outcome
  const continueTo = outcome.kind === 'goToService' ? outcome.url : undefined
  if (frontChannel.length === 0 && continueTo !== undefined) return redirect(response, 302, continueTo)
  allowImagesFrom(response, frontChannel, { ownScript: continueTo !== undefined })
  // For browsers that run no script.
  if (continueTo !== undefined) response.set('Refresh', `${secondsToTell};url=${asLocation(continueTo)}`)
  sendPage(response, 200, signedOutPage({ contextPath: context.contextPath, frontChannel, continueTo }))
}
