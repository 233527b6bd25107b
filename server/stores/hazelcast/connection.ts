/** The client of a Hazelcast cluster that may not be there yet, or for a while. */
import type { Client, ClientConfig, LifecycleState } from 'hazelcast-client'
import { delay } from '../../../common/clock.ts'
import { Fault, reasonOf, StoreFault } from '../../../common/fault.ts'
import type { Log } from '../../../common/log.ts'

export interface ConnectionOptions {
  readonly clusterName: string
  /** `host:port` of some members; the others are found through them. At least one. */
  readonly members: readonly string[]
  readonly log: Log
}

type Package = typeof import('hazelcast-client')

/** For so long a client looks for its cluster; then another one tries. */
const attemptMs = 10_000
const pauseMs = 500

export class HazelcastConnection {
  readonly #package: Package
  readonly #options: ConnectionOptions
  readonly #onGap = new Set<() => void>()
  readonly #closing = new AbortController()
  readonly #ended: Promise<void>
  #client: Client | undefined
  #isConnected = false

  private constructor(hazelcast: Package, options: ConnectionOptions) {
    this.#package = hazelcast
    this.#options = options
    this.#ended = this.#run()
  }

  /** Looks for the cluster in the background. Rejects with a Fault when the package is not installed. */
  static async open(options: ConnectionOptions): Promise<HazelcastConnection> {
    return new HazelcastConnection(await clientPackage(), options)
  }

  /** Calls `listener` whenever events may have been lost, until the answer is called. */
  onGap(listener: () => void): () => void {
    this.#onGap.add(listener)
    return () => void this.#onGap.delete(listener)
  }

  get isConnected(): boolean {
    return this.#isConnected
  }

  /** Throws StoreFault until the cluster was found for the first time. */
  async client(): Promise<Client> {
    if (this.#client === undefined) throw new StoreFault('reach Hazelcast', { retryable: true })
    return this.#client
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#ended
  }

  /** A client that has lost its cluster for too long ends itself, and another one takes its place. */
  async #run(): Promise<void> {
    const { signal } = this.#closing
    for (let isNews = true; !signal.aborted; ) {
      const ended = Promise.withResolvers<void>()
      try {
        this.#client = await this.#package.Client.newHazelcastClient(this.#config(ended.resolve))
        this.#isConnected = true
        this.#tellGap()
        isNews = true
        signal.addEventListener('abort', () => ended.resolve(), { once: true })
        await ended.promise
      } catch (thrown) {
        if (isNews) this.#options.log.warn({ reason: reasonOf(thrown) }, 'Hazelcast is not found')
        isNews = false
      }
      this.#isConnected = false
      if (!signal.aborted) await delay(pauseMs, signal).catch(() => undefined)
    }
    await this.#client?.shutdown()
  }

  #tellGap(): void {
    for (const listener of this.#onGap) listener()
  }

  #config(onShutdown: () => void): ClientConfig {
    const { clusterName, members, log } = this.#options
    const quiet = (): void => undefined
    const warn = (_source: string, message: string): void => log.warn({ reason: message }, 'Hazelcast client')
    // Calls fail at once while it looks for its cluster.
    const connectionRetry = {
      initialBackoffMillis: 100,
      maxBackoffMillis: 1_000,
      multiplier: 1.5,
      clusterConnectTimeoutMillis: attemptMs,
    }
    return {
      clusterName,
      network: { clusterMembers: [...members], connectionTimeout: 2_000 },
      connectionStrategy: { reconnectMode: this.#package.ReconnectMode.ASYNC, connectionRetry },
      // The member answers when its backup has answered.
      backupAckToClientEnabled: false,
      lifecycleListeners: [(state) => this.#onState(state, onShutdown)],
      membershipListeners: [{ memberAdded: () => this.#tellGap(), memberRemoved: () => this.#tellGap() }],
      customLogger: { log: quiet, error: warn, warn, info: quiet, debug: quiet, trace: quiet },
      properties: {
        'hazelcast.client.heartbeat.interval': 2_000,
        'hazelcast.client.heartbeat.timeout': 6_000,
        'hazelcast.client.invocation.timeout.millis': 8_000,
        'hazelcast.client.invocation.retry.pause.millis': 100,
      },
    }
  }

  #onState(state: LifecycleState, onShutdown: () => void): void {
    const { CONNECTED, CHANGED_CLUSTER, DISCONNECTED, SHUTDOWN } = this.#package.LifecycleState
    if (state === DISCONNECTED) this.#isConnected = false
    if (state === CONNECTED || state === CHANGED_CLUSTER) this.#isConnected = this.#client !== undefined
    if (state === SHUTDOWN) onShutdown()
    else if (this.#isConnected) this.#tellGap()
  }
}

async function clientPackage(): Promise<typeof import('hazelcast-client')> {
  try {
    return await import('hazelcast-client')
  } catch (cause) {
    throw new Fault(
      'load the package hazelcast-client, which replication over Hazelcast needs: npm install it',
      { code: 'PACKAGE_MISSING', retryable: false, cause },
    )
  }
}
