/**
 * The logout message (CAS 2.3.3, appendix C): a SAML 2.0 LogoutRequest that names the ticket by which the application
 * knows its session. Real clients read it out of the form field `logoutRequest`, whatever else the specification says.
 */
import { deflateSync } from 'node:zlib'
import type { Instant } from '../../common/clock.ts'
import { xmlText } from '../cas/response-xml.ts'

/** What one application is told about one of its sessions. */
export interface LogoutMessage {
  /** ID of the request; the same however often it is sent. */
  readonly id: string
  readonly issuedAt: Instant
  /** The user as this application knows it. */
  readonly nameId: string
  /** The ticket that the application had validated. */
  readonly sessionIndex: string
}

/** A message and where it goes. */
export interface AddressedMessage extends LogoutMessage {
  readonly url: string
  /** Of the service, decimal text. */
  readonly definitionId: string
}

/** Form field, and query parameter of the front channel. */
const logoutField = 'logoutRequest'

/** The document. Prefixes are part of what clients look for. */
export function logoutXml({ id, issuedAt, nameId, sessionIndex }: LogoutMessage): string {
  const instant = new Date(issuedAt).toISOString()
  return (
    `<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="${xmlText(id)}" ` +
    `Version="2.0" IssueInstant="${instant}">` +
    `<saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${xmlText(nameId)}</saml:NameID>` +
    `<samlp:SessionIndex>${xmlText(sessionIndex)}</samlp:SessionIndex></samlp:LogoutRequest>`
  )
}

/** Back channel: the fields of the form that is posted. */
export const logoutForm = (message: LogoutMessage): Readonly<Record<string, string>> => ({
  [logoutField]: logoutXml(message),
})

/**
 * Front channel: the application's URL with the document, compressed (zlib) and in base64, as a parameter; that is what
 * clients take apart.
 */
export function frontChannelUrl(url: string, message: LogoutMessage): string {
  const packed = deflateSync(logoutXml(message)).toString('base64')
  const [base = ''] = url.split('#', 1)
  const separator = base.includes('?') ? '&' : '?'
  return `${base}${separator}${logoutField}=${encodeURIComponent(packed)}`
}
