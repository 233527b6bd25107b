/** How a ticket, or the lack of one, reaches a service: the `method` parameter of `/login` (CAS 2.1.1). Pure. */
import { type TicketParameter, withoutTicket, withTicket } from './redirect-url.ts'

type ResponseMethod = 'redirect' | 'post' | 'headers'

/** How the service wants to be answered. */
export interface ReplyForm {
  readonly method: ResponseMethod
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

/** What `method` asks for; anything that is not known counts as absent, in which case the answer is a redirect. */
export const parseResponseMethod = (text: string | undefined): ResponseMethod => {
  const name = text?.toUpperCase() ?? 'GET'
  return (Object.hasOwn(methods, name) ? methods[name] : undefined) ?? 'redirect'
}

/** The value of `method` that asks for this form; undefined where none is needed. */
export const methodParameter = ({ method }: ReplyForm): string | undefined =>
  method === 'redirect' ? undefined : Object.keys(methods).find((name) => methods[name] === method)

/** A ticket on its way. */
export function deliver(service: string, ticket: string, reply: ReplyForm): Delivery {
  const { method, parameter } = reply
  if (method === 'redirect') return { kind: 'redirect', url: withTicket(service, ticket, parameter) }
  const url = withoutTicket(service, parameter)
  return method === 'post' ? { kind: 'post', url, parameter, ticket } : { kind: 'headers', url, ticket }
}

/** Back without a ticket: always a redirect, and without one that the service had before (CAS 2.1.1, gateway). */
export const returnWithoutTicket = (service: string, reply: ReplyForm): Delivery => ({
  kind: 'redirect',
  url: withoutTicket(service, reply.parameter),
})
