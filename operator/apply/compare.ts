/**
 * Whether a living object still is what a manifest says: every field of the manifest has its value, and nothing that
 * an earlier manifest named has been left out since (a hash of the manifest stands on the object). What others
 * added is not ours to compare. Pure; decides that most passes write nothing.
 */
import { createHash } from 'node:crypto'
import type { KubeObject } from '../api/meta.ts'
import { sameQuantity } from '../api/quantity.ts'
import { annotations } from '../desired/labels.ts'

/** The manifest with its own hash as an annotation. */
export function stamped(manifest: KubeObject): KubeObject {
  const hash = createHash('sha256').update(canonical(manifest)).digest('hex').slice(0, 16)
  return {
    ...manifest,
    metadata: {
      ...manifest.metadata,
      annotations: { ...manifest.metadata.annotations, [annotations.applied]: hash },
    },
  }
}

/** Paths of a stamped manifest where the living object differs; empty: nothing to apply. */
export function differences(manifest: KubeObject, live: KubeObject): readonly string[] {
  return [...differing(manifest, live, '')]
}

function* differing(wanted: unknown, live: unknown, path: string): Generator<string> {
  if (Array.isArray(wanted)) {
    yield* differingList(wanted, live, path)
  } else if (isRecord(wanted)) {
    if (!isRecord(live)) yield path
    else
      for (const [key, value] of Object.entries(wanted)) yield* differing(value, live[key], `${path}.${key}`)
  } else if (wanted !== live && !(isQuantityPath(path) && sameQuantity(wanted, live))) {
    yield path
  }
}

function* differingList(wanted: readonly unknown[], live: unknown, path: string): Generator<string> {
  if (!Array.isArray(live)) {
    yield path
    return
  }
  const key = listKey(wanted)
  if (key === undefined) {
    if (wanted.length !== live.length) yield path
    else for (const [i, item] of wanted.entries()) yield* differing(item, live[i], `${path}[${i}]`)
    return
  }
  for (const item of wanted) {
    const name = (item as Record<string, unknown>)[key]
    const other = live.find((candidate) => isRecord(candidate) && candidate[key] === name)
    yield* differing(item, other, `${path}[${key}=${String(name)}]`)
  }
}

/** Fields that tell the items of Kubernetes' associative lists apart; others may have items of their own in them. */
const listKeys = ['uid', 'mountPath', 'containerPort', 'name', 'port', 'topologyKey', 'conditionType']

function listKey(items: readonly unknown[]): string | undefined {
  return listKeys.find((key) => {
    const values = items.map((item) => (isRecord(item) ? item[key] : undefined))
    return values.length > 0 && !values.includes(undefined) && new Set(values).size === values.length
  })
}

/** The API server rewrites amounts in their shortest form. */
const isQuantityPath = (path: string): boolean =>
  /\.(requests|limits)\.[^.]+(\.[^.]+)*$|\.sizeLimit$/.test(path)

/** JSON with sorted keys, so that the same manifest always has the same hash. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    isRecord(part) ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1))) : part,
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
