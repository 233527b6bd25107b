/** `/proxy` over HTTP. A failure is an answer, so its status is 200. */
import type { Request, Response } from 'express'
import { Fault } from '../../common/fault.ts'
import { queryOf } from '../cas/params.ts'
import { type ParsedProxyRequest, parseProxyRequest, requestProxyTicket } from '../cas/proxy.ts'
import type { ProxyResult } from '../cas/response.ts'
import { jsonContentType, proxyJsonResponse } from '../cas/response-json.ts'
import { proxyXmlResponse, xmlContentType } from '../cas/response-xml.ts'
import type { HttpContext } from './context.ts'
import { refuseQuery } from './validate.ts'

/** GET /proxy. */
export async function getProxy(context: HttpContext, request: Request, response: Response): Promise<void> {
  const parsed = parseProxyRequest(queryOf(request.url))
  const result = await resultOf(context, parsed)
  if (parsed.format === 'JSON') response.set('Content-Type', jsonContentType).send(proxyJsonResponse(result))
  else response.set('Content-Type', xmlContentType).send(proxyXmlResponse(result))
}

async function resultOf(context: HttpContext, parsed: ParsedProxyRequest): Promise<ProxyResult> {
  if (parsed.kind === 'refused') return refuseQuery(context, parsed)
  try {
    return await requestProxyTicket(context.cas, parsed.request)
  } catch (error) {
    // A store that does not answer is no verdict about the ticket: the edge says "try again".
    if (error instanceof Fault) throw error
    context.cas.log.error({ err: error }, 'proxy request failed by a programming mistake')
    return { kind: 'failure', failure: 'internalError' }
  }
}
