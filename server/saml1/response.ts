/** The answer to a SAML 1.1 request (CAS 4.2): a response with one assertion, or with a status that says why not. */
import type { Instant } from '../../common/clock.ts'
import { type FailureName, failures } from '../cas/failure.ts'
import { userAttributes, type ValidationResult, type ValidationSuccess } from '../cas/response.ts'
import { xmlText } from '../cas/response-xml.ts'

export const samlContentType = 'text/xml; charset=utf-8'

export interface SamlAnswer {
  readonly result: ValidationResult
  /** RequestID of the request. */
  readonly inResponseTo: string | undefined
  /** The service; undefined when the request named none. */
  readonly recipient: string | undefined
  /** Public URL of this server. */
  readonly issuer: string
  readonly now: Instant
  /** Random, new for each answer: letters and digits. */
  readonly ids: { readonly response: string; readonly assertion: string }
}

/** The assertion is for this moment; clocks of applications may differ from ours by so much. */
const validForMs = 30_000
const attributeNamespace = 'http://www.ja-sig.org/products/cas/'
const saml = 'urn:oasis:names:tc:SAML:1.0'

export function samlResponse(answer: SamlAnswer): string {
  const { result, inResponseTo, recipient } = answer
  const optional = (name: string, value: string | undefined): string =>
    value === undefined ? '' : ` ${name}="${xmlText(value)}"`
  return `<?xml version="1.0" encoding="UTF-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/">
<SOAP-ENV:Body>
<samlp:Response xmlns:samlp="${saml}:protocol" xmlns:saml="${saml}:assertion" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"${optional('InResponseTo', inResponseTo)} IssueInstant="${time(answer.now)}" MajorVersion="1" MinorVersion="1"${optional('Recipient', recipient)} ResponseID="_${answer.ids.response}">
${result.kind === 'success' ? successXml(answer, result.success) : failureXml(result.failure)}
</samlp:Response>
</SOAP-ENV:Body>
</SOAP-ENV:Envelope>
`
}

function successXml(answer: SamlAnswer, success: ValidationSuccess): string {
  const { now, recipient = '' } = answer
  const subject = `<saml:Subject><saml:NameIdentifier>${xmlText(success.principal.user)}</saml:NameIdentifier><saml:SubjectConfirmation><saml:ConfirmationMethod>${saml}:cm:artifact</saml:ConfirmationMethod></saml:SubjectConfirmation></saml:Subject>`
  const attributes = attributesXml(success)
  return `<samlp:Status><samlp:StatusCode Value="samlp:Success"/></samlp:Status>
<saml:Assertion AssertionID="_${answer.ids.assertion}" IssueInstant="${time(now)}" Issuer="${xmlText(answer.issuer)}" MajorVersion="1" MinorVersion="1">
<saml:Conditions NotBefore="${time(now - validForMs)}" NotOnOrAfter="${time(now + validForMs)}"><saml:AudienceRestrictionCondition><saml:Audience>${xmlText(recipient)}</saml:Audience></saml:AudienceRestrictionCondition></saml:Conditions>
<saml:AuthenticationStatement AuthenticationInstant="${time(success.authenticatedAt)}" AuthenticationMethod="${saml}:am:password">${subject}</saml:AuthenticationStatement>
${attributes === '' ? '' : `<saml:AttributeStatement>${subject}${attributes}</saml:AttributeStatement>`}
</saml:Assertion>`
}

/** An attribute without values would be no valid one, and neither would a statement without attributes. */
function attributesXml(success: ValidationSuccess): string {
  const own: [string, readonly string[]][] =
    success.rememberMe && success.protocolAttributes
      ? [['longTermAuthenticationRequestTokenUsed', ['true']]]
      : []
  return [...own, ...userAttributes(success)]
    .filter(([, values]) => values.length > 0)
    .map(([name, values]) => {
      const texts = values.map(
        (value) => `<saml:AttributeValue xsi:type="xs:string">${xmlText(value)}</saml:AttributeValue>`,
      )
      return `<saml:Attribute AttributeName="${xmlText(name)}" AttributeNamespace="${attributeNamespace}">${texts.join('')}</saml:Attribute>`
    })
    .join('')
}

function failureXml(name: FailureName): string {
  return `<samlp:Status>${statusCode(name)}<samlp:StatusMessage>${xmlText(failures[name].text)}</samlp:StatusMessage></samlp:Status>`
}

/** Whose fault it was, and, of a ticket that is worth nothing, that it was refused. */
function statusCode(name: FailureName): string {
  if (name === 'internalError') return '<samlp:StatusCode Value="samlp:Responder"/>'
  if (name === 'samlVersion') return '<samlp:StatusCode Value="samlp:VersionMismatch"/>'
  if (failures[name].code === 'INVALID_REQUEST') return '<samlp:StatusCode Value="samlp:Requester"/>'
  return '<samlp:StatusCode Value="samlp:Requester"><samlp:StatusCode Value="samlp:RequestDenied"/></samlp:StatusCode>'
}

const time = (instant: Instant): string => new Date(instant).toISOString()
