/**
 * Where the pool is reached, and where this machine listens for it. The two differ behind a proxy that ends TLS:
 * applications and browsers know the pool by its https URL, and the pool itself speaks http to the proxy. Pure.
 */
import { Fault } from '../common/fault.ts'

/** PEM texts of a certificate chain and its key. */
export interface TlsFiles {
  readonly cert: string
  readonly key: string
}

export interface Address {
  /** The CAS endpoints as people and applications reach them, without a slash at the end. */
  readonly url: string
  /** Port on 127.0.0.1. */
  readonly port: number
  /** The pool speaks https itself. */
  readonly tls: TlsFiles | undefined
  /** Where the pool listens, where that is not its public URL. */
  readonly behindProxy: string | undefined
}

export interface AddressOptions {
  /** Of the CasCluster. */
  readonly serverUrl: string
  readonly port: number | undefined
  readonly tls: TlsFiles | undefined
}

/** Throws Fault where the URL's scheme and what the pool can speak do not go together. */
export function addressOf({ serverUrl, port, tls }: AddressOptions): Address {
  const url = new URL(serverUrl)
  const isHttps = url.protocol === 'https:'
  if (tls !== undefined && !isHttps) {
    throw mismatch(
      `the serverUrl ${serverUrl} is http: write https into the CasCluster, or leave out --tls-cert`,
    )
  }
  if (isHttps && tls === undefined) {
    if (port === undefined) {
      throw mismatch(
        `the serverUrl ${serverUrl} is https, which the local pool speaks with --tls-cert and --tls-key only; ` +
          'behind a proxy that does, say with --port where the pool listens for it',
      )
    }
    return { url: textOf(url), port, tls, behindProxy: `http://127.0.0.1:${port}` }
  }
  if (port !== undefined) url.port = String(port)
  const listening = Number(url.port || (isHttps ? '443' : '80'))
  return { url: textOf(url), port: listening, tls, behindProxy: undefined }
}

const textOf = (url: URL): string => url.href.replace(/\/$/, '')

const mismatch = (message: string): Fault => new Fault(message, { code: 'ADDRESS_REFUSED', retryable: false })
