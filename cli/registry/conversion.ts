/** Definitions to CasServices, all at once: names, ids, and what is said about those that do not come along. Pure. */
import { isTemplate, unsetId } from '../../common/documents/definition-codec.ts'
import type { ServiceClaim, ServiceDefinition } from '../../common/documents/service-definition.ts'
import type { CasService, CasServiceSpec } from '../../operator/api/cas-service.ts'
import type { Schema } from '../../operator/api/schema.ts'
import { definitionId } from '../../operator/registry/definition-id.ts'
import { importedIdAnnotation, type ManifestTarget, manifestOf } from '../../operator/registry/manifest.ts'
import type { RuleName } from '../lint/finding.ts'
import type { Found } from '../lint/lint.ts'
import { documentSource } from '../lint/read-source.ts'
import { registryRules } from '../lint/registry-rules.ts'
import type { DefinitionSource, Source } from '../lint/source.ts'
import { type ImportedClaim, isSurelyAhead, keptClaim, unknownClaimText } from './import-refused.ts'
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
  /** Disabled services, by name, that keep the URLs of refused definitions from wider services. */
  readonly keeping: readonly CasService[]
  /** What is to be said of the URLs that those keep. */
  readonly kept: readonly Remarked[]
  /** Refused definitions whose URLs nothing keeps, or not from everything. */
  readonly open: readonly Remarked[]
  /** What was left out, and what is odd among them. */
  readonly notes: readonly Remarked[]
  /** Definitions that become services, */
  readonly taken: readonly DefinitionSource[]
  /** and the rules of lint that they break among all definitions: these cost too much to be asked twice. */
  readonly brokenAmongAll: readonly RuleName[]
}

type Usable = DefinitionSource & { readonly definition: ServiceDefinition }

/** A definition whose URLs are its own, imported or not. */
interface Claimant {
  readonly source: DefinitionSource
  readonly claim: ServiceClaim
  /** The id is the one that stands in the source. */
  readonly hasId: boolean
}

export function convert(sources: readonly Source[], options: ConversionOptions): Conversion {
  const refusals = new Refusals()
  const notes: Remarked[] = []
  const readable = sources.filter((source) => isReadable(source, refusals)).map(identified)
  for (const source of readable) {
    for (const { path, message } of source.problems) refusals.add(source, path, message)
  }
  const { doubles: isDouble, broken } = foundAmongAll(readable, { refusals, notes })
  const usable = readable
    .filter((source): source is Usable => source.definition !== undefined && !isDouble.has(source))
    .map(withId(notes))
  const taken = new Map(usable.map(({ definition }) => [String(definition.id), definition]))
  const refusedClaims = claimants(
    readable.filter((source) =>
      isDouble.has(source) ? !isKept(source, taken) : source.definition === undefined,
    ),
    usable,
  )
  const { kept = new Map(), idInNames = false } = options
  const names = manifestNames(
    [...usable.map(({ definition }) => definition), ...refusedClaims.map(({ claim }) => claim)],
    { kept, idInNames },
  )
  const imported: ImportedClaim[] = []
  const importedSources: DefinitionSource[] = []
  const services = usable.flatMap((source) => {
    const { definition } = source
    for (const { path, message } of source.notes) notes.push(remark(source, path, message))
    const hasId = hasOwnId(source)
    const target = targetOf({ claim: definition, hasId }, names, options)
    const made = manifestOf(definition, target, options.schema)
    if (made.kind === 'refused') {
      for (const { path, message } of made.problems) refusals.add(source, source.pathOf(path), message)
      refusedClaims.push({ source, claim: definition, hasId })
      return []
    }
    for (const { path, message } of made.notes) notes.push(remark(source, source.pathOf(path), message))
    imported.push({ ...definition, casService: target.name })
    importedSources.push(source)
    return [made.service]
  })
  const refusedCount = sources.length - services.length
  const keeping = keptUrls({ refusedClaims, refusals, imported, names }, options)
  return {
    services: services.toSorted(byName),
    refused: refusals.all,
    refusedCount,
    ...keeping,
    notes,
    taken: importedSources,
    brokenAmongAll: importedSources.flatMap(({ file }) => broken.get(file) ?? []),
  }
}

