/** `/validate`, `/serviceValidate`, `/proxyValidate` and their CAS 3 forms over HTTP. A failure is an answer, so its status is 200. */
import type { Request, Response } from 'express'
import { Fault } from '../../common/fault.ts'
import { type FailureName, failures } from '../cas/failure.ts'
import { queryOf } from '../cas/params.ts'
import type { ValidationResult } from '../cas/response.ts'
import { jsonContentType, jsonResponse } from '../cas/response-json.ts'
import { textContentType, textResponse } from '../cas/response-text.ts'
import { xmlContentType, xmlResponse } from '../cas/response-xml.ts'
import {
  parseValidationRequest,
  type RefusedQuery,
  type ValidationRequest,
  validate,
} from '../cas/validate.ts'
import type { HttpContext } from './context.ts'

/** GET /validate (CAS 1). */
export async function getValidate(context: HttpContext, request: Request, response: Response): Promise<void> {
  const parsed = parseValidationRequest(queryOf(request.url), { version: 1 })
  const result = await resultOf(context, parsed)
  response.set('Content-Type', textContentType).send(textResponse(result))
}

interface ValidationOptions {
  /** CAS 3 has attributes, CAS 2 has none unless the configuration says so. */
  readonly attributes: boolean
  readonly takesProxyTickets: boolean
}

/** GET /serviceValidate and /p3/serviceValidate. */
export const getServiceValidate = ({ attributes }: Pick<ValidationOptions, 'attributes'>) =>
  getValidation({ attributes, takesProxyTickets: false })

/** GET /proxyValidate and /p3/proxyValidate. */
export const getProxyValidate = ({ attributes }: Pick<ValidationOptions, 'attributes'>) =>
  getValidation({ attributes, takesProxyTickets: true })

const getValidation =
  (options: ValidationOptions) =>
  async (context: HttpContext, request: Request, response: Response): Promise<void> => {
    const version = options.attributes ? 3 : 2
    const endpoint = { version, takesProxyTickets: options.takesProxyTickets } as const
    const parsed = parseValidationRequest(queryOf(request.url), endpoint)
    const result = await resultOf(context, parsed)
    const attributes = options.attributes || context.cas.catalog.current.config.attributesInCas2
    if (parsed.format === 'JSON') {
      response.set('Content-Type', jsonContentType).send(jsonResponse(result, { attributes }))
    } else {
      response.set('Content-Type', xmlContentType).send(xmlResponse(result, { attributes }))
    }
  }

type ReadValidation =
  | { readonly kind: 'request'; readonly request: ValidationRequest }
  | Omit<RefusedQuery, 'format'>

/** The failure of a request that cannot be read. What is wrong with it stands in the log. */
export function refuseQuery(
  context: HttpContext,
  { failure, parameter }: Omit<RefusedQuery, 'format'>,
): { readonly kind: 'failure'; readonly failure: FailureName } {
  const facts = parameter && { parameter: parameter.name, problem: parameter.problem }
  context.cas.log.info({ ...facts, code: failures[failure].code, why: failure }, 'request refused')
  return { kind: 'failure', failure }
}

/** The verdict about a request, or about what could not be read as one. */
export async function resultOf(context: HttpContext, parsed: ReadValidation): Promise<ValidationResult> {
  if (parsed.kind === 'refused') return refuseQuery(context, parsed)
  try {
    return await validate(context.cas, parsed.request)
  } catch (error) {
    // A store that does not answer is no verdict about the ticket: the edge says "try again".
    if (error instanceof Fault) throw error
    context.cas.log.error({ err: error }, 'validation failed by a programming mistake')
    return { kind: 'failure', failure: 'internalError' }
  }
}
