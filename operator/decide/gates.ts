/** Which mongod pods need another value of their readiness gate. */
import type { ObservedSet } from '../mongo/facts.ts'
import { decideReadiness } from '../mongo/readiness.ts'
import type { PodFact } from '../observe/facts.ts'

export interface GateChange {
  readonly pod: PodFact
  readonly status: 'True' | 'False'
  readonly reason: string
  readonly message: string
}

/**
 * The gates that differ from what was observed. Of a gate that is closed already only a new reason counts: lag
 * that grows by a second is no reason to write.
 */
export function decideGates(pods: readonly PodFact[], observed: ObservedSet): GateChange[] {
  return pods.flatMap((pod) => {
    const member = observed.members.find(({ name }) => name === pod.name)
    if (member === undefined) return []
    const readiness = decideReadiness(member)
    const change: GateChange = readiness.ready
      ? { pod, status: 'True', reason: 'InService', message: '' }
      : { pod, status: 'False', reason: readiness.reason, message: readiness.message }
    const same = pod.gate?.status === change.status && pod.gate.reason === change.reason
    return same ? [] : [change]
  })
}
