/** What a request to `/login` says, in its query and its form together. */
import type { Request } from 'express'
import { methodParameter, parseResponseMethod, type ReplyForm } from '../cas/delivery.ts'
import { type Parameters, parseParameters, queryOf, type RefusedParameters } from '../cas/params.ts'

const names = ['service', 'TARGET', 'renew', 'gateway', 'method']
const formNames = [...names, 'username', 'password', 'lt', 'warn', 'rememberMe', 'confirmation']

export interface LoginInput {
  readonly kind: 'input'
  readonly service: string | undefined
  readonly renew: boolean
  readonly gateway: boolean
  readonly reply: ReplyForm
  /** What was typed, or confirmed; nothing in a GET. */
  readonly form: Parameters
}

/**
 * Refused when it cannot be read: a value is repeated or has characters that do not belong there, or two places
 * name different services. Credentials count in a form only.
 */
export function readLogin(request: Request): LoginInput | RefusedParameters {
  const isForm = request.method === 'POST' && typeof request.body === 'string'
  const query = parseParameters(queryOf(request.url), names)
  const form = parseParameters(isForm ? request.body : '', formNames)
  if (query.kind === 'refused') return query
  if (form.kind === 'refused') return form
  const places = [form.parameters, query.parameters]
  const services = places.flatMap((place) => place.text('service') ?? [])
  const targets = places.flatMap((place) => place.text('TARGET') ?? [])
  if (new Set([...services, ...targets]).size > 1) {
    return { kind: 'refused', name: services.length > 0 ? 'service' : 'TARGET', problem: 'repeated' }
  }
  const method = form.parameters.text('method') ?? query.parameters.text('method')
  return {
    kind: 'input',
    service: services[0] ?? targets[0],
    renew: places.some((place) => place.isSet('renew')),
    gateway: places.some((place) => place.isSet('gateway')),
    reply: {
      method: parseResponseMethod(method),
      // TARGET is how clients of SAML 1.1 name their service; they look for an artifact.
      parameter: services.length === 0 && targets.length > 0 ? 'SAMLart' : 'ticket',
    },
    form: form.parameters,
  }
}

/** Whether somebody hands in credentials; otherwise a POST asks for a sign-in as a GET does (CAS 2). */
export const hasCredentials = ({ form }: LoginInput): boolean =>
  ['username', 'password', 'lt'].some((name) => form.has(name))

/** The parameters that a further request to `/login` needs to end as this one would. */
export function carriedParameters(service: string | undefined, reply: ReplyForm): Record<string, string> {
  const method = methodParameter(reply)
  const name = reply.parameter === 'ticket' ? 'service' : 'TARGET'
  return { ...(service !== undefined && { [name]: service }), ...(method !== undefined && { method }) }
}

/** The same request as a query of `/login`. */
export function loginQuery({ service, reply, renew, gateway }: LoginInput): string {
  const switches = { ...(renew && { renew: 'true' }), ...(gateway && { gateway: 'true' }) }
  return new URLSearchParams({ ...carriedParameters(service, reply), ...switches }).toString()
}
