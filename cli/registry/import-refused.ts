/**
 * What keeps the URLs of definitions that an import refuses: a CasService that nobody may sign in to, at the same
 * place in the order, as servers do with a refused definition of the registry (docs/decisions/0003). Without it a
 * wider service that is imported would take those URLs over, with rights of its own. Pure.
 */
import { compareClaims } from '../../common/documents/claim-order.ts'
import { defaultAccess } from '../../common/documents/definition-policies.ts'
import { patternProblem } from '../../common/documents/java-pattern.ts'
import type { ServiceClaim, ServiceDefinition } from '../../common/documents/service-definition.ts'
import { parseServicePattern } from '../../common/documents/service-shape.ts'
import { shortText } from '../../common/documents/short-text.ts'
import type { CasService } from '../../operator/api/cas-service.ts'
import type { Schema } from '../../operator/api/schema.ts'
import { type ManifestTarget, manifestOf } from '../../operator/registry/manifest.ts'
import { type MatchableService, matchableService } from '../../server/services/match.ts'
import type { DefinitionSource } from '../lint/source.ts'

/** Annotation of a CasService that only keeps URLs: why the definition was refused. */
const importRefusedAnnotation = 'caspool.io/import-refused'

/** Tells them where no annotation stands: in databases, and in files of an Apereo CAS. */
const keepingDescription = `Refused by caspool import and disabled, so that no other service takes its URLs; the annotation ${importRefusedAnnotation} tells why`

/**
 * Why an import has refused the definition whose URLs this one keeps; undefined: this one is not such a placeholder, or
 * is not any more, as somebody has opened it.
 */
export function refusalBehind({ manifest, definition }: DefinitionSource): string | undefined {
  if (definition === undefined || definition.access.enabled) return undefined
  const stated = manifest?.metadata.annotations?.[importRefusedAnnotation]
  if (stated !== undefined) return stated
  return definition.description === keepingDescription ? 'its CasService tells why' : undefined
}

/** Whether a CasService is such a placeholder still. */
export function isPlaceholder({ metadata, spec }: CasService): boolean {
  return metadata.annotations?.[importRefusedAnnotation] !== undefined && spec.access?.enabled === false
}

/** What a service that is imported claims. */
export interface ImportedClaim extends ServiceClaim {
  /** Name of its CasService. */
  readonly casService: string
}

/** A definition that is refused, with the URLs that it claims. */
export interface RefusedClaim {
  readonly claim: ServiceClaim
  readonly reasons: readonly string[]
  readonly target: ManifestTarget
}

export type KeptClaim =
  /**
   * `widened`: the pattern in place of one that cannot be run, which takes more. `tooLate`: which imported services are
   * asked before this one all the same, or may be.
   */
  | {
      readonly kind: 'kept'
      readonly service: CasService
      readonly widened?: string
      readonly tooLate?: string
    }
  | { readonly kind: 'open'; readonly message: string }

const maxReasonsLength = 2_000
/** Sorts before every name that begins with a letter or a digit. */
const unnamed = '! without a name'

/** The CasService that keeps the URLs of a refused definition, or why there is none. `imported`: who might take them. */
export function keptClaim(
  { claim, reasons, target }: RefusedClaim,
  { imported, schema }: { readonly imported: readonly ImportedClaim[]; readonly schema: Schema },
): KeptClaim {
  const problem = runProblem(claim.serviceId)
  const serviceId = problem === undefined ? claim.serviceId : widened(claim)
  if (serviceId === undefined) {
    return {
      kind: 'open',
      message: `its URLs are not kept, as serviceId ${problem}${takersText(claim, imported)}`,
    }
  }
  const annotations = {
    ...target.annotations,
    [importRefusedAnnotation]: shortText(reasons.join('; '), maxReasonsLength),
  }
  const keeping = { ...claim, serviceId, name: claim.name === '' ? nameBefore(claim, imported) : claim.name }
  const made = manifestOf(disabledDefinition(keeping), { ...target, annotations }, schema)
  if (made.kind === 'refused') {
    const why = made.problems.map(({ path, message }) => `${path} ${message}`).join('; ')
    return { kind: 'open', message: `its URLs are not kept, as ${why}${takersText(claim, imported)}` }
  }
  // Parsing patterns is what costs.
  const overtaking = imported.filter((other) => isAhead(claim, other) && !isSurelyAhead(keeping, other))
  const early = takersOf(claim, overtaking)
  return {
    kind: 'kept',
    service: made.service,
    ...(problem === undefined ? {} : { widened: serviceId }),
    ...(early.length === 0
      ? {}
      : { tooLate: `its URLs are kept too late: ${namesText(early)} may take them` }),
  }
}

