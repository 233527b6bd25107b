/** An application that speaks HTTP by itself: each request goes to the next server of the pool. */
import type { Answer } from './browser.ts'
import type { Pool } from './pool.ts'

export interface RawRequest {
  readonly method?: string
  /** A form, unless it is text. */
  readonly body?: Readonly<Record<string, string>> | string
  readonly headers?: Readonly<Record<string, string>>
}

/** Sends requests to the servers in turn. */
export function roundRobin(pool: () => Pool): (path: string, request?: RawRequest) => Promise<Answer> {
  let turn = 0
  return async (path, { method, body, headers = {} } = {}) => {
    const base = pool().url(turn++ % pool().servers.length)
    const response = await fetch(`${base}${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      redirect: 'manual',
      headers: { ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : new URLSearchParams(body) }),
    })
    return {
      status: response.status,
      headers: response.headers,
      body: await response.text(),
      location: response.headers.get('location') ?? undefined,
    }
  }
}
