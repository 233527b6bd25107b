/** Parts that the pods of both tiers have in common: restricted security, spread over nodes. */
import { type Component, selectorLabels } from './labels.ts'

/** Pod security of the `restricted` standard; the files of volumes belong to the same group as the process. */
export const podSecurity = (user: number): Record<string, unknown> => ({
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  fsGroup: user,
  fsGroupChangePolicy: 'OnRootMismatch',
  seccompProfile: { type: 'RuntimeDefault' },
})

/** A container that may do nothing but run: no privileges, no writes to its own image. */
export const container = (own: Record<string, unknown>): Record<string, unknown> => ({
  ...own,
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
})

/** Pods of one tier go to different nodes where there are enough. */
export const spreadOverNodes = (pool: string, component: Component): Record<string, unknown>[] => [
  {
    maxSkew: 1,
    topologyKey: 'kubernetes.io/hostname',
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: selectorLabels(pool, component) },
  },
]
