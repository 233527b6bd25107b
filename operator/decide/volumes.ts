/**
 * Whether the members' volumes are as the spec asks. The API refuses to change them, but sees one edit only: a size
 * that one edit takes away and the next brings back passes as another.
 */
import type { ResolvedStorage } from '../api/defaults.ts'
import { sameQuantity } from '../api/quantity.ts'
import { type Finding, stuck } from './findings.ts'

const at = 'spec.mongodb.storage'

/** What differs, and how the spec is put right; undefined: nothing. `made`: what the volumes are made from. */
export function volumesFinding(wanted: ResolvedStorage, made: ResolvedStorage): Finding | undefined {
  const isSameSize = wanted.size === made.size || sameQuantity(wanted.size, made.size)
  const differences = [
    ...(isSameSize ? [] : [difference('size', wanted.size, made.size)]),
    ...(wanted.storageClassName === made.storageClassName
      ? []
      : [difference('storageClassName', wanted.storageClassName, made.storageClassName)]),
  ]
  if (differences.length === 0) return undefined
  const meanwhile =
    'volumes stay as they are, those of new members become like them, and everything else goes on'
  return stuck('VolumesDiffer', `${differences.join('\n')}\n${meanwhile}`)
}

function difference(field: string, wanted: string | undefined, made: string | undefined): string {
  const [asked, is] = [wanted ?? 'the default', made ?? 'the default']
  const remedy = made === undefined ? 'remove it' : `remove it, then set it to ${made}`
  return `${at}.${field}: ${asked} is asked for, the volumes were made with ${is}; ${remedy}`
}
