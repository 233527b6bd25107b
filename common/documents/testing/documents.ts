/** Documents for tests of the codec: the least one, and those of a real Apereo CAS. */
import { readFileSync } from 'node:fs'
import { decodeDefinition } from '../definition-codec.ts'
import type { DecodedDefinition, ServiceDefinition, StoredDocument } from '../service-definition.ts'

export const services = 'org.apereo.cas.services'

export const minimal: StoredDocument = {
  _id: 1001n,
  _class: `${services}.CasRegisteredService`,
  name: 'Minimal',
  serviceId: '^https://minimal\\.example\\.org(/.*)?$',
}

/** The collection that a real Apereo CAS 6.6.12 wrote, as the driver would return it. */
const apereo = new Map(
  (
    JSON.parse(
      readFileSync(`${import.meta.dirname}/../apereo-6.6.12.golden.json`, 'utf8'),
      revive,
    ) as StoredDocument[]
  ).map((document) => [String(document['name']), document]),
)

function revive(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if ('$numberLong' in value) return BigInt(String(value.$numberLong))
  return '$numberInt' in value ? Number(value.$numberInt) : value
}

/** A definition as a real Apereo CAS stored it, by its name. */
export function stored(name: string): StoredDocument {
  const document = apereo.get(name)
  if (document === undefined) throw new TypeError(`no document ${name}`)
  return document
}

/** The definition in a document that has one. */
export function definitionIn(document: StoredDocument): ServiceDefinition {
  const decoded = decodeDefinition(document)
  if (decoded.kind === 'refused') throw new Error(JSON.stringify(decoded.problems))
  return decoded.definition
}

/** Paths of what refuses a document. */
export function refusedPaths(decoded: DecodedDefinition): readonly string[] {
  return decoded.kind === 'refused' ? decoded.problems.map((problem) => problem.path) : []
}

/** Paths of what is noted in a document. */
export function ignoredPaths(decoded: DecodedDefinition): readonly string[] {
  return decoded.kind === 'definition' ? decoded.ignored.map((problem) => problem.path) : []
}
