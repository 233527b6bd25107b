/** Which pods of the replica set count as ready: the verdict behind their readiness gate `caspool.io/member`. */
import { isCaughtUp, type ObservedMember } from './facts.ts'

export type Readiness =
  | { readonly ready: true; readonly role: 'PRIMARY' | 'SECONDARY' }
  /** `reason` is a condition's: CamelCase, stable. */
  | { readonly ready: false; readonly reason: NotReadyReason; readonly message: string }

export type NotReadyReason = 'Unreachable' | 'Empty' | 'Lagging' | 'NotInService'

/**
 * A member is ready when it is primary, or secondary with small lag: then a disruption budget protects a set in
 * which somebody is still copying data.
 */
export function decideReadiness({ answer }: ObservedMember): Readiness {
  switch (answer.kind) {
    case 'unreachable':
      return notReady('Unreachable', answer.detail)
    case 'uninitialized':
      return notReady('Empty', 'member of no replica set yet')
    case 'member': {
      const { state, lagSeconds } = answer
      if (state !== 'PRIMARY' && state !== 'SECONDARY') return notReady('NotInService', `state ${state}`)
      if (isCaughtUp(answer)) return { ready: true, role: state }
      return notReady('Lagging', `${lagSeconds ?? 'unknown'} seconds behind`)
    }
  }
}

const notReady = (reason: NotReadyReason, message: string): Readiness => ({ ready: false, reason, message })
