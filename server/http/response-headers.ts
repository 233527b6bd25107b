/** Headers of every answer: what a browser may do with our pages, and that nobody keeps them. */
import type { RequestHandler, Response } from 'express'

/**
 * No script, no frame, nothing from elsewhere. `form-action` is missing on purpose: browsers apply it to the
 * redirect that follows a form as well, which would block the way to the service.
 */
const contentSecurityPolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"

/** For a page that goes on by itself: a script of this server's own, and still none inside the page. */
export function allowOwnScript(response: Response): void {
  response.set('Content-Security-Policy', `${contentSecurityPolicy}; script-src 'self'`)
}

export interface SecurityHeaders {
  /** Asked for each answer: browsers remember it for a year, for all ports and all pages of the host. */
  readonly isHttpsOnly: () => boolean
}

export function securityHeaders({ isHttpsOnly }: SecurityHeaders): RequestHandler {
  return (_request, response, next) => {
    response.set({
      'Content-Security-Policy': contentSecurityPolicy,
      'X-Frame-Options': 'DENY',
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      ...(isHttpsOnly() && { 'Strict-Transport-Security': 'max-age=31536000' }),
    })
    noCache(response)
    next()
  }
}

/**
 * Whether browsers may be told that the host of this URL speaks https only. They would hold every other program on
 * the same machine to it where the host is the machine itself.
 */
export function isHostOfItsOwn(publicUrl: string): boolean {
  const { protocol, hostname } = new URL(publicUrl)
  const isLoopback = /^(?:(?:.*\.)?localhost\.?|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
  return protocol === 'https:' && !isLoopback
}

/** Lets one page load images from the origins of these URLs, and from nowhere else, and perhaps go on by itself. */
export function allowImagesFrom(
  response: Response,
  urls: readonly string[],
  { ownScript }: { readonly ownScript: boolean },
): void {
  const origins = new Set(urls.flatMap((url) => URL.parse(url)?.origin ?? []))
  if (origins.size === 0) return
  const script = ownScript ? "; script-src 'self'" : ''
  const images = `; img-src ${[...origins].join(' ')}`
  response.set('Content-Security-Policy', `${contentSecurityPolicy}${script}${images}`)
}

/** Tickets and forms are for one moment and one browser (CAS 2.1). */
function noCache(response: Response): void {
  response.set({ 'Cache-Control': 'no-store', Pragma: 'no-cache', Expires: 'Thu, 01 Jan 1970 00:00:00 GMT' })
}
