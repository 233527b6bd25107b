/** Definitions to CasServices, all at once: names, ids, and what is said about those that do not come along. Pure. */
import type { ServiceDefinition } from '../../common/documents/service-definition.ts'
import type { CasService, CasServiceSpec } from '../../operator/api/cas-service.ts'
import type { Schema } from '../../operator/api/schema.ts'
import { definitionId } from '../../operator/registry/definition-id.ts'
import { importedIdAnnotation, manifestOf } from '../../operator/registry/manifest.ts'
import type { Found } from '../lint/lint.ts'
import { documentSource } from '../lint/read-source.ts'
import { registryRules } from '../lint/registry-rules.ts'
import type { DefinitionSource, Source } from '../lint/source.ts'
import { manifestNames } from './manifest-names.ts'

export interface ConversionOptions {
  readonly clusterRef: CasServiceSpec['clusterRef']
  readonly namespace?: string | undefined
  readonly idInNames?: boolean | undefined
  /** Names that an earlier import gave, by id. */
  readonly kept?: ReadonlyMap<bigint, string>
  readonly schema: Schema
}

/** A sentence about a place. */
export interface Remarked {
  readonly file: string
  readonly line: number
  readonly path: string
  readonly message: string
}

export interface Conversion {
  /** By name. */
  readonly services: readonly CasService[]
  /** Definitions that do not become services, and why. */
  readonly refused: readonly Remarked[]
  /** How many they are. */
  readonly refusedCount: number
  /** What was left out, and what is odd among them. */
  readonly notes: readonly Remarked[]
}

type Usable = DefinitionSource & { readonly definition: ServiceDefinition }

export function convert(sources: readonly Source[], options: ConversionOptions): Conversion {
  const refused: Remarked[] = []
  const notes: Remarked[] = []
  const readable = sources.filter((source) => isReadable(source, refused)).map(identified)
  for (const source of readable) {
    for (const { path, message } of source.problems) refused.push(remark(source, path, message))
  }
  const isDouble = duplicates(readable, { refused, notes })
  const usable = readable
    .filter((source): source is Usable => source.definition !== undefined && !isDouble.has(source))
    .map(withId(notes))
  const { kept = new Map(), idInNames = false } = options
  const names = manifestNames(
    usable.map(({ definition }) => definition),
    { kept, idInNames },
  )
  const services = usable.flatMap((source) => {
    for (const { path, message } of source.notes) notes.push(remark(source, path, `is left out: ${message}`))
    const name = names.get(source.definition.id) ?? ''
    const made = manifestOf(source.definition, targetOf(source, name, options), options.schema)
    if (made.kind === 'refused') {
      for (const { path, message } of made.problems) refused.push(remark(source, path, message))
      return []
    }
    for (const { path, message } of made.notes) notes.push(remark(source, path, message))
    return [made.service]
  })
  const refusedCount = sources.length - services.length
  return { services: services.toSorted(byName), refused, refusedCount, notes }
}

const byName = (a: CasService, b: CasService): number => (a.metadata.name < b.metadata.name ? -1 : 1)

function remark(source: DefinitionSource, path: string, message: string): Remarked {
  return { file: source.file, line: source.lineOf(path), path, message }
}

function isReadable(source: Source, refused: Remarked[]): source is DefinitionSource {
  if (source.kind === 'unreadable') {
    for (const { line, path, message } of source.problems)
      refused.push({ file: source.file, line, path, message })
    return false
  }
  if (source.origin === 'manifest') {
    refused.push(remark(source, '', 'is a CasService already'))
    return false
  }
  return true
}

/** Definitions whose id another one has; what else is odd among all of them becomes notes. */
function duplicates(
  sources: readonly DefinitionSource[],
  { refused, notes }: { readonly refused: Remarked[]; readonly notes: Remarked[] },
): ReadonlySet<DefinitionSource> {
  const doubles = new Set<DefinitionSource>()
  const found: Found = (source, rule, { path, message }) => {
    if (rule !== 'duplicate-id') notes.push(remark(source, path, message))
    else {
      doubles.add(source)
      refused.push(remark(source, path, `${message}, which an Apereo CAS takes in its place`))
    }
  }
  registryRules(sources, found)
  return doubles
}

/** Apereo's id of what has none. */
const unsetId = -1n

/** A definition that says nothing of an id is as good as any. */
function identified(source: DefinitionSource): DefinitionSource {
  const { file, document, lineOf } = source
  if (document === undefined || (document['_id'] ?? undefined) !== undefined) return source
  return documentSource({
    file,
    origin: 'apereo',
    document: { ...document, _id: unsetId },
    notes: source.notes,
    lineOf,
  })
}

/** A definition without an id gets one out of what it says, which stays as long as that does. */
function withId(notes: Remarked[]): (source: Usable) => Usable {
  return (source) => {
    if (source.definition.id !== unsetId) return source
    const { name, serviceId } = source.definition
    notes.push(remark(source, '_id', 'is missing'))
    return {
      ...source,
      definition: { ...source.definition, id: definitionId({ namespace: serviceId, name }) },
    }
  }
}

function targetOf({ document }: Usable, name: string, { clusterRef, namespace }: ConversionOptions) {
  const id = document?.['_id']
  const hasId = (typeof id === 'bigint' || typeof id === 'number') && BigInt(id) !== unsetId
  return {
    name,
    clusterRef,
    ...(namespace === undefined ? {} : { namespace }),
    ...(hasId ? { annotations: { [importedIdAnnotation]: String(id) } } : {}),
  }
}
