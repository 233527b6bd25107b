/**
 * Change events of the database as changes of the registry, put together again to whole transactions: pure.
 */
import { collections } from '../../../common/contract.ts'
import { documentKey } from '../../../common/documents/document-key.ts'
import type { StoredDocument } from '../../../common/documents/service-definition.ts'
import { wholeNumber } from '../../../common/documents/whole-number.ts'
import type { Head, RegistryChange, RegistryPart } from './registry-held.ts'

/** The part of a change event that matters here (MongoDB manual, "Change Events"). */
export interface ChangeEvent {
  readonly operationType: string
  readonly ns?: { readonly coll?: string }
  readonly documentKey?: { readonly _id: unknown }
  readonly fullDocument?: StoredDocument
  /** Only on updates in place. */
  readonly updateDescription?: { readonly updatedFields?: StoredDocument }
  /** Only on events of a multi-document transaction. */
  readonly lsid?: { readonly id: { toString(encoding: 'hex'): string } }
  readonly txnNumber?: number | bigint
  /** When it was committed, on the primary's clock. */
  readonly wallTime?: Date
}

export type RegistryEvent =
  | { readonly kind: 'change'; readonly change: RegistryChange; readonly transaction: string | undefined }
  /** Cannot be followed in steps: everything has to be read again. */
  | { readonly kind: 'reload'; readonly why: 'updatedInPlace' | 'dropped' }
  | { readonly kind: 'ignored' }

const parts = new Map<string | undefined, RegistryPart>([
  [collections.services, 'services'],
  [collections.properties, 'properties'],
])

const dropTypes = new Set(['drop', 'rename', 'dropDatabase', 'invalidate'])

/** Stage that lets through what concerns the registry, so that tickets are not sent here. */
export const eventFilter = {
  $match: {
    $or: [
      { 'ns.coll': { $in: [collections.services, collections.properties, collections.poolState] } },
      { 'to.coll': { $in: [collections.services, collections.properties, collections.poolState] } },
      { operationType: { $in: ['dropDatabase', 'invalidate'] } },
    ],
  },
}

export function parseEvent(event: ChangeEvent): RegistryEvent {
  if (dropTypes.has(event.operationType)) return { kind: 'reload', why: 'dropped' }
  const part = parts.get(event.ns?.coll)
  const storedId = event.documentKey?._id
  const id = documentKey(storedId)
  if (part === undefined && storedId !== 'head') return { kind: 'ignored' }
  const transaction = transactionOf(event)
  switch (event.operationType) {
    case 'insert':
    case 'replace':
      return changed(part, { id, document: event.fullDocument, transaction })
    case 'update':
      // An operator that takes over raises the head's epoch, before its first batch.
      if (part === undefined && !changesHead(event)) return { kind: 'ignored' }
      // Somebody used $set. The event holds the difference only; what we write are whole documents.
      return { kind: 'reload', why: 'updatedInPlace' }
    case 'delete':
      // A head is only ever replaced. Whoever deletes it does not know what it is for.
      if (part === undefined) return { kind: 'ignored' }
      return { kind: 'change', change: { kind: 'remove', part, id }, transaction }
    default:
      return { kind: 'ignored' }
  }
}

/** The head of a `pool-state` document; rev 0 and no digest where it holds something else than these. */
export function headOf({ rev, digest }: StoredDocument): Head {
  return { rev: Number(wholeNumber(rev) ?? 0), digest: typeof digest === 'string' ? digest : '' }
}

/**
 * Puts events of one transaction together. They come in a row; the head, which every batch of the operator ends
 * with, completes its transaction at once. Events outside of transactions are complete by themselves.
 */
export class TransactionAssembler {
  #transaction: string | undefined
  #changes: RegistryChange[] = []

  /** True while a transaction is not complete. */
  get isPending(): boolean {
    return this.#changes.length > 0
  }

  /** Takes the next change; returns what is complete now, in order. */
  add(change: RegistryChange, transaction: string | undefined): readonly (readonly RegistryChange[])[] {
    const complete = transaction === this.#transaction ? [] : this.flush()
    this.#transaction = transaction
    this.#changes.push(change)
    return transaction === undefined || change.kind === 'head' ? [...complete, ...this.flush()] : complete
  }

  /** The stream has nothing more: what is here was all of its transaction. */
  flush(): readonly (readonly RegistryChange[])[] {
    if (this.#changes.length === 0) return []
    const changes = this.#changes
    this.#changes = []
    this.#transaction = undefined
    return [changes]
  }
}

function changed(
  part: RegistryPart | undefined,
  {
    id,
    document,
    transaction,
  }: { id: string; document: StoredDocument | undefined; transaction: string | undefined },
): RegistryEvent {
  if (document === undefined) return { kind: 'reload', why: 'updatedInPlace' }
  const change: RegistryChange =
    part === undefined ? { kind: 'head', head: headOf(document) } : { kind: 'put', part, id, document }
  return { kind: 'change', change, transaction }
}

function changesHead({ updateDescription }: ChangeEvent): boolean {
  const { updatedFields = {} } = updateDescription ?? {}
  return 'rev' in updatedFields || 'digest' in updatedFields
}

function transactionOf({ lsid, txnNumber }: ChangeEvent): string | undefined {
  return lsid === undefined || txnNumber === undefined ? undefined : `${lsid.id.toString('hex')}:${txnNumber}`
}
