/** How a ticket, or the lack of one, reaches a service: the `method` parameter of `/login` (CAS 2.1.1). Pure. */
import type { ResponseType } from '../../common/documents/service-definition.ts'
import { type TicketParameter, withoutTicket, withTicket } from './redirect-url.ts'
import type { RequestedService } from './requested-service.ts'

type ResponseMethod = 'redirect' | 'post' | 'headers'

/** How the service wants to be answered. */
export interface ReplyForm {
  /** Undefined: as the service's definition says. */
  readonly method: ResponseMethod | undefined
  readonly parameter: TicketParameter
}

export type Delivery =
  | { readonly kind: 'redirect'; readonly url: string }
  /** The browser posts a form that carries the ticket. */
  | {
      readonly kind: 'post'
      readonly url: string
      readonly parameter: TicketParameter
      readonly ticket: string
    }
  /** For clients that are no browsers: service and ticket in headers of the answer. */
  | { readonly kind: 'headers'; readonly url: string; readonly ticket: string }

const methods: Readonly<Record<string, ResponseMethod>> = { GET: 'redirect', POST: 'post', HEADER: 'headers' }

const defaults: Readonly<Record<ResponseType, ResponseMethod>> = {
  redirect: 'redirect',
  post: 'post',
  header: 'headers',
}

/** What `method` asks for; anything that is not known counts as absent. */
export const parseResponseMethod = (text: string | undefined): ResponseMethod | undefined => {
  const name = text?.toUpperCase() ?? ''
  return Object.hasOwn(methods, name) ? methods[name] : undefined
}

/** The value of `method` that asks for this form; undefined where none is needed. */
export const methodParameter = ({ method }: ReplyForm): string | undefined =>
  Object.keys(methods).find((name) => methods[name] === method)

/** A ticket on its way. Where the request does not say how, the definition does, or else it is a redirect. */
export function deliver(
  { url: service, definition }: RequestedService,
  ticket: string,
  reply: ReplyForm,
): Delivery {
  const { parameter } = reply
  const method = reply.method ?? defaults[definition.responseType ?? 'redirect']
  if (method === 'redirect') return { kind: 'redirect', url: withTicket(service, ticket, parameter) }
  const url = withoutTicket(service, parameter)
  return method === 'post' ? { kind: 'post', url, parameter, ticket } : { kind: 'headers', url, ticket }
}

/** Back without a ticket: always a redirect, and without one that the service had before (CAS 2.1.1, gateway). */
export const returnWithoutTicket = (service: string, reply: ReplyForm): Delivery => ({
  kind: 'redirect',
  url: withoutTicket(service, reply.parameter),
})
