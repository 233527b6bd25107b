/** Services out of files, properties out of MongoDB: one registry. */

import { contentHash, registryDigest } from '../../../common/documents/content-hash.ts'
import type { StoredDocument } from '../../../common/documents/service-definition.ts'
import type {
  Refusal,
  RegistryContents,
  RegistryFeed,
  RegistrySource,
  WithheldService,
} from '../../services/registry-source.ts'

/** What there is to be served. A document that did not change keeps its identity. */
export interface Services {
  /** By id. */
  readonly documents: ReadonlyMap<string, StoredDocument>
  /** What is served as it was before, or not at all, because it could not be read. */
  readonly refused: readonly Refusal[]
  /** What is not served and keeps its URLs, by a key that no service has. */
  readonly withheld: ReadonlyMap<string, WithheldService>
  /** The file that a service was read from, by its id. */
  readonly fileOf?: (id: string) => string | undefined
}

export const noServices: Services = { documents: new Map(), refused: [], withheld: new Map() }

export interface ServicesSource {
  /** Calls `apply` with the first services, as soon as there are some to believe, and with every change of them. */
  follow(apply: (services: Services) => void): ServicesFeed
}

export interface ServicesFeed {
  /** What is held is what the files say. */
  readonly isCurrent: boolean
  stop(): Promise<void>
}

/** The rev is that of the properties; the digest is over both. What the other source knows of services is left out. */
export function withProperties(services: ServicesSource, properties: RegistrySource): RegistrySource {
  return {
    async follow(apply) {
      const first = Promise.withResolvers<void>()
      let latest: { services?: Services; properties?: RegistryContents } = {}
      const combine = (change: typeof latest): void => {
        latest = { ...latest, ...change }
        if (latest.services === undefined || latest.properties === undefined) return
        apply(combined(latest.services, latest.properties))
        first.resolve()
      }
      const files = services.follow((found) => combine({ services: found }))
      try {
        const database = await properties.follow((contents) => combine({ properties: contents }))
        await first.promise
        return feedOf(files, database)
      } catch (thrown) {
        await files.stop()
        throw thrown
      }
    },
  }
}

function feedOf(files: ServicesFeed, database: RegistryFeed): RegistryFeed {
  return {
    get isCurrent() {
      return database.isCurrent
    },
    async stop() {
      await Promise.all([files.stop(), database.stop()])
    },
  }
}

function combined(services: Services, { rev, properties }: RegistryContents): RegistryContents {
  let digest: string | undefined
  return {
    rev,
    get digest() {
      digest ??= registryDigest({ services: hashesOf(services.documents), properties: hashesOf(properties) })
      return digest
    },
    services: services.documents,
    properties,
    refused: services.refused,
    withheld: services.withheld,
    ...(services.fileOf !== undefined && { fileOf: services.fileOf }),
  }
}

const hashes = new WeakMap<StoredDocument, string>()

function hashesOf(documents: ReadonlyMap<string, StoredDocument>): ReadonlyMap<string, string> {
  return new Map(
    Array.from(documents, ([key, document]) => {
      const hash = hashes.get(document) ?? contentHash(document)
      hashes.set(document, hash)
      return [key, hash]
    }),
  )
}