/** Why a definition whose URLs nobody can read may open them: anything that is imported; undefined: nothing is. */
export function unknownClaimText(imported: readonly ImportedClaim[]): string | undefined {
  if (imported.length === 0) return undefined
  const known = (claim: ServiceClaim) =>
    Math.min(...startsOf(matchableService(claim, unused)).map((start) => start.length))
  // The widest first: for them it is likeliest.
  const takers = imported
    .map((claim) => ({ claim, known: known(claim) }))
    .toSorted((a, b) => a.known - b.known)
    .map(({ claim }) => claim)
  return `its URLs are not known, so they are not kept: ${namesText(takers)} may take them`
}

/** A name for what has none, and is asked before all others of its order: blanks sort before what shows. */
function nameBefore({ evaluationOrder }: ServiceClaim, imported: readonly ServiceClaim[]): string {
  const blanks = imported
    .filter((other) => other.evaluationOrder === evaluationOrder && other.name < unnamed)
    .map(({ name }) => name.length - name.trimStart().length + 1)
  return `${' '.repeat(Math.max(0, ...blanks))}${unnamed}`
}

const ordered = (claim: ServiceClaim) => ({ ...claim, lowerName: claim.name.toLowerCase() })

const isAhead = (claim: ServiceClaim, other: ServiceClaim): boolean =>
  compareClaims(ordered(claim), ordered(other)) < 0

/** Whether it is asked first in the end, too: ids of CasServices come from their names, and any may be lower. */
export const isSurelyAhead = (claim: ServiceClaim, other: ServiceClaim): boolean =>
  isAhead({ ...claim, id: 0n }, { ...other, id: 0n })

function disabledDefinition({ id, name, serviceId, evaluationOrder }: ServiceClaim): ServiceDefinition {
  return {
    id,
    name,
    serviceId,
    description: keepingDescription,
    evaluationOrder,
    access: { ...defaultAccess, enabled: false },
    release: { kind: 'allowed', names: [] },
    username: { kind: 'default' },
    proxy: { kind: 'refuse' },
    logout: { type: 'backChannel' },
    contacts: [],
  }
}

function runProblem(serviceId: string): string | undefined {
  return parseServicePattern(serviceId) === undefined ? patternProblem(serviceId) : undefined
}

const unused = { kind: 'refused', reason: '' } as const

/**
 * What servers hold back for a pattern that they cannot run: every URL with its literal beginning, or with the host
 * in it. Undefined where neither is a host: services of others would be disabled with it.
 */
function widened(claim: ServiceClaim): string | undefined {
  const service = matchableService(claim, unused)
  if (service.kind !== 'pattern') return undefined
  const { start, within } = service.pattern
  const escaped = (text: string) => text.replaceAll('.', '\\.')
  if (/^[a-z0-9_-]+(\.[a-z0-9_-]+)+(\/|$)/.test(start)) return `^https?://${escaped(start)}.*`
  return /^\.?[a-z0-9_-]+(\.[a-z0-9_-]+)+\/?$/.test(within) ? `^https?://.*${escaped(within)}.*` : undefined
}

function takersOf(claim: ServiceClaim, imported: readonly ImportedClaim[]): readonly ImportedClaim[] {
  const refused = matchableService(claim, unused)
  return imported.filter((other) => mayTake(matchableService(other, unused), refused))
}

function takersText(claim: ServiceClaim, imported: readonly ImportedClaim[]): string {
  const takers = takersOf(claim, imported)
  return takers.length === 0 ? '' : `: ${namesText(takers)} may take them`
}

/** Whether a service is asked after another one, and whether their URLs may begin alike. */
function mayTake(other: MatchableService, refused: MatchableService): boolean {
  if (compareClaims(other.claim, refused.claim) < 0) return false
  const starts = startsOf(refused)
  // Where nothing is known of the host, services that name theirs in full are too many to tell.
  return startsOf(other).some((one) => starts.some((start) => begins(one, start)))
}

const begins = (one: string, start: string): boolean =>
  start === '' ? one === '' : one.startsWith(start) || start.startsWith(one)

function startsOf(service: MatchableService): readonly string[] {
  if (service.kind === 'pattern') return [service.pattern.start]
  return service.shape.hosts.map(({ kind, name }) => (kind === 'exact' ? name : ''))
}

const maxNames = 5

/** Where several have one name, each by that of its CasService as well. */
function namesText(claims: readonly ImportedClaim[]): string {
  const byName = Map.groupBy(claims, ({ name }) => name)
  const names = claims.slice(0, maxNames).map(({ name, casService }) => {
    const isAlone = byName.get(name)?.length === 1
    return isAlone ? shortText(name, 60) : `${shortText(name, 60)} (CasService ${casService})`
  })
  return `${names.join(', ')}${claims.length > maxNames ? ` and ${claims.length - maxNames} others` : ''}`
}
