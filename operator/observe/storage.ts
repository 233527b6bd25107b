/** What the claims of a living StatefulSet ask for: their template cannot be changed. */

import type { ResolvedStorage } from '../api/defaults.ts'
import type { KubeObject } from '../api/meta.ts'

interface WithClaims {
  readonly spec?: {
    readonly volumeClaimTemplates?: readonly {
      readonly spec?: {
        readonly storageClassName?: string
        readonly resources?: { readonly requests?: { readonly storage?: string } }
      }
    }[]
  }
}

export function storageOf(statefulSet: KubeObject | undefined): ResolvedStorage | undefined {
  const claim = (statefulSet as WithClaims | undefined)?.spec?.volumeClaimTemplates?.[0]?.spec
  const size = claim?.resources?.requests?.storage
  if (size === undefined) return undefined
  const { storageClassName } = claim ?? {}
  return { size, ...(storageClassName === undefined ? {} : { storageClassName }) }
}