interface Outcome {
  readonly refusedClaims: readonly Claimant[]
  readonly refusals: Refusals
  readonly imported: readonly ImportedClaim[]
  readonly names: ReadonlyMap<bigint, string>
}

/** Services that keep the URLs of what is refused, and what is to be said of them. */
function keptUrls(
  { refusedClaims, refusals, imported, names }: Outcome,
  options: ConversionOptions,
): Pick<Conversion, 'keeping' | 'kept' | 'open'> {
  const keeping: CasService[] = []
  const kept: Remarked[] = []
  const open: Remarked[] = []
  for (const claimant of refusedClaims) {
    const { source, claim } = claimant
    const target = targetOf(claimant, names, options)
    const reasons = refusals.reasonsOf(source)
    const result = keptClaim({ claim, reasons, target }, { imported, schema: options.schema })
    if (result.kind === 'open') {
      open.push(remark(source, 'serviceId', result.message))
      continue
    }
    keeping.push(result.service)
    const { widened } = result
    const what = widened === undefined ? 'its URLs' : `all URLs of ${widened}`
    kept.push(remark(source, 'serviceId', `CasService ${target.name} is disabled and keeps ${what}`))
    if (result.tooLate !== undefined) open.push(remark(source, 'serviceId', result.tooLate))
  }
  const unclaimed = refusals.unclaimed()
  const unknown = unclaimed.length === 0 ? undefined : unknownClaimText(imported)
  if (unknown !== undefined)
    open.push(...unclaimed.map((place) => ({ ...place, path: '', message: unknown })))
  return { keeping: keeping.toSorted(byName), kept, open }
}

/**
 * Whether the one of several with one id that is taken keeps the URLs of a copy, too: it claims the same, and is asked
 * no later. Else there may be a wider service between the two, which would take them.
 */
function isKept({ document, claim }: DefinitionSource, taken: ReadonlyMap<string, ServiceClaim>): boolean {
  if (claim === undefined) return false
  const stated = document?.['_id']
  const one = taken.get(String(stated === unsetId ? idOutOf(claim) : stated))
  return one !== undefined && one.serviceId === claim.serviceId && !isSurelyAhead(claim, one)
}

/** What is refused, in the order in which it was found out. */
class Refusals {
  readonly all: Remarked[] = []
  readonly #reasons = new Map<Source, string[]>()

  add(source: DefinitionSource, path: string, message: string): void {
    this.addAt(source, remark(source, path, message))
  }

  addAt(source: Source, refusal: Remarked): void {
    this.all.push(refusal)
    const { path, message } = refusal
    const reasons = this.#reasons.get(source) ?? []
    this.#reasons.set(source, [...reasons, path === '' ? message : `${path} ${message}`])
  }

  reasonsOf(source: Source): readonly string[] {
    return this.#reasons.get(source) ?? []
  }

  /** Places of what is refused and whose URLs nobody can read. */
  unclaimed(): readonly Pick<Remarked, 'file' | 'line'>[] {
    return Array.from(this.#reasons.keys()).flatMap((source) => {
      if (source.kind === 'unreadable') return [{ file: source.file, line: source.problems[0]?.line ?? 1 }]
      if (source.document !== undefined && isTemplate(source.document)) return []
      const serviceId = source.document?.['serviceId']
      const isUnknown = source.origin !== 'manifest' && (typeof serviceId !== 'string' || serviceId === '')
      return isUnknown ? [{ file: source.file, line: 1 }] : []
    })
  }
}

/** Those that claim URLs. An id that others have, or that nobody can read, names no CasService. */
function claimants(sources: readonly DefinitionSource[], usable: readonly Usable[]): Claimant[] {
  const taken = new Set(usable.map(({ definition }) => definition.id))
  return sources.flatMap((source) => {
    const { claim } = source
    if (claim === undefined) return []
    const hasId = hasOwnId(source) && !taken.has(claim.id)
    let id = claim.id
    for (let n = 0; !hasId && (n === 0 || taken.has(id)); n++) {
      id = definitionId({ namespace: `${claim.serviceId}${'#'.repeat(n)}`, name: claim.name })
    }
    taken.add(id)
    return [{ source, claim: { ...claim, id }, hasId }]
  })
}

