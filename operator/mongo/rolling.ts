/**
 * How a replica set's pods are replaced by newer ones (update strategy OnDelete): secondaries first, then the
 * primary hands over, then the former primary goes. Nothing is touched while a member is missing.
 */

/** One member's pod. */
export type RollingMember = {
  readonly name: string
  readonly host: string
  /** The pod runs another revision than the wanted one. */
  readonly outdated: boolean
  /** The pod was deleted and has not ended yet. */
  readonly terminating: boolean
  /** The kubelet finds mongod's port open. */
  readonly containerReady: boolean
  /** The member is primary, or secondary with small lag. */
  readonly ready: boolean
  readonly primary: boolean
}

export type RollingDecision =
  /** All pods run the wanted revision. */
  | { readonly kind: 'done' }
  | { readonly kind: 'delete'; readonly name: string }
  /** Execute step `{ kind: 'stepDown', primary: host }` on the set. */
  | { readonly kind: 'stepDown'; readonly host: string }
  | { readonly kind: 'wait'; readonly message: string }

/** The one next action of a roll. `members` are in order of their ordinals; a pod that is missing is not ready. */
export function decideRoll(members: readonly RollingMember[]): RollingDecision {
  const outdated = members.filter((member) => member.outdated)
  if (outdated.length === 0) return { kind: 'done' }
  const leaving = members.find(({ terminating }) => terminating)
  if (leaving !== undefined) return { kind: 'wait', message: `${leaving.name} is being replaced` }
  // A pod that does not run is replaced whatever the others do: it may be the bad revision that the new one cures.
  // One that runs, but cannot be reached or copies data, may still hold the majority together.
  const broken = outdated.find(({ ready, containerReady }) => !ready && !containerReady)
  if (broken !== undefined) return { kind: 'delete', name: broken.name }
  const missing = members.find(({ ready }) => !ready)
  if (missing !== undefined) return { kind: 'wait', message: `${missing.name} is not ready` }
  if (!members.some(({ primary }) => primary)) return { kind: 'wait', message: 'no primary is elected yet' }
  const secondary = outdated.findLast(({ primary }) => !primary)
  if (secondary !== undefined) return { kind: 'delete', name: secondary.name }
  return replacePrimary(outdated[0], members.length)
}

function replacePrimary(primary: RollingMember | undefined, memberCount: number): RollingDecision {
  if (primary === undefined) return { kind: 'done' }
  // Alone, it has nobody to hand over to.
  if (memberCount === 1) return { kind: 'delete', name: primary.name }
  return { kind: 'stepDown', host: primary.host }
}
