/** Writes the readiness gate of mongod pods. */
import { systemClock } from '../../common/clock.ts'
import { kubernetesTime } from '../api/conditions.ts'
import { memberGate } from '../desired/labels.ts'
import type { KubeClient } from '../kube/client.ts'

/** What a gate should say. */
export interface GateValue {
  readonly pod: { readonly name: string; readonly namespace: string; readonly uid: string }
  readonly status: 'True' | 'False'
  readonly reason: string
  readonly message: string
}

/** Only our own condition is named, so the kubelet's stay as they are. A pod that is gone is no news. */
export async function writeGate(kube: KubeClient, gate: GateValue, clock = systemClock): Promise<void> {
  const { pod, status, reason, message } = gate
  const lastTransitionTime = kubernetesTime(clock.now())
  await kube.applyStatus({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: pod.name, namespace: pod.namespace, uid: pod.uid },
    status: { conditions: [{ type: memberGate, status, reason, message, lastTransitionTime }] },
  })
}
