/** The registry's store in memory, with the promises of the port: passes the same contract suite as MongoDB's. */
import { contentHash } from '../../common/documents/content-hash.ts'
import { documentKey, propertyName } from '../../common/documents/document-key.ts'
import type { HeadDocument, OwnerDocument, PropertyOwnerDocument } from '../../common/documents/pool.ts'
import type { StoredDocument } from '../../common/documents/service-definition.ts'
import { propertyOwnerPrefix, type RegistryBatch, type RegistryState } from './registry.ts'
import { type CommitAt, type CommitResult, FencedFault, type RegistryStore } from './store.ts'

export class MemoryRegistryStore implements RegistryStore {
  /** By `documentKey` of their ids. Tests put foreign documents in here. */
  readonly services = new Map<string, StoredDocument>()
  readonly properties = new Map<string, StoredDocument>()
  readonly owners = new Map<string, OwnerDocument>()
  readonly propertyOwners = new Map<string, PropertyOwnerDocument>()
  head: HeadDocument | undefined

  prepare(): Promise<void> {
    return Promise.resolve()
  }

  async claim(epoch: number): Promise<void> {
    if (this.head === undefined) return
    if (this.head.epoch > epoch) throw new FencedFault(epoch, this.head.epoch)
    this.head = { ...this.head, epoch }
  }

  async load(): Promise<RegistryState> {
    return {
      rev: this.head?.rev ?? 0,
      headDigest: this.head?.digest,
      services: hashes(this.services),
      owners: new Map(this.owners),
      properties: new Map(Array.from(this.properties, ([key, document]) => [key, standing(document)])),
      propertyOwners: new Map(this.propertyOwners),
    }
  }

  async commit(batch: RegistryBatch, { rev, digest, epoch }: CommitAt): Promise<CommitResult> {
    if (this.head !== undefined && this.head.epoch > epoch) throw new FencedFault(epoch, this.head.epoch)
    if ((this.head?.rev ?? 0) !== rev) return { kind: 'stale' }
    this.head = { _id: 'head', rev: rev + 1, digest, epoch }
    this.#writeServices(batch, rev + 1)
    this.#writeProperties(batch, rev + 1)
    return { kind: 'committed', rev: rev + 1 }
  }

  #writeServices(batch: RegistryBatch, rev: number): void {
    for (const change of batch.services) {
      if (change.kind === 'delete') {
        this.services.delete(change.id.toString())
        this.owners.delete(change.id.toString())
        continue
      }
      const id = change.owner._id.toString()
      if (change.document !== undefined) this.services.set(id, change.document)
      this.owners.set(id, { ...change.owner, rev })
    }
  }

  #writeProperties(batch: RegistryBatch, rev: number): void {
    for (const change of batch.properties) {
      if (change.kind === 'delete') {
        this.properties.delete(documentKey(change.name))
        this.propertyOwners.delete(change.name)
        continue
      }
      const name = change.owner._id.slice(propertyOwnerPrefix.length)
      if (change.document !== undefined) this.properties.set(documentKey(name), { ...change.document })
      this.propertyOwners.set(name, { ...change.owner, rev })
    }
  }
}

const standing = (document: StoredDocument) => ({
  name: propertyName(document),
  hash: contentHash(document),
})

function hashes(documents: ReadonlyMap<string, StoredDocument>): ReadonlyMap<string, string> {
  return new Map(Array.from(documents, ([key, document]) => [key, contentHash(document)]))
}
