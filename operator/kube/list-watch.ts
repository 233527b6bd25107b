/** Lists page by page, and watches, for one kind in one scope: what a reflector needs of the API. */
import type { KubeObject } from '../api/meta.ts'
import { KubeFault, type ListOptions, type ObjectList } from './client.ts'
import { apiVersionOf, type Kind, pathOf } from './kinds.ts'
import { jsonLines } from './lines.ts'
import { faultOfStatus, type Status } from './status.ts'
import type { ApiTransport } from './transport.ts'

interface ListPage {
  readonly items: readonly KubeObject[]
  /** Version of the whole list; the same on all its pages. */
  readonly resourceVersion: string
  /** Asks for the next page; absent on the last. */
  readonly continueToken?: string
}

export type WatchEvent =
  | { readonly kind: 'added' | 'modified' | 'deleted'; readonly object: KubeObject }
  /** Nothing happened up to this version. */
  | { readonly kind: 'bookmark'; readonly resourceVersion: string }

export interface WatchRequest {
  /** Everything after this version. */
  readonly resourceVersion: string
  /** The server ends the watch after this time. */
  readonly timeoutSeconds: number
  readonly signal: AbortSignal
  /** Called for each chunk that arrives. */
  readonly onBytes: () => void
}

/** PORT: the source of a reflector. Both methods throw KubeFault, `expired` when a version is too old. */
export interface ListWatch {
  readonly kind: Kind
  /** `kind`, and the scope when it is not the whole cluster: for logs and metrics. */
  readonly name: string
  /**
   * A page of the newest state. The first page asks for no version at all: the answer is then consistent, never older
   * than anything seen before. (Version 0 would be cheaper and may go back in time, which here would delete
   * definitions of services that were just made.)
   */
  list(page: { readonly limit: number; readonly continueToken?: string | undefined }): Promise<ListPage>
  /** Events in their order, until the server ends the watch or the signal aborts. */
  watch(request: WatchRequest): AsyncIterable<WatchEvent>
}

interface ListWatchScope {
  readonly transport: ApiTransport
  readonly kind: Kind
  readonly options: ListOptions
}

/** The lists and watches of one kind. */
export function apiListWatch(scope: ListWatchScope): ListWatch {
  const { kind, options } = scope
  return {
    kind,
    name: options.namespace === undefined ? kind : `${kind} in ${options.namespace}`,
    list: (page) => listPage(scope, page),
    watch: (request) => watch(scope, request),
  }
}

const pageSize = 500
/** A list whose version is compacted away between two pages begins anew this often before it fails. */
const listAttempts = 3

/** All pages of a list, joined. */
export async function listAll(source: ListWatch, limit = pageSize): Promise<ObjectList> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await joinPages(source, limit)
    } catch (fault) {
      const hasExpired = fault instanceof KubeFault && fault.kind === 'expired'
      if (!hasExpired || attempt === listAttempts) throw fault
    }
  }
}

async function joinPages(source: ListWatch, limit: number): Promise<ObjectList> {
  const items: KubeObject[] = []
  let continueToken: string | undefined
  for (;;) {
    const page = await source.list({ limit, continueToken })
    items.push(...page.items)
    if (page.continueToken === undefined) return { items, resourceVersion: page.resourceVersion }
    continueToken = page.continueToken
  }
}

async function listPage(
  { transport, kind, options }: ListWatchScope,
  page: { readonly limit: number; readonly continueToken?: string | undefined },
): Promise<ListPage> {
  const query = {
    limit: String(page.limit),
    labelSelector: options.labelSelector,
    continue: page.continueToken,
  }
  const answer = (await transport.json({
    method: 'GET',
    path: pathOf(kind, scopeOf(options)),
    query,
    timeoutMs: 60_000,
  })) as {
    readonly metadata: { readonly resourceVersion: string; readonly continue?: string }
    readonly items?: readonly KubeObject[] | null
  }
  // Items of built-in kinds come without kind and apiVersion.
  const header = { apiVersion: apiVersionOf(kind), kind }
  const items = (answer.items ?? []).map((item) => ({ ...item, ...header }))
  const { resourceVersion, continue: next } = answer.metadata
  return { items, resourceVersion, ...(next ? { continueToken: next } : {}) }
}

interface RawEvent {
  readonly type: string
  readonly object: unknown
}

async function* watch(
  { transport, kind, options }: ListWatchScope,
  request: WatchRequest,
): AsyncIterable<WatchEvent> {
  const path = pathOf(kind, scopeOf(options))
  const query = {
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: request.resourceVersion,
    timeoutSeconds: String(request.timeoutSeconds),
    labelSelector: options.labelSelector,
  }
  const body = await transport.stream({
    method: 'GET',
    path,
    query,
    signal: request.signal,
    timeoutMs: 30_000,
  })
  try {
    for await (const line of jsonLines(body, request.onBytes)) {
      const event = line as RawEvent
      if (event.type === 'ERROR') throw faultOfStatus(`watch ${path}`, event.object as Status)
      const read = readEvent(kind, event)
      if (read !== undefined) yield read
    }
  } catch (cause) {
    if (cause instanceof KubeFault) throw cause
    // A line that is no JSON: whatever sent it, the API has to be asked again from the last good event.
    throw new KubeFault(`watch ${path}`, { kind: 'unavailable', cause })
  }
}

const eventKinds = { ADDED: 'added', MODIFIED: 'modified', DELETED: 'deleted' } as const

/** Undefined for a type of event that a later API may bring. */
function readEvent(kind: Kind, event: RawEvent): WatchEvent | undefined {
  const object = event.object as KubeObject
  if (event.type === 'BOOKMARK') {
    return { kind: 'bookmark', resourceVersion: object.metadata.resourceVersion ?? '' }
  }
  const eventKind = Object.hasOwn(eventKinds, event.type)
    ? eventKinds[event.type as keyof typeof eventKinds]
    : undefined
  if (eventKind === undefined) return undefined
  return { kind: eventKind, object: { ...object, apiVersion: apiVersionOf(kind), kind } }
}

const scopeOf = (options: ListOptions): { readonly namespace?: string } =>
  options.namespace === undefined ? {} : { namespace: options.namespace }
