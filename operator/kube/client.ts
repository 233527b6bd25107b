/**
 * PORT: the Kubernetes API as the operator uses it. Objects are raw JSON in both directions; no typed model stands
 * between a manifest and the server, since those drop silently what they do not know.
 *
 * Every method is bounded in time and throws KubeFault when the API refuses or cannot be reached. An object that is
 * not there is a value, never a fault; a kind that the API does not serve is a fault, never "not there".
 */
import { Fault } from '../../common/fault.ts'
import type { KubeObject } from '../api/meta.ts'
import type { Kind } from './kinds.ts'

/** Names one object. `namespace` is absent only for kinds without namespaces. */
export interface ObjectRef {
  readonly kind: Kind
  readonly namespace?: string
  readonly name: string
}

export interface ListOptions {
  /** Absent: all namespaces. */
  readonly namespace?: string
  /** Kubernetes label selector: `app.kubernetes.io/instance=sso,tier in (a,b)`. */
  readonly labelSelector?: string
}

export interface ObjectList {
  /** Each with `apiVersion` and `kind`, also where the API leaves them out. */
  readonly items: readonly KubeObject[]
  /** Version of the whole list; a watch that starts here misses nothing. */
  readonly resourceVersion: string
}

export interface DeleteOptions {
  /** Only the object with this uid; another one of the same name is a `conflict`. */
  readonly uid?: string
  /** Only this version of the object, else `conflict`. */
  readonly resourceVersion?: string
  /** What happens to dependents. Default Background. */
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan'
}

/** The field manager under which everything is applied. */
export const fieldManager = 'caspool-operator'

export interface KubeClient {
  /** The object now (a consistent read), or undefined when there is none of that name. */
  get(ref: ObjectRef): Promise<KubeObject | undefined>

  /** All objects of a kind, consistent as of the answer's `resourceVersion`. Pages are fetched and joined. */
  list(kind: Kind, options?: ListOptions): Promise<ObjectList>

  /**
   * Creates an object that must not be there yet. Undefined: one of that name exists and was left as it is. For what
   * must never be overwritten, such as generated keys.
   */
  create(object: KubeObject): Promise<KubeObject | undefined>

  /**
   * Server-side apply: creates the object or makes the fields of the manifest as they stand there; fields that an
   * earlier apply named and this one does not are removed; fields of others stay. Applying the same again changes
   * nothing, not even the resource version. Unknown fields are `invalid`. With `metadata.uid` or
   * `metadata.resourceVersion`, another object or version is a `conflict`. Answers the object as stored.
   */
  apply(object: KubeObject): Promise<KubeObject>

  /**
   * Server-side apply on the status subresource; everything but `status` in the manifest is only used to name the
   * object (and its uid or resourceVersion, as in `apply`). Undefined: there is no such object.
   */
  applyStatus(object: KubeObject): Promise<KubeObject | undefined>

  /**
   * Replaces the whole object if its `metadata.resourceVersion` is still current, else `conflict`. For objects that
   * one writer at a time may change (Lease). Undefined: there is no such object.
   */
  replace(object: KubeObject): Promise<KubeObject | undefined>

  /** Starts the deletion. True: it has been accepted; false: there was nothing of that name. */
  delete(ref: ObjectRef, options?: DeleteOptions): Promise<boolean>

  /**
   * Asks for the eviction of a pod, which respects disruption budgets. `refused`: a budget does not allow it now.
   */
  evict(pod: { readonly namespace: string; readonly name: string; readonly uid?: string }): Promise<Eviction>
}

export type Eviction =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly message: string }

/**
 * Why the API did not do as asked:
 * - `conflict`: somebody changed, or owns, what the request relied on; read again and decide anew
 * - `invalid`: the manifest can never be accepted as it is (schema, CEL, immutable field, unknown field)
 * - `forbidden`: the operator's role does not allow it, or an admission plugin refused it
 * - `unauthorized`: the API does not know us, also after one more attempt
 * - `expired`: the list or watch position is too old
 * - `missing`: the kind is not served (no CRD), or the namespace does not exist
 * - `throttled`: try again after `retryAfterMs`
 * - `unavailable`: no answer, no answer in time, or a server error
 */
export type KubeFaultKind =
  | 'conflict'
  | 'invalid'
  | 'forbidden'
  | 'unauthorized'
  | 'expired'
  | 'missing'
  | 'throttled'
  | 'unavailable'

const worthRetrying: readonly KubeFaultKind[] = ['conflict', 'expired', 'throttled', 'unavailable']

/** The API refused a request or did not answer it. The message names the request and the server's own words. */
export class KubeFault extends Fault {
  readonly kind: KubeFaultKind
  /** HTTP status, when there was an answer. */
  readonly status: number | undefined
  /** When the server said how long to wait. */
  readonly retryAfterMs: number | undefined
  constructor(
    doing: string,
    options: { kind: KubeFaultKind; status?: number; retryAfterMs?: number; cause?: unknown },
  ) {
    super(doing, {
      code: `KUBE_${options.kind.toUpperCase()}`,
      retryable: worthRetrying.includes(options.kind),
      cause: options.cause,
    })
    this.kind = options.kind
    this.status = options.status
    this.retryAfterMs = options.retryAfterMs
  }
}
