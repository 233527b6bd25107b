/**
 * Whether the service that validates a ticket is the one that it was granted for (CAS 2.5.1, 3.1.1). Between the two
 * a browser and an application have written the URL anew, each in its own way, so it is not the text that counts:
 * see docs/decisions/0012-same-service.md. Pure.
 */
import type { RegistrySnapshot } from '../registry/catalog.ts'
import { withoutTicket } from './redirect-url.ts'

/** Same URL, and the same definition: how a URL is written must not give it another service's rights. */
export function isSameService(
  snapshot: Pick<RegistrySnapshot, 'findService'>,
  granted: string,
  presented: string,
): boolean {
  if (granted === presented) return true
  if (!isSameUrl(granted, presented)) return false
  const [one, other] = [snapshot.findService(granted), snapshot.findService(presented)]
  return one.kind === 'service' && other.kind === 'service' && one.definition.id === other.definition.id
}

/** Whether two texts name one place. Of a target that is no web address the text counts. */
export function isSameUrl(granted: string, presented: string): boolean {
  if (granted === presented) return true
  const one = canonicalForm(granted)
  return one !== undefined && one === canonicalForm(presented)
}

/** Undefined for what is no web address. */
function canonicalForm(url: string): string | undefined {
  const withoutOldTicket = withoutTicket(withoutTicket(url), 'SAMLart')
  const found = /^(https?):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?/i.exec(withoutOldTicket)
  if (found === null) return undefined
  const [, scheme = '', authority = '', path = '', query = ''] = found
  const protocol = scheme.toLowerCase()
  const host = authority.toLowerCase().replace(protocol === 'https' ? /:443$/ : /:80$/, '')
  // Browsers ask for `/` where a URL has no path (RFC 3986, 6.2.3).
  return `${protocol}://${host}${canonicalPath(path || '/')}?${canonicalQuery(query)}`
}

/** Servlet containers add `;jsessionid=…` where cookies are off. An escaped delimiter divides nothing. */
function canonicalPath(path: string): string {
  const parts = path.replace(/;jsessionid=[^/;]*/gi, '').split(/([/;])/)
  return parts.map((part) => (part === '/' || part === ';' ? part : canonicalText(part))).join('')
}

/** The parameters as an application reads them out of a form, in their order; a value that is missing is empty. */
function canonicalQuery(query: string): string {
  const pairs = query.split('&').filter((pair) => pair !== '')
  const canonical = pairs.map((pair) => {
    const [name = '', ...value] = pair.replaceAll('+', '%20').split('=')
    return `${canonicalText(name)}=${canonicalText(value.join('='))}`
  })
  return canonical.join('&')
}

/** Escaped or not is the same, by the character that it stands for; octets that are no UTF-8 stay as they are. */
function canonicalText(text: string): string {
  const escaped = text.toWellFormed().replace(/%(?![0-9a-f]{2})/gi, '%25')
  try {
    return encodeURIComponent(decodeURIComponent(escaped))
  } catch {
    return escaped.replace(/%../g, (octet) => octet.toUpperCase())
  }
}
