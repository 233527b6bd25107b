/**
 * How clients of other languages write URLs: mod_auth_cas (Apache), phpCAS and the Java client, as their sources have it.
 * Each builds the URL of its own page out of the request that it got, once for `/login` and once for validation.
 */

/** One client at https://app.example.org. */
export interface ClientUrls {
  /** The service in clear, out of a request target such as `/a?b=c`. */
  service(target: string): string
  /** `service=…&ticket=…` as it stands behind the question mark. */
  loginQuery(target: string): string
  validationQuery(target: string, ticket: string): string
}

const origin = 'https://app.example.org'
const pathOf = (target: string): string => target.replace(/\?.*$/s, '')
const queryOf = (target: string): string => /\?(.*)$/s.exec(target)?.[1] ?? ''
const escaped = (octet: number): string => `%${octet.toString(16).padStart(2, '0')}`

function clientUrls(
  service: (target: string) => string,
  encode: (text: string) => string,
  validation: (service: string, ticket: string) => string,
): ClientUrls {
  return {
    service,
    loginQuery: (target) => `service=${encode(service(target))}`,
    validationQuery: (target, ticket) => validation(encode(service(target)), ticket),
  }
}

const serviceFirst = (service: string, ticket: string): string => `service=${service}&ticket=${ticket}`
const ticketFirst = (service: string, ticket: string): string => `ticket=${ticket}&service=${service}`

/** Apache hands over a path that is decoded and a query that is not; escapes in lower case, octets above ASCII raw. */
export const modAuthCas = clientUrls(
  (target) => {
    const query = queryOf(target).replace(/(^|&)ticket=ST-[^&]*/, '')
    return `${origin}${decodeURIComponent(pathOf(target))}${query === '' ? '' : `?${query}`}`
  },
  (text) => text.replace(/[+ <>"%{}|\\^~[\]`;/?:@=&#]/g, (c) => escaped(c.charCodeAt(0))),
  serviceFirst,
)

/** `REQUEST_URI` as it came, through PHP's urlencode. */
export const phpCas = clientUrls(
  (target) => {
    const query = queryOf(target).replace(/&ticket(=[^&]*)?|^ticket(=[^&]*)?&?/g, '')
    return `${origin}${pathOf(target)}${query === '' ? '' : `?${query}`}`
  },
  (text) =>
    encodeURIComponent(text)
      .replace(/[!'()*~]/g, (c) => escaped(c.charCodeAt(0)).toUpperCase())
      .replaceAll('%20', '+'),
  serviceFirst,
)

/** Java's URLEncoder. */
const javaEncode = (text: string): string =>
  encodeURIComponent(text)
    .replace(/[!'()~]/g, (c) => escaped(c.charCodeAt(0)).toUpperCase())
    .replaceAll('%20', '+')

/** The path as it came, the parameters decoded and written anew: encoded by default, or bare (encodeServiceUrl=false). */
const javaClient = (encodeServiceUrl: boolean): ClientUrls =>
  clientUrls(
    (target) => {
      const write = encodeServiceUrl ? javaEncode : (text: string): string => text
      const pairs = [...new URLSearchParams(queryOf(target))].filter(([name]) => name !== 'ticket')
      const query = pairs.map(([name, value]) => `${write(name)}=${write(value)}`).join('&')
      return `${origin}${pathOf(target)}${query === '' ? '' : `?${query}`}`
    },
    javaEncode,
    ticketFirst,
  )

export const javaCasClient = javaClient(true)
export const javaCasClientBare = javaClient(false)
