/**
 * Which definition a service URL belongs to: the first in Apereo's order whose pattern matches the whole URL, case
 * aside. Patterns that are shapes are found through an index by host; the others run one by one in linear time,
 * only those that stand before the best shape, and only as long as their work stays within a budget. A pattern that
 * cannot be evaluated refuses the URL, and so does a spent budget: falling through to a wider service would give it
 * another service's rights.
 */
import { compareClaims, type OrderedClaim, orderedClaim } from '../../common/documents/claim-order.ts'
import type { ServiceClaim, ServiceDefinition } from '../../common/documents/service-definition.ts'
import {
  type HostShape,
  parseServicePattern,
  type ServiceShape,
} from '../../common/documents/service-shape.ts'
import { shortText } from '../../common/documents/short-text.ts'
import { ShardedMap } from '../../common/sharded-map.ts'
import { CompiledPatterns } from './compiled-patterns.ts'
import { type PatternClaim, patternClaim } from './pattern-claim.ts'
import { asciiLower, isTargetName, readServiceUrl, type ServiceUrl } from './service-url.ts'

/** What a service URL belongs to. `refused`: it cannot be said for sure, so nobody is signed in to it. */
export type FoundService =
  | { readonly kind: 'service'; readonly definition: ServiceDefinition }
  | { readonly kind: 'unregistered' }
  | { readonly kind: 'refused'; readonly reason: string }

/** A URL belongs to this definition, or to one that is refused. */
export type ServiceOutcome = Exclude<FoundService, { kind: 'unregistered' }>

/** A claim ready to be matched. Depends on one document only, so it can be kept as long as that. */
export type MatchableService = {
  readonly claim: OrderedClaim
  readonly outcome: ServiceOutcome
} & (
  | { readonly kind: 'shape'; readonly shape: ServiceShape }
  | { readonly kind: 'pattern'; readonly pattern: PatternSource }
)

export interface ServiceIndex {
  /** What a web address belongs to. Never throws. */
  find(url: string): FoundService
  /**
   * What the target of a proxy ticket belongs to: a web address, or any other name, as `imap:mail.example.org` (CAS 2.7).
   * Names are for proxy tickets only: no browser is ever sent to one. Never throws.
   */
  findTarget(name: string): FoundService
  /** The index without some services of it and with others. Costs as much as those do; this one stays as it is. */
  with(change: IndexChange): ServiceIndex
}

export interface IndexChange {
  /** By identity. */
  readonly removed: readonly MatchableService[]
  readonly added: readonly MatchableService[]
}

type ShapeService = Extract<MatchableService, { kind: 'shape' }>
type PatternService = Extract<MatchableService, { kind: 'pattern' }>

interface ShapeCandidate {
  readonly service: ShapeService
  readonly host: HostShape
}

/** A pattern that is compiled when a URL first comes that could match it. */
interface PatternSource extends PatternClaim {
  readonly source: string
}

/** What one pattern may spend on one URL, in the steps of `Work`: below 5 ms (`bench/matching.ts`). Common patterns need a third. */
const maxPatternSteps = 150_000
/** What all patterns tried for one URL may spend: a thousand common ones. */
const maxSteps = 4_000_000

/** Parses a claim's serviceId: cheap, compiles nothing. */
export function matchableService(claim: ServiceClaim, outcome: ServiceOutcome): MatchableService {
  const { serviceId } = claim
  const ordered = orderedClaim(claim)
  const shape = parseServicePattern(serviceId)
  if (shape !== undefined) return { kind: 'shape', claim: ordered, outcome, shape }
  return {
    kind: 'pattern',
    claim: ordered,
    outcome,
    pattern: { source: serviceId, ...patternClaim(serviceId) },
  }
}

/** The index over all services of a registry. `compiled` may outlive it, for the next state of the registry. */
export function serviceIndex(
  services: readonly MatchableService[],
  compiled = new CompiledPatterns(),
): ServiceIndex {
  const nothing = { byHost: ShardedMap.from<Candidates>([]), byDomain: ShardedMap.from<Candidates>([]) }
  const change = { removed: [], added: services }
  return indexOver(changedIndex({ ...nothing, patterns: [], compiled }, change))
}

/** In their order. */
type Candidates = readonly ShapeCandidate[]

interface Index {
  readonly byHost: ShardedMap<Candidates>
  readonly byDomain: ShardedMap<Candidates>
  /** In their order. */
  readonly patterns: readonly PatternService[]
  readonly compiled: CompiledPatterns
}

function indexOver(index: Index): ServiceIndex {
  return {
    find: (url) => findService(url, index),
    findTarget: (name) => (isTargetName(name) ? findName(name, index) : findService(name, index)),
    with: (change) => indexOver(changedIndex(index, change)),
  }
}

function changedIndex(index: Index, { removed, added }: IndexChange): Index {
  const gone = new Set(removed)
  const isShape = (service: MatchableService) => service.kind === 'shape'
  const isPattern = (service: MatchableService) => service.kind === 'pattern'
  const shapes = { gone, removed: removed.filter(isShape), added: added.filter(isShape) }
  const patterns = added.filter(isPattern)
  const arePatternsSame = patterns.length === 0 && !removed.some(isPattern)
  return {
    byHost: changedHosts(index.byHost, 'exact', shapes),
    byDomain: changedHosts(index.byDomain, 'anyLabel', shapes),
    patterns: arePatternsSame
      ? index.patterns
      : [...index.patterns.filter((service) => !gone.has(service)), ...patterns].sort(byClaim),
    compiled: index.compiled,
  }
}

