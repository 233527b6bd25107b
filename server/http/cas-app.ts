/** The Express application of the CAS endpoints: what every request goes through, then the table of routes. */
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express'
import { Fault } from '../../common/fault.ts'
import type { Histogram } from '../../common/metrics.ts'
import { type HttpContext, redirect, sendPage } from './context.ts'
import { isHostOfItsOwn, securityHeaders } from './response-headers.ts'
import { type Route, routes } from './routes.ts'
import { errorPage, notFoundPage, unavailablePage } from './views/pages.ts'

export interface CasAppOptions extends HttpContext {
  /** False until registry and users were loaded once: before that, no answer would be right. */
  readonly isLoaded: () => boolean
  /** True once the process is to end: connections are given back after their answer. */
  readonly isDraining: () => boolean
  readonly requestSeconds: Histogram
}

/** A login form with the longest service URL fits easily, and so does a SAML 1.1 request. */
const maxBodyBytes = '32kb'
const retryAfterSeconds = '3'

export function casApp(options: CasAppOptions): Express {
  const app = express()
  app.disable('etag')
  app.disable('x-powered-by')
  app.set('query parser', false)
  app.enable('case sensitive routing')
  app.enable('strict routing')
  const isHostOwn = isHostOfItsOwn(options.publicUrl)
  const isHttpsOnly = () => isHostOwn && options.cas.catalog.current.config.httpsOnlyHeader
  app.use(securityHeaders({ isHttpsOnly }))
  app.use((_request, response, next) => {
    if (options.isDraining()) response.set('Connection', 'close')
    next()
  })
  const form = express.text({ type: 'application/x-www-form-urlencoded', limit: maxBodyBytes })
  const text = express.text({ type: () => true, limit: maxBodyBytes })
  for (const route of routes) {
    const body = route.body === 'text' ? text : form
    app.all(`${options.contextPath}${route.path}`, measured(options, route), body, (request, response) =>
      dispatch(options, route, { request, response }),
    )
  }
  if (options.contextPath !== '') {
    app.get(['/', options.contextPath], (_request, response) => home(options, response))
  }
  app.get(`${options.contextPath}/`, (_request, response) => home(options, response))
  app.use((_request, response) => sendPage(response, 404, notFoundPage(options)))
  app.use(answerFaults(options))
  return app
}

const home = (options: CasAppOptions, response: Response): void =>
  redirect(response, 302, `${options.contextPath}/login`)

async function dispatch(
  options: CasAppOptions,
  route: Route,
  { request, response }: { readonly request: Request; readonly response: Response },
): Promise<void> {
  const head = request.method === 'HEAD' ? route.head : undefined
  if (head === 'empty') return void response.type('html').end()
  if (route.isOffered !== undefined && options.isLoaded() && !route.isOffered(options)) {
    return sendPage(response, 404, notFoundPage(options))
  }
  const handler = handlerOf(route, head === 'asGet' ? 'GET' : request.method)
  if (handler === undefined) return refuseMethod(route, request, response)
  if (!options.isLoaded()) return answerUnavailable(options, response)
  await handler(options, request, response)
}

function handlerOf(route: Route, method: string): Route['get'] {
  if (method === 'GET') return route.get
  if (method === 'POST') return route.post
  return method === 'DELETE' ? route.delete : undefined
}

function refuseMethod(route: Route, request: Request, response: Response): void {
  const { get, head, post, delete: remove } = route
  const allowed = [get && 'GET', head && 'HEAD', post && 'POST', remove && 'DELETE', 'OPTIONS']
  response.set('Allow', allowed.filter(Boolean).join(', '))
  response.status(request.method === 'OPTIONS' ? 204 : 405).end()
}

const measured =
  (options: CasAppOptions, route: Route) =>
  (request: Request, response: Response, next: () => void): void => {
    const startedAt = performance.now()
    response.locals['reader'] = route.reader
    response.on('finish', () => {
      const labels = { route: route.path, method: request.method, status: String(response.statusCode) }
      options.requestSeconds.observe((performance.now() - startedAt) / 1000, labels)
    })
    next()
  }

const answerFaults =
  (options: CasAppOptions): ErrorRequestHandler =>
  // biome-ignore lint/complexity/useMaxParams: Express knows an error handler by its four parameters
  (error, _request, response, next) => {
    if (response.headersSent) return next(error)
    if (error instanceof Fault) {
      options.cas.log.warn({ code: error.code, reason: error.message }, 'request could not be answered')
      return answerUnavailable(options, response)
    }
    const status = clientErrorStatus(error)
    if (status !== undefined) return void response.status(status).type('text').send('Bad request\n')
    options.cas.log.error({ err: error }, 'request failed by a programming mistake')
    response.removeHeader('Set-Cookie')
    sendPage(response, 500, errorPage(options))
  }

/** 503: never a refusal, and never a word about a ticket. */
function answerUnavailable(options: CasAppOptions, response: Response): void {
  response.removeHeader('Set-Cookie')
  response.set('Retry-After', retryAfterSeconds)
  if (response.locals['reader'] === 'client') response.status(503).type('text').send('Service unavailable\n')
  else sendPage(response, 503, unavailablePage(options))
}

/** Status of an error that the client caused, such as a body that is too large. */
function clientErrorStatus(error: unknown): number | undefined {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined
}
