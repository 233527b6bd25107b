/** What differs between two registries, by definition and field. Pure. */
import { readDefinitionText, writeDefinitionText } from '../../common/apereo/definition-text.ts'
import { decodeDefinition, encodeDefinition } from '../../common/documents/definition-codec.ts'
import { documentKey } from '../../common/documents/document-key.ts'
import { isDocument } from '../../common/documents/document-reader.ts'
import type {
  ServiceDefinition,
  SingleRelease,
  StoredDocument,
} from '../../common/documents/service-definition.ts'

export type Difference =
  | {
      readonly kind: 'onlyLeft' | 'onlyRight'
      /** Absent: the definition has none, so that nothing on the other side is the same. */
      readonly id?: string
      readonly name: string
    }
  | {
      readonly kind: 'changed'
      readonly id: string
      readonly name: string
      readonly fields: readonly FieldDifference[]
    }

export interface FieldDifference {
  readonly path: string
  /** Absent: the field is not there. */
  readonly left?: unknown
  readonly right?: unknown
}

/** Everything that differs, by id. What says the same in other words, such as defaults written out, is equal. */
export function differences(
  left: readonly StoredDocument[],
  right: readonly StoredDocument[],
): readonly Difference[] {
  const leftById = byId(left)
  const rightById = byId(right)
  const ids = [...new Set([...leftById.keys(), ...rightById.keys()])]
  const found = ids.flatMap((id): Difference[] => {
    const one = leftById.get(id)
    const other = rightById.get(id)
    const name = nameOf(one ?? other)
    if (other === undefined) return [{ kind: 'onlyLeft', id, name }]
    if (one === undefined) return [{ kind: 'onlyRight', id, name }]
    const fields = fieldDifferences(...comparable(one, other), '')
    return fields.length === 0 ? [] : [{ kind: 'changed', id, name, fields }]
  })
  return [...found, ...withoutId(left, 'onlyLeft'), ...withoutId(right, 'onlyRight')]
}

const hasId = (document: StoredDocument): boolean => (document['_id'] ?? undefined) !== undefined

function byId(documents: readonly StoredDocument[]): ReadonlyMap<string, StoredDocument> {
  return new Map(documents.filter(hasId).map((document) => [documentKey(document['_id']), document]))
}

function withoutId(
  documents: readonly StoredDocument[],
  kind: 'onlyLeft' | 'onlyRight',
): readonly Difference[] {
  return documents.filter((one) => !hasId(one)).map((document) => ({ kind, name: nameOf(document) }))
}

function nameOf(document: StoredDocument | undefined): string {
  const name = document?.['name']
  return typeof name === 'string' ? name : 'without a name'
}

/** What servers read of both, written as the operator does; else both as they are, without Apereo's defaults. */
function comparable(one: StoredDocument, other: StoredDocument): readonly [StoredDocument, StoredDocument] {
  const [left, right] = [decodeDefinition(one), decodeDefinition(other)]
  if (left.kind === 'definition' && right.kind === 'definition') {
    return [encodeDefinition(canonical(left.definition)), encodeDefinition(canonical(right.definition))]
  }
  return [withoutDefaults(one), withoutDefaults(other)]
}

/** What can be said in two ways, in one of them. */
function canonical(definition: ServiceDefinition): ServiceDefinition {
  const { release } = definition
  if (release.kind !== 'chain') return { ...definition, release: canonicalRelease(release) }
  return { ...definition, release: { ...release, policies: release.policies.map(canonicalRelease) } }
}

/** One name is the same as a list of one; an attribute under no name is not released. */
function canonicalRelease(release: SingleRelease): SingleRelease {
  if (release.kind !== 'mapped') return release
  const names = Object.entries(release.names).flatMap(([from, to]) => {
    const [first, ...others] = [to].flat()
    return first === undefined ? [] : [[from, others.length === 0 ? first : to] as const]
  })
  return { ...release, names: Object.fromEntries(names) }
}

function withoutDefaults(document: StoredDocument): StoredDocument {
  if (typeof document['_id'] !== 'bigint') return document
  const read = readDefinitionText(writeDefinitionText(document, 'json'), 'json')
  return read.kind === 'read' ? read.document : document
}

function fieldDifferences(left: unknown, right: unknown, path: string): readonly FieldDifference[] {
  if (isDocument(left) && isDocument(right)) {
    const fields = [...new Set([...Object.keys(left), ...Object.keys(right)])]
    return fields.flatMap((field) => {
      return fieldDifferences(left[field], right[field], path === '' ? field : `${path}.${field}`)
    })
  }
  if (valueText(left) === valueText(right)) return []
  return [{ path, ...(left === undefined ? {} : { left }), ...(right === undefined ? {} : { right }) }]
}

/** A value as people read it; sets have no order that counts. */
export function valueText(value: unknown): string {
  return (
    JSON.stringify(value, (_key, member: unknown) => {
      if (typeof member === 'bigint') return Number(member)
      return Array.isArray(member) && member.every((item) => typeof item === 'string')
        ? member.toSorted()
        : member
    }) ?? 'nothing'
  )
}
