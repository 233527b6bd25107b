/**
 * Composition root: which parts make a server, and in what order they start and stop. Everything is passed in, so
 * that tests run several servers in one process, on stores of their choice.
 */
import { isDeepStrictEqual } from 'node:util'
import { type Clock, delay, type Random } from '../common/clock.ts'
import { serverEnv } from '../common/contract.ts'
import type { MemberDocument, RefusedProperty } from '../common/documents/pool.ts'
import { shortText } from '../common/documents/short-text.ts'
import type { Log } from '../common/log.ts'
import { Metrics } from '../common/metrics.ts'
import type { Authenticator } from './authn/authenticator.ts'
import type { CasDependencies } from './cas/dependencies.ts'
import { casApp } from './http/cas-app.ts'
import { listen } from './http/listener.ts'
import { type Health, managementHandler } from './http/management.ts'
import type { OutboundClient } from './outbound/outbound-client.ts'
import { Catalog } from './registry/catalog.ts'
import { logRefusals } from './registry/log-refusals.ts'
import type { RegistryFeed, RegistrySource } from './services/registry-source.ts'
import type { PublicUrl } from './settings.ts'
import type { OutboxStore } from './slo/outbox-store.ts'
import type { SessionEndStore } from './slo/session-end-store.ts'
import { type SingleLogout, startSingleLogout } from './slo/single-logout.ts'
import { formTokens } from './tickets/login-token.ts'
import type { TicketStore } from './tickets/ticket-store.ts'

/** What a member of the pool says about itself after each change of what it serves. */
type MemberReport = Pick<MemberDocument, 'rev' | 'digest' | 'refusedServices' | 'refusedProperties'>

export interface ServerParts {
  readonly publicUrl: PublicUrl
  readonly poolKey: Buffer
  readonly tickets: TicketStore
  readonly outbox: OutboxStore
  readonly sessionEnds: SessionEndStore
  readonly registry: RegistrySource
  readonly authenticator: Authenticator
  readonly outbound: OutboundClient
  readonly report: (report: MemberReport) => void
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Ports may be 0: any free one. */
  readonly address: { readonly host: string; readonly port: number; readonly managementPort: number }
  readonly drainDelayMs: number
  readonly metrics?: Metrics
  /** Of definitions that come out of files. */
  readonly definitions?: DefinitionsStatus
}

export interface DefinitionsStatus {
  /** Facts for people. */
  readonly facts: () => Readonly<Record<string, unknown>>
  /** Brings gauges up to date. */
  readonly refresh: () => void
}

export interface Server {
  readonly port: number
  readonly managementPort: number
  /** Resolves once the registry was loaded for the first time. */
  readonly loaded: Promise<void>
  /** Unready at once, serving on for the drain delay, gone when the last answer is out. */
  stop(): Promise<void>
}

/** Answers that are not out so long after the listener was closed are cut off. */
export const finishRequestsMs = 15_000

/** Listens at once and loads the registry beside it: a server also starts while MongoDB is away. */
export async function startServer(parts: ServerParts): Promise<Server> {
  const { log, metrics = new Metrics() } = parts
  const state = new ServerState(parts)
  const { host, port, managementPort } = parts.address
  const management = await listen(managementOf(state, metrics), {
    host,
    port: managementPort,
    setting: serverEnv.managementPort,
  })
  const singleLogout = singleLogoutOf(parts, state, metrics)
  const app = casAppOf({ ...parts, sessionEnding: singleLogout }, state, metrics)
  const http = await listen(app, { host, port, setting: serverEnv.port }).catch(async (error) => {
    await singleLogout.stop()
    await management.close(0)
    throw error
  })
  const loaded = followRegistry(parts, state)
  log.info({ port: http.port, managementPort: management.port }, 'listening')
  return {
    port: http.port,
    managementPort: management.port,
    loaded,
    stop: async () => {
      state.isDraining = true
      await delay(parts.drainDelayMs)
      await http.close(finishRequestsMs)
      await singleLogout.stop()
      await state.feed?.stop()
      await management.close(0)
    },
  }
}

/** What is asked about a running server. */
class ServerState {
  readonly catalog: Catalog
  feed: RegistryFeed | undefined
  isLoaded = false
  isDraining = false
  readonly definitions: DefinitionsStatus | undefined
  readonly #authenticator: Authenticator

  constructor({
    authenticator,
    log,
    definitions,
  }: Pick<ServerParts, 'authenticator' | 'log' | 'definitions'>) {
    this.#authenticator = authenticator
    this.definitions = definitions
    this.catalog = new Catalog(({ id, name }, ignored) => {
      const fields = ignored.map(({ path, message }) => `${path}: ${message}`)
      log.info(
        { service: String(id), name: shortText(name), fields },
        'definition says more than is honoured',
      )
    })
  }

  /** Everything that an answer depends on was loaded once. */
  get canServe(): boolean {
    return this.isLoaded && this.#authenticator.problem() === undefined
  }

