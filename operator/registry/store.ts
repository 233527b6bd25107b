/** PORT of the registry's database: the whole of it at one moment, and batches that are written whole or not at all. */
import { Fault } from '../../common/fault.ts'
import type { RegistryBatch, RegistryState } from './registry.ts'

export interface RegistryStore {
  /** Makes collections and indexes (idempotent), so that no transaction has to. */
  prepare(): Promise<void>
  /**
   * Takes the registry over for `epoch`: from the moment this resolves, no writer with a smaller epoch can commit.
   * Writes nothing if it is taken already, unless the head is none that a batch could be written on: that is replaced,
   * with what can be read of it. Throws FencedFault if a larger epoch was there before.
   */
  claim(epoch: number): Promise<void>
  /** Everything at one moment, majority committed. */
  load(): Promise<RegistryState>
  /**
   * Writes the batch and the head `{rev: rev + 1, digest, epoch}` in one transaction; all of it is visible at once
   * or never. Resolves with `stale` and nothing written when the head's rev is not `at.rev` any more.
   * Throws FencedFault and writes nothing when the head's epoch is larger; StoreFault when it is not known whether
   * the batch was written: load again before the next.
   */
  commit(batch: RegistryBatch, at: CommitAt): Promise<CommitResult>
}

export interface CommitAt {
  /** Rev that the batch was planned on. */
  readonly rev: number
  readonly digest: string
  readonly epoch: number
}

export type CommitResult = { readonly kind: 'committed'; readonly rev: number } | { readonly kind: 'stale' }

/** Another operator has taken over: this one must not write any more. */
export class FencedFault extends Fault {
  /** The epoch that stands in the head. */
  readonly headEpoch: number | undefined
  constructor(epoch: number, headEpoch: number | undefined) {
    super(`write the registry as epoch ${epoch}, which epoch ${headEpoch ?? 'unknown'} has taken over`, {
      code: 'FENCED',
      retryable: false,
    })
    this.headEpoch = headEpoch
  }
}
