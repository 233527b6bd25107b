/**
 * Validation results in XML (CAS appendix A). Whatever stands in names and values, the document stays well-formed
 * and holds exactly one result: characters that XML cannot carry are replaced, names become XML names.
 */
import { failures } from './failure.ts'
import {
  type ProxyResult,
  protocolValues,
  userAttributes,
  type ValidationResult,
  type ValidationSuccess,
} from './response.ts'

export const xmlContentType = 'application/xml; charset=utf-8'

/** The document; attributes only where the protocol version has them. */
export function xmlResponse(result: ValidationResult, options: { readonly attributes: boolean }): string {
  const body = result.kind === 'success' ? successXml(result.success, options) : failureXml(result.failure)
  return documentOf(body)
}

/** The document that answers `/proxy`. */
export function proxyXmlResponse(result: ProxyResult): string {
  if (result.kind === 'failure') return documentOf(failureXml(result.failure, 'proxyFailure'))
  const ticket = `    <cas:proxyTicket>${xmlText(result.ticket)}</cas:proxyTicket>`
  return documentOf(['  <cas:proxySuccess>', ticket, '  </cas:proxySuccess>'].join('\n'))
}

const documentOf = (body: string): string =>
  `<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas">\n${body}\n</cas:serviceResponse>\n`

function successXml(success: ValidationSuccess, options: { readonly attributes: boolean }): string {
  return [
    '  <cas:authenticationSuccess>',
    `    <cas:user>${xmlText(success.principal.user)}</cas:user>`,
    ...(options.attributes ? attributesXml(success) : []),
    ...proxyingXml(success),
    '  </cas:authenticationSuccess>',
  ].join('\n')
}

function attributesXml(success: ValidationSuccess): string[] {
  const own = protocolValues(success).map(([name, value]) => element(name, String(value)))
  const others = userAttributes(success).flatMap(([name, values]) =>
    values.map((value) => element(xmlName(name), value)),
  )
  if (own.length + others.length === 0) return []
  return ['    <cas:attributes>', ...own, ...others, '    </cas:attributes>']
}

function proxyingXml({ proxyGrantingTicketIou: iou, proxies = [] }: ValidationSuccess): string[] {
  const chain = proxies.map((url) => element('proxy', url))
  return [
    ...(iou === undefined ? [] : [`    <cas:proxyGrantingTicket>${xmlText(iou)}</cas:proxyGrantingTicket>`]),
    ...(chain.length === 0 ? [] : ['    <cas:proxies>', ...chain, '    </cas:proxies>']),
  ]
}

function failureXml(name: keyof typeof failures, kind = 'authenticationFailure'): string {
  const { code, text } = failures[name]
  return `  <cas:${kind} code="${code}">${xmlText(text)}</cas:${kind}>`
}

const element = (name: string, value: string): string => `      <cas:${name}>${xmlText(value)}</cas:${name}>`

/** Text for element content and quoted attributes; what XML 1.0 cannot carry becomes U+FFFD. */
export function xmlText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"'\r]/g, (c) => `&#${c.charCodeAt(0)};`)
}

const nameStart = /^[A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff]$/u
const nameOther = /^[-.0-9]$/

/** An attribute's name as an XML name without colon: any other character becomes `_x` and its code point, `_`. */
export function xmlName(name: string): string {
  const encoded = [...name.toWellFormed()].map((c, index) =>
    nameStart.test(c) || (index > 0 && nameOther.test(c)) ? c : `_x${hex(c)}_`,
  )
  return encoded.join('') || '_'
}

const hex = (c: string): string => (c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