  get health(): Health {
    const { rev, size, refusedServices, refusals, refusedProperties } = this.catalog.current
    const holdingAll = refusals.flatMap(({ id, held }) => (held?.areAll ? [id] : []))
    const problem = this.#authenticator.problem()
    return {
      ready: this.canServe && !this.isDraining,
      draining: this.isDraining,
      registry: {
        loaded: this.isLoaded,
        rev,
        services: size,
        refusedServices: refusedServices.length,
        refusedProperties: refusedProperties.length,
        ...(holdingAll.length > 0 && { holdBackAllUrls: holdingAll.slice(0, 20) }),
      },
      // Away does not make a server unready: what it holds in memory is served on, and so says this.
      mongodb: this.feed === undefined ? 'connecting' : this.feed.isCurrent ? 'connected' : 'away',
      ...(this.definitions !== undefined && { definitions: this.definitions.facts() }),
      ...(problem !== undefined && { problem }),
    }
  }
}

function singleLogoutOf(parts: ServerParts, state: ServerState, metrics: Metrics): SingleLogout {
  return startSingleLogout({
    ...parts,
    catalog: state.catalog,
    isLoaded: () => state.isLoaded,
    messages: metrics.counter(
      'caspool_logout_messages_total',
      'Attempts to deliver a logout message, by result.',
    ),
    pending: metrics.gauge(
      'caspool_logout_messages_pending',
      'Logout messages of the pool that wait for an attempt.',
    ),
  })
}

function casAppOf(
  parts: ServerParts & Pick<CasDependencies, 'sessionEnding'>,
  state: ServerState,
  metrics: Metrics,
): ReturnType<typeof casApp> {
  const { publicUrl, poolKey, random } = parts
  const counters = {
    signIns: metrics.counter('caspool_sign_ins_total', 'Sign-ins by credentials, by result.'),
    validations: metrics.counter('caspool_validations_total', 'Validations of tickets, by result.'),
    proxyCallbacks: metrics.counter('caspool_proxy_callbacks_total', 'Proxy callbacks, by result.'),
  }
  const { catalog } = state
  const cas: CasDependencies = { ...parts, catalog, counters, formTokens: formTokens(poolKey, random) }
  return casApp({
    cas,
    contextPath: publicUrl.contextPath,
    publicUrl: `${publicUrl.origin}${publicUrl.contextPath}`,
    cookies: { path: publicUrl.contextPath || '/', secure: publicUrl.isHttps },
    isLoaded: () => state.canServe,
    isDraining: () => state.isDraining,
    requestSeconds: metrics.histogram('caspool_http_request_seconds', 'Time to answer a request, by route.'),
  })
}

function managementOf(state: ServerState, metrics: Metrics): ReturnType<typeof managementHandler> {
  const gauges = {
    ready: metrics.gauge('caspool_ready', 'Whether this server takes requests.'),
    current: metrics.gauge('caspool_registry_current', 'Whether the registry in memory follows MongoDB.'),
    rev: metrics.gauge('caspool_registry_rev', 'Head revision that is applied in memory.'),
    services: metrics.gauge('caspool_registry_services', 'Usable service definitions in memory.'),
    refused: metrics.gauge(
      'caspool_registry_refused',
      'Definitions and properties that are refused, by kind.',
    ),
    holdingAll: metrics.gauge(
      'caspool_registry_holding_all',
      'Refused definitions that hold back all URLs behind them in the order.',
    ),
    memory: metrics.gauge('caspool_process_resident_memory_bytes', 'Resident memory of the process.'),
  }
  const refresh = (): void => {
    gauges.ready.set(state.health.ready ? 1 : 0)
    gauges.current.set(state.feed?.isCurrent ? 1 : 0)
    gauges.rev.set(state.catalog.current.rev)
    gauges.services.set(state.catalog.current.size)
    gauges.refused.set(state.catalog.current.refusedServices.length, { kind: 'service' })
    gauges.refused.set(state.catalog.current.refusedProperties.length, { kind: 'property' })
    gauges.holdingAll.set(state.catalog.current.refusals.filter(({ held }) => held?.areAll).length)
    gauges.memory.set(process.memoryUsage.rss())
    state.definitions?.refresh()
  }
  return managementHandler({ health: () => state.health, metrics, refresh })
}

/** Of many, the first: what others put into the database must not fill the log. */
function logRefusedProperties(log: Log, refused: readonly RefusedProperty[]): void {
  const properties = refused.slice(0, 20).map(({ name, reason }) => `${shortText(name)}: ${reason}`)
  if (refused.length > 0) log.warn({ count: refused.length, properties }, 'properties refused')
  else log.info('properties refused no more')
}

async function followRegistry(parts: ServerParts, state: ServerState): Promise<void> {
  try {
    state.feed = await parts.registry.follow((contents) => {
      const before = state.catalog.current
      const snapshot = state.catalog.apply(contents)
      state.isLoaded = true
      const { rev, digest, refusedServices, refusedProperties } = snapshot
      parts.report({ rev, digest, refusedServices, refusedProperties })
      parts.log.info({ rev, digest, services: snapshot.size }, 'registry applied')
      if (!isDeepStrictEqual(before.refusedProperties, refusedProperties))
        logRefusedProperties(parts.log, refusedProperties)
      logRefusals(parts.log, before, snapshot)
    })
  } catch (err) {
    // The source retries by itself whatever can be retried; what is left is its end, or a programmer's mistake.
    if (state.isDraining) return
    parts.log.error({ err }, 'registry cannot be followed')
    throw err
  }
}
