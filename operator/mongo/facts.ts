/**
 * What is known about a replica set at one moment: the facts on which plan.ts decides. replica-set.ts gathers
 * them; nothing here asks anybody.
 */

/** A member that the pool wants: `name` is the pod's or process's, `host` is `address:port` as in the set's config. */
export type WantedMember = { readonly name: string; readonly host: string }

/** States of replSetGetStatus. */
export type MemberState =
  | 'STARTUP'
  | 'PRIMARY'
  | 'SECONDARY'
  | 'RECOVERING'
  | 'STARTUP2'
  | 'UNKNOWN'
  | 'ARBITER'
  | 'DOWN'
  | 'ROLLBACK'
  | 'REMOVED'

/** What one member said when it was asked directly. */
export type MemberAnswer =
  | { readonly kind: 'unreachable'; readonly detail: string }
  /** NotYetInitialized, and no configuration on its disk either: a member that still loads one is in STARTUP. */
  | { readonly kind: 'uninitialized' }
  | {
      readonly kind: 'member'
      /** UNKNOWN when the member is neither primary nor secondary and no primary could be asked about it. */
      readonly state: MemberState
      /** Undefined in STARTUP and REMOVED: such a member does not say whose it is. */
      readonly setName: string | undefined
      /** Seconds behind the newest majority-committed write that any member knows. Undefined: no data yet. */
      readonly lagSeconds: number | undefined
    }

export type ObservedMember = WantedMember & { readonly answer: MemberAnswer }

/** The parts of a configured member that decisions depend on (replSetGetConfig). */
export type ConfigMember = {
  readonly _id: number
  readonly host: string
  readonly votes: number
  readonly priority: number
}

/** A configuration as replSetGetConfig gives it. Whatever else it holds is kept when it is changed. */
export type SetConfig = {
  readonly _id: string
  readonly version: number
  readonly term?: number
  readonly members: readonly ConfigMember[]
  readonly settings?: Readonly<Record<string, unknown>>
}

/** One member as the primary sees it (replSetGetStatus). `healthy` says that heartbeats arrive. */
type MemberView = { readonly host: string; readonly state: MemberState; readonly healthy: boolean }

/** The set as its primary sees it. */
export type PrimaryView = {
  readonly config: SetConfig
  /** A majority has installed this configuration, so that it cannot be rolled back (commitmentStatus). */
  readonly configCommitted: boolean
  readonly members: readonly MemberView[]
}

/** `unknown`: no primary could be asked. `refused`: absent, or with another password or other roles than wanted. */
export type UserFact = 'works' | 'refused' | 'unknown'

export type ObservedSet = {
  /** The wanted members in their order, then others that members named as belonging to their set. */
  readonly members: readonly ObservedMember[]
  /** Hosts that can become primary, as the members with the newest configuration name them. Empty: nobody knows. */
  readonly electableHosts: readonly string[]
  /** Host of the primary, by its own word; of several the one with the newest election. */
  readonly primary: string | undefined
  /** Undefined: no primary, or it did not answer the operator's user. */
  readonly view: PrimaryView | undefined
  /** Why the view is missing although there is a primary. */
  readonly viewDetail?: string
  readonly users: { readonly operator: UserFact; readonly server: UserFact }
}

/** Settings of every set of ours: a stalled primary is replaced after 5.5 s instead of 34 (measured). */
export const failoverSettings = {
  electionTimeoutMillis: 4000,
  heartbeatIntervalMillis: 1000,
  heartbeatTimeoutSecs: 2,
} as const

/**
 * Up to here a member counts as caught up. An idle primary writes a note every 10 s, and members are not asked at
 * exactly the same moment, so a member that lacks nothing may look 10 s behind.
 */
const smallLagSeconds = 15

/** Whether this member follows its set closely enough to carry it: the fact behind the pods' readiness. */
export function isCaughtUp(answer: MemberAnswer): boolean {
  if (answer.kind !== 'member') return false
  if (answer.state === 'PRIMARY') return true
  return answer.state === 'SECONDARY' && (answer.lagSeconds ?? Number.POSITIVE_INFINITY) <= smallLagSeconds
}

/** Whether some member holds data of a set, so that a set has to be recorded as existing. */
export function setWasSeen(observed: ObservedSet): boolean {
  return observed.members.some(({ answer }) => answer.kind === 'member')
}
