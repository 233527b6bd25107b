/** Reads the API server's refusals: metav1.Status bodies, HTTP statuses, Retry-After. */
import { KubeFault, type KubeFaultKind } from './client.ts'

/** The part of metav1.Status that is looked at. */
export interface Status {
  readonly kind: 'Status'
  readonly code?: number
  readonly reason?: string
  readonly message?: string
  readonly details?: {
    readonly name?: string
    readonly kind?: string
    readonly retryAfterSeconds?: number
    readonly causes?: readonly { readonly field?: string; readonly reason?: string }[]
  }
}

export interface RefusedAnswer {
  readonly response: {
    readonly statusCode: number
    readonly headers: Readonly<Record<string, string | string[] | undefined>>
  }
  readonly text: string
}

/** The fault for an answer that is not 2xx. The message holds the server's own words. */
export function faultOfAnswer(doing: string, { response, text }: RefusedAnswer): KubeFault {
  const status = parseStatus(text)
  const message = status?.message ?? (text.trim().slice(0, 300) || `HTTP ${response.statusCode}`)
  const retryAfterMs = retryAfter(response.headers['retry-after'], status)
  return new KubeFault(doing, {
    kind: kindOfRefusal(response.statusCode, status),
    status: response.statusCode,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    cause: new Refusal(message, status),
  })
}

/** The fault for a Status that came as an ERROR event inside a watch. */
export function faultOfStatus(doing: string, status: Status): KubeFault {
  const code = status.code ?? 500
  return new KubeFault(doing, {
    kind: kindOfRefusal(code, status),
    status: code,
    cause: new Refusal(status.message ?? 'an error without a message', status),
  })
}

/** Whether the fault says that the one object asked for does not exist, while its kind is served. */
export function saysAbsent(thrown: unknown, name: string): boolean {
  if (!(thrown instanceof KubeFault) || thrown.kind !== 'missing' || !(thrown.cause instanceof Refusal)) {
    return false
  }
  // Without a name in the details it is the kind that is unknown; another name is that of the namespace.
  return thrown.cause.status?.reason === 'NotFound' && thrown.cause.status.details?.name === name
}

/** Whether the fault says that an object of that name exists already. */
export function saysExists(thrown: unknown): boolean {
  return (
    thrown instanceof KubeFault &&
    thrown.cause instanceof Refusal &&
    thrown.cause.status?.reason === 'AlreadyExists'
  )
}

/** Whether the fault says that a disruption budget forbids an eviction now (429, but nobody is too fast). */
export function saysBudget(thrown: unknown): boolean {
  if (!(thrown instanceof KubeFault) || !(thrown.cause instanceof Refusal)) return false
  return thrown.cause.status?.details?.causes?.some(({ reason }) => reason === 'DisruptionBudget') ?? false
}

/** The server's words, as the cause of a fault. */
class Refusal extends Error {
  readonly status: Status | undefined
  constructor(message: string, status: Status | undefined) {
    super(message)
    this.name = 'Refusal'
    this.status = status
  }
}

function kindOfRefusal(code: number, status: Status | undefined): KubeFaultKind {
  switch (code) {
    case 400:
    case 413:
    case 415:
      return 'invalid'
    case 422:
      // Some kinds answer so when an apply names the uid of an object that is gone.
      return status?.details?.causes?.some(({ field }) => field === 'metadata.uid') ? 'conflict' : 'invalid'
    case 401:
      return 'unauthorized'
    case 403:
      // A namespace that is being deleted refuses new objects with 403; the operator's role is not at fault.
      return 'forbidden'
    case 404:
      return 'missing'
    case 409:
      return 'conflict'
    case 410:
      return 'expired'
    case 429:
      return 'throttled'
    default:
      // Server-side apply of a manifest that does not fit the schema: an unknown field, text for a number.
      return status?.message?.startsWith('failed to create typed patch object') ? 'invalid' : 'unavailable'
  }
}

function parseStatus(text: string): Status | undefined {
  try {
    const value = JSON.parse(text) as { readonly kind?: unknown } | null
    return value?.kind === 'Status' ? (value as Status) : undefined
  } catch {
    // Proxies answer in HTML, and the API server itself now and then in plain text.
    return undefined
  }
}

function retryAfter(header: string | string[] | undefined, status: Status | undefined): number | undefined {
  const seconds = header === undefined ? status?.details?.retryAfterSeconds : Number(header)
  return seconds === undefined || !Number.isFinite(seconds) || seconds < 0 ? undefined : seconds * 1000
}