function changedHosts(
  index: ShardedMap<Candidates>,
  kind: HostShape['kind'],
  {
    gone,
    removed,
    added,
  }: {
    readonly gone: ReadonlySet<MatchableService>
    readonly removed: readonly ShapeService[]
    readonly added: readonly ShapeService[]
  },
): ShardedMap<Candidates> {
  const touched = new Map<string, ShapeCandidate[]>()
  const candidatesAt = (host: HostShape): ShapeCandidate[] => {
    const found =
      touched.get(host.name) ?? (index.get(host.name) ?? []).filter(({ service }) => !gone.has(service))
    touched.set(host.name, found)
    return found
  }
  const hostsOf = ({ shape }: ShapeService) => shape.hosts.filter((host) => host.kind === kind)
  for (const service of removed) hostsOf(service).forEach(candidatesAt)
  for (const service of added) {
    for (const host of hostsOf(service)) candidatesAt(host).push({ service, host })
  }
  return index.with(
    Array.from(touched, ([name, candidates]) => {
      candidates.sort((a, b) => byClaim(a.service, b.service))
      return [name, candidates.length === 0 ? undefined : candidates]
    }),
  )
}

const byClaim = (a: MatchableService, b: MatchableService): number => compareClaims(a.claim, b.claim)

function findService(text: string, index: Index): FoundService {
  const url = readServiceUrl(text)
  if (url === undefined) return { kind: 'unregistered' }
  const exact = firstShape(index.byHost.get(url.host), url)
  const domain = firstShape(index.byDomain.get(domainOf(url.host)), url)
  const shape = exact !== undefined && (domain === undefined || byClaim(exact, domain) < 0) ? exact : domain
  const lowered = `${url.scheme}://${url.behindScheme}`
  const candidates = index.patterns.filter(
    (service) =>
      url.behindScheme.startsWith(service.pattern.start) &&
      lowered.includes(service.pattern.within) &&
      (shape === undefined || byClaim(service, shape) < 0),
  )
  return firstPattern(candidates, text, index.compiled) ?? shape?.outcome ?? { kind: 'unregistered' }
}

/** A pattern that begins with a scheme and some of a host is for web addresses, and so is every shape. */
function findName(name: string, { patterns, compiled }: Index): FoundService {
  const lowered = asciiLower(name)
  const candidates = patterns.filter(
    ({ pattern }) => pattern.start === '' && lowered.includes(pattern.within),
  )
  return firstPattern(candidates, name, compiled) ?? { kind: 'unregistered' }
}

function firstPattern(
  candidates: readonly PatternService[],
  text: string,
  patterns: CompiledPatterns,
): Exclude<FoundService, { kind: 'unregistered' }> | undefined {
  let stepsLeft = maxSteps
  for (const { outcome, pattern } of candidates) {
    const compiled = patterns.get(pattern.source)
    if (compiled.kind === 'refused') return unrunnable(outcome, compiled.reason)
    const work = { stepsLeft: maxPatternSteps }
    const matches = compiled.pattern.matchesWithin(text, work)
    if (matches === undefined) {
      return unrunnable(outcome, 'takes too much work for a URL such as this')
    }
    if (matches) return outcome
    // Counted even if it was compiled before: the answer must not depend on that.
    stepsLeft -= maxPatternSteps - work.stepsLeft + compiled.pattern.compilingSteps
    if (stepsLeft < 0)
      return { kind: 'refused', reason: 'too many patterns would have to be tried for this URL' }
  }
  return undefined
}

/** Says which service stands in the way. */
function unrunnable(outcome: ServiceOutcome, reason: string): ServiceOutcome {
  if (outcome.kind === 'refused') return outcome
  return { kind: 'refused', reason: `service ${shortText(outcome.definition.name)}: serviceId ${reason}` }
}

function firstShape(candidates: Candidates | undefined, url: ServiceUrl): ShapeService | undefined {
  return candidates?.find(({ service, host }) => hostMatches(host, url) && restMatches(service.shape, url))
    ?.service
}

/** Does a shape match a URL? The same as its pattern does. */
export function shapeMatches(shape: ServiceShape, url: ServiceUrl): boolean {
  return shape.hosts.some((host) => hostMatches(host, url)) && restMatches(shape, url)
}

function hostMatches({ kind, name, port }: HostShape, url: ServiceUrl): boolean {
  if (port !== '*' && port !== url.port) return false
  if (kind === 'exact') return url.host === name
  return domainOf(url.host) === name && /^[a-z0-9-]+$/.test(url.host.slice(0, url.host.indexOf('.')))
}

function restMatches(shape: ServiceShape, url: ServiceUrl): boolean {
  if (!shape.schemes.includes(url.scheme)) return false
  return shape.paths.some((path) => {
    if (!url.rest.startsWith(path)) return false
    if (url.rest.length === path.length) return shape.tail.end
    return shape.tail.next === '*' || shape.tail.next.includes(url.rest.charAt(path.length))
  })
}

/** `.example.org` of `app.example.org`; what `[a-z0-9-]+` of an any-label shape leaves. */
function domainOf(host: string): string {
  const dot = host.indexOf('.')
  return dot < 0 ? '' : host.slice(dot)
}