const byName = (a: CasService, b: CasService): number => (a.metadata.name < b.metadata.name ? -1 : 1)

function remark(source: DefinitionSource, path: string, message: string): Remarked {
  return { file: source.file, line: source.lineOf(path), path, message }
}

function isReadable(source: Source, refusals: Refusals): source is DefinitionSource {
  if (source.kind === 'unreadable') {
    for (const { line, path, message } of source.problems)
      refusals.addAt(source, { file: source.file, line, path, message })
    return false
  }
  if (source.origin === 'manifest') {
    refusals.add(source, '', 'is a CasService already')
    return false
  }
  return true
}

interface FoundAmongAll {
  /** Definitions whose id another one has. */
  readonly doubles: ReadonlySet<DefinitionSource>
  /** Rules of lint that others break, by file: each holds one definition. */
  readonly broken: ReadonlyMap<string, readonly RuleName[]>
}

/** What is odd among all of them becomes notes. */
function foundAmongAll(
  sources: readonly DefinitionSource[],
  { refusals, notes }: { readonly refusals: Refusals; readonly notes: Remarked[] },
): FoundAmongAll {
  const broken = new Map<string, readonly RuleName[]>()
  const doubles = new Set<DefinitionSource>()
  const withoutId = new Set(sources.filter(isWithoutId))
  const found: Found = (source, rule, { path, message }) => {
    if (rule === 'duplicate-id' && withoutId.has(source)) return
    if (rule !== 'duplicate-id') {
      notes.push(remark(source, path, message))
      broken.set(source.file, [...(broken.get(source.file) ?? []), rule])
    } else {
      doubles.add(source)
      refusals.add(source, path, `${message}, which an Apereo CAS takes in its place`)
    }
  }
  registryRules(sources, found)
  // Each gets an id out of what it says.
  const seen = new Map<string, DefinitionSource>()
  for (const source of withoutId) {
    const { name, serviceId } = source.document ?? {}
    const said = JSON.stringify([serviceId, name])
    const first = seen.get(said)
    seen.set(said, first ?? source)
    if (first === undefined) continue
    doubles.add(source)
    refusals.add(
      source,
      '',
      `has no id, and serviceId and name of ${first.file}, which is taken in its place`,
    )
  }
  return { doubles, broken }
}

const isWithoutId = ({ document }: DefinitionSource): boolean => document?.['_id'] === unsetId

/** A definition that says nothing of an id is as good as any. */
function identified(source: DefinitionSource): DefinitionSource {
  const { file, document, lineOf, pathOf } = source
  if (document === undefined || (document['_id'] ?? undefined) !== undefined) return source
  return documentSource({
    file,
    origin: 'apereo',
    document: { ...document, _id: unsetId },
    notes: source.notes,
    lineOf,
    pathOf,
  })
}

/** A definition without an id gets one out of what it says, which stays as long as that does. */
function withId(notes: Remarked[]): (source: Usable) => Usable {
  return (source) => {
    if (source.definition.id !== unsetId) return source
    notes.push(remark(source, source.pathOf('_id'), 'is missing'))
    return { ...source, definition: { ...source.definition, id: idOutOf(source.definition) } }
  }
}

const idOutOf = ({ serviceId, name }: ServiceClaim): bigint => definitionId({ namespace: serviceId, name })

function targetOf(
  { claim, hasId }: Pick<Claimant, 'claim' | 'hasId'>,
  names: ReadonlyMap<bigint, string>,
  { clusterRef, namespace }: ConversionOptions,
): ManifestTarget {
  return {
    name: names.get(claim.id) ?? '',
    clusterRef,
    ...(namespace === undefined ? {} : { namespace }),
    ...(hasId ? { annotations: { [importedIdAnnotation]: String(claim.id) } } : {}),
  }
}

/** Whether an id stands in the source that can be read. */
function hasOwnId({ document }: DefinitionSource): boolean {
  const id = document?.['_id']
  return (typeof id === 'bigint' || Number.isSafeInteger(id)) && BigInt(id as bigint | number) !== unsetId
}
