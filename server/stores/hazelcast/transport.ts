/**
 * ReplicationTransport on a Hazelcast cluster: a map of texts by id, each replaced only by one of a greater version
 * (compare and set). The map is in memory: after the loss of all members the nodes publish again what they hold.
 * The package hazelcast-client is loaded only here, and this file only where Hazelcast is chosen.
 */
import type { IMap } from 'hazelcast-client'
import type { Clock } from '../../../common/clock.ts'
import { StoreFault } from '../../../common/fault.ts'
import type { Log } from '../../../common/log.ts'
import { versionProblem } from '../../replication/entry.ts'
import type { ReplicatedEntry, ReplicationTransport } from '../../replication/transport.ts'
import { compareVersions } from '../../replication/version.ts'
import { type ConnectionOptions, HazelcastConnection } from './connection.ts'
import { type Earlier, entryIn, textOf } from './entry-text.ts'
import { HazelcastFollower } from './follower.ts'

export type HazelcastOptions = ConnectionOptions & TransportOptions

export interface TransportOptions {
  readonly log: Log
  readonly clock: Clock
  /** Name of the map. It must have neither expiry nor eviction, and a backup. */
  readonly mapName?: string
  /** How often everything is read again although nothing is known to be missing. Default 1 min. */
  readonly rereadEveryMs?: number
}

const defaultMapName = 'caspool-service-replication'
/** Entries that are looked up at once. */
const lookedUp = 200

/**
 * Connects in the background, for as long as it takes. Rejects with a Fault when the package is not installed or the
 * options are none that the client takes.
 */
export async function hazelcastTransport(options: HazelcastOptions): Promise<ReplicationTransport> {
  const connection = await HazelcastConnection.open(options)
  const transport = transportOver(connection, options)
  const close = async (): Promise<void> => {
    await transport.close()
    await connection.close()
  }
  return { ...transport, close }
}

/** As `hazelcastTransport`, over a connection that outlives it. */
export function transportOver(
  connection: HazelcastConnection,
  { log, clock, rereadEveryMs = 60_000, mapName = defaultMapName }: TransportOptions,
): ReplicationTransport {
  const followers = new Set<HazelcastFollower>()
  const forget = connection.onGap(() => {
    for (const follower of followers) follower.suspectGap()
  })
  const map = async () => (await connection.client()).getMap<string, string>(mapName)
  const publisher = new Publisher(map)
  const isConnected = () => connection.isConnected
  return {
    publish: (entries) => publisher.publish(entries),
    follow: (apply) => {
      const follower = new HazelcastFollower({ map, apply, log, clock, rereadEveryMs, isConnected })
      followers.add(follower)
      return {
        get isCurrent() {
          return follower.isCurrent
        },
        stop: async () => {
          followers.delete(follower)
          await follower.stop()
        },
      }
    },
    close: async () => {
      forget()
      await Promise.all([...followers].map((follower) => follower.stop()))
    },
  }
}

type DefinitionMap = IMap<string, string>

/**
 * Hazelcast tells of entries in no order, not even of those that were written one after the other: they live on several
 * members. So each is written only when the one before it is held, and says which that was; followers ask for it then.
 */
class Publisher {
  readonly #open: () => Promise<DefinitionMap>
  #last: Earlier | undefined

  constructor(open: () => Promise<DefinitionMap>) {
    this.#open = open
  }

  async publish(entries: readonly ReplicatedEntry[]): Promise<readonly ReplicatedEntry[]> {
    const greater: ReplicatedEntry[] = []
    try {
      const map = await this.#open()
      for (let from = 0; from < entries.length; from += lookedUp) {
        const some = entries.slice(from, from + lookedUp)
        const found = new Map(await map.getAll(some.map(({ id }) => id)))
        for (const entry of some) {
          const held = await this.#publishOne(map, entry, found.get(entry.id) ?? null)
          this.#last = { id: entry.id, version: (held ?? entry).version }
          if (held !== undefined) greater.push(held)
        }
      }
      return greater
    } catch (cause) {
      throw new StoreFault('publish definitions', { retryable: true, cause })
    }
  }

  /** What is held instead, because its version is greater. `known`: what was held a moment ago. */
  async #publishOne(
    map: DefinitionMap,
    entry: ReplicatedEntry,
    known: string | null,
  ): Promise<ReplicatedEntry | undefined> {
    const text = textOf(entry, this.#last)
    // Between two looks another version came each time, of which there are only so many.
    for (let found = known; ; found = await map.get(entry.id)) {
      if (found === null) {
        if ((await map.putIfAbsent(entry.id, text)) === null) return undefined
        continue
      }
      const held = entryIn(entry.id, found)?.entry
      // What no node has written must not stand in the way.
      const isOfNode = held !== undefined && versionProblem(held) === undefined
      const order = isOfNode ? compareVersions(entry.version, held.version) : 1
      if (order < 0) return held
      if (order === 0) return undefined
      if (await map.replaceIfSame(entry.id, found, text)) return undefined
    }
  }
}
