/** The REST protocol over HTTP: `/v1/tickets`, `/v1/tickets/{id}` and `/v1/users`. It reads no cookie and sets none. */
import type { Request, Response } from 'express'
import { logout } from '../cas/logout.ts'
import { type Parameters, parseParameters } from '../cas/params.ts'
import { isTicketUsable, restAuthenticate, restGrant, restSignIn } from '../cas/rest.ts'
import { type RestFailureName, restFailures } from '../cas/rest-failure.ts'
import { parseTicketGrantingTicketId } from '../tickets/ticket-id.ts'
import { clientOf, type HttpContext } from './context.ts'
import { html } from './views/html.ts'
import { createdTicketPage } from './views/rest-page.ts'

const formType = 'application/x-www-form-urlencoded'
const names = ['username', 'password', 'service', 'TARGET', 'renew', 'rememberMe']

/** The protocol is off unless a property turns it on: it takes passwords from programs. */
export const isRestOffered = ({ cas }: HttpContext): boolean => cas.catalog.current.config.restEnabled

/** POST /v1/tickets. */
export async function postTickets(context: HttpContext, request: Request, response: Response): Promise<void> {
  const form = readForm(request)
  if (typeof form === 'string') return refuse(response, form)
  const outcome = await restSignIn(context.cas, { form, client: clientOf(request) })
  if (outcome.kind === 'refused') return refuse(response, outcome.failure)
  const location = `${context.publicUrl}/v1/tickets/${outcome.id}`
  response.status(201).set('Location', location)
  if (wantsPage(request.headers.accept)) response.type('html').send(createdTicketPage(location))
  else response.type('text').send(outcome.id)
}

/** POST /v1/tickets/{TGT}. */
export async function postTicket(context: HttpContext, request: Request, response: Response): Promise<void> {
  const id = idOf(request)
  const form = readForm(request)
  if (typeof form === 'string') return refuse(response, form)
  const outcome = await restGrant(context.cas, { id, form, client: clientOf(request) })
  if (outcome.kind === 'refused') return refuse(response, outcome.failure, id)
  response.type('text').send(outcome.ticket)
}

/** GET /v1/tickets/{id}. */
export async function getTicket(context: HttpContext, request: Request, response: Response): Promise<void> {
  const id = idOf(request)
  if (!(await isTicketUsable(context.cas, id))) return refuse(response, 'unknownTicket', id)
  response.type('text').send(id)
}

/** DELETE /v1/tickets/{TGT}: the session ends as by a logout. 200 also for what is no live session. */
export async function deleteTicket(
  context: HttpContext,
  request: Request,
  response: Response,
): Promise<void> {
  const sessionId = parseTicketGrantingTicketId(idOf(request))
  const sessionIds = sessionId === undefined ? [] : [sessionId]
  await logout(context.cas, { sessionIds, service: undefined })
  response.type('text').send(sessionId ?? '')
}

/** POST /v1/users. */
export async function postUsers(context: HttpContext, request: Request, response: Response): Promise<void> {
  const form = readForm(request)
  if (typeof form === 'string') return refuse(response, form)
  const outcome = await restAuthenticate(context.cas, { form, client: clientOf(request) })
  if (outcome.kind === 'refused') return refuse(response, outcome.failure)
  const { user, attributes } = outcome.principal
  response.json({
    authenticationDate: new Date(context.cas.clock.now()).toISOString(),
    principal: { id: user, attributes },
    attributes: {},
  })
}

/** Parameters count in the body only: a password in a URL ends up in logs. */
function readForm(request: Request): Parameters | RestFailureName {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase()
  if (type !== formType) return 'notAForm'
  const parsed = parseParameters(typeof request.body === 'string' ? request.body : '', names)
  return parsed.kind === 'refused' ? 'unreadable' : parsed.parameters
}

/** The TGT as Apereo CAS shows it: a page for those who ask for one or for nothing, else the bare id. */
function wantsPage(accept: string | undefined): boolean {
  const first = accept?.trim().toLowerCase() ?? ''
  return first === '' || first.startsWith('*/*') || first.startsWith('text/html')
}

function refuse(response: Response, failure: RestFailureName, id?: string): void {
  const { status, text } = restFailures[failure]
  response.status(status)
  if (status === 401) return void response.json({ authentication_exceptions: [text] })
  response.type('text').send(id === undefined || status !== 404 ? text : `${html`${id}`.text} ${text}`)
}

const idOf = (request: Request): string => {
  const id = request.params['id']
  return typeof id === 'string' ? id : ''
}
