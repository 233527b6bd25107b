/** What a service learns about a user: attribute release policy and user name. Pure. */
import { compilePattern, type JavaPattern } from '../../common/documents/java-pattern.ts'
import type { LiveConfig } from '../../common/documents/properties.ts'
import type {
  PatternRule,
  ReleaseChain,
  ReleasePolicy,
  ServiceDefinition,
  SingleRelease,
} from '../../common/documents/service-definition.ts'
import type { Attributes, Principal } from '../tickets/ticket.ts'
import { usernameFor } from './username.ts'

/** What a release depends on, apart from definition and user. */
export interface ReleaseFacts {
  /** The service URL that the ticket was granted for. */
  readonly service: string
  readonly config: Pick<LiveConfig, 'defaultReleasedAttributes'>
}

/** The user as this service sees it. */
export function releasedPrincipal(
  definition: ServiceDefinition,
  principal: Principal,
  facts: ReleaseFacts,
): Principal {
  const attributes = releasedAttributes(definition.release, principal.attributes, facts)
  const user = usernameFor(definition.username, { principal, released: attributes, service: facts.service })
  return { user, attributes }
}

/** Whether a validation for this service carries the protocol's own attributes (`authenticationDate`, …). */
export function releasesProtocolAttributes(
  { release }: ServiceDefinition,
  config: Pick<LiveConfig, 'protocolAttributesReleased'>,
): boolean {
  if (!config.protocolAttributesReleased || release.kind === 'denied') return false
  const policies = release.kind === 'chain' ? release.policies : [release]
  return policies.every((policy) => policy.withholdsProtocolAttributes !== true)
}

function releasedAttributes(policy: ReleasePolicy, held: Attributes, facts: ReleaseFacts): Attributes {
  if (policy.kind === 'chain') return chained(policy, held, facts)
  return Object.fromEntries(single(policy, held, facts))
}

type Released = Map<string, readonly string[]>

/** Each policy takes what an earlier one released for an attribute of the user: a renamed one can be allowed. */
function chained({ merging, policies }: ReleaseChain, held: Attributes, facts: ReleaseFacts): Attributes {
  const released: Released = new Map()
  for (const policy of policies) {
    const available = { ...held, ...Object.fromEntries(released) }
    for (const [name, values] of single(policy, available, facts)) {
      const before = released.get(name)
      if (before === undefined || merging === 'replace') released.set(name, values)
      else if (merging === 'multivalued') released.set(name, distinct([...before, ...values]))
    }
  }
  return Object.fromEntries(released)
}

function single(policy: SingleRelease, held: Attributes, facts: ReleaseFacts): Released {
  if (policy.kind === 'denied') return new Map()
  const lookUp = lookUpIn(held)
  const defaults = policy.excludesDefaults === true ? [] : facts.config.defaultReleasedAttributes
  const released: Released = new Map()
  for (const name of defaults) setPresent(released, name, lookUp(name))
  for (const [name, values] of ruled(policy, held, lookUp)) setPresent(released, name, values)
  if (policy.valuePattern === undefined) return released
  const pattern = compiled(policy.valuePattern)
  const kept: Released = new Map()
  for (const [name, values] of released) {
    // A pattern that cannot be run lets nothing through.
    const passing = values.filter((value) => pattern?.matches(value) === true)
    if (passing.length > 0) kept.set(name, passing)
  }
  return kept
}

type LookUp = (name: string) => readonly string[] | undefined
type SingleRule = Exclude<SingleRelease, { readonly kind: 'denied' }>

function ruled(
  policy: SingleRule,
  held: Attributes,
  lookUp: LookUp,
): Iterable<readonly [string, readonly string[] | undefined]> {
  switch (policy.kind) {
    case 'all':
      return Object.entries(held)
    case 'allowed':
      return policy.names.map((name) => [name, lookUp(name)] as const)
    case 'mapped':
      return renamed(policy.names, lookUp)
    case 'pattern':
      return Object.entries(policy.rules).map(
        ([name, rule]) => [name, rewritten(rule, lookUp(name))] as const,
      )
    case 'static':
      return Object.entries(policy.attributes)
  }
}

/** Two attributes that are released under one name are joined. */
function renamed(names: Readonly<Record<string, string | readonly string[]>>, lookUp: LookUp): Released {
  const released: Released = new Map()
  for (const [name, targets] of Object.entries(names)) {
    const values = lookUp(name)
    if (values === undefined) continue
    for (const target of [targets].flat()) {
      released.set(target, distinct([...(released.get(target) ?? []), ...values]))
    }
  }
  return released
}

/**
 * Values in which the pattern is found, rewritten. One in which it is not found is left out; Apereo would release
 * the template itself in its place.
 */
function rewritten({ pattern, transform }: PatternRule, values: readonly string[] | undefined) {
  const rule = compiled(pattern)
  if (rule === undefined || values === undefined) return undefined
  const results = values.flatMap((value) => {
    const groups = rule.groups(value)
    return groups === undefined ? [] : [transform.replace(/\$\{(\d+)\}/g, (_, n: string) => groups[+n] ?? '')]
  })
  return distinct(results.filter((value) => value.trim() !== ''))
}

/** By exact name or else, as Apereo, without regard to case. */
function lookUpIn(held: Attributes): LookUp {
  let folded: ReadonlyMap<string, string> | undefined
  return (name) => {
    if (Object.hasOwn(held, name)) return held[name]
    folded ??= new Map(Object.keys(held).map((own) => [own.toLowerCase(), own]))
    const own = folded.get(name.toLowerCase())
    return own === undefined ? undefined : held[own]
  }
}

function setPresent(released: Released, name: string, values: readonly string[] | undefined): void {
  if (values !== undefined && values.length > 0) released.set(name, values)
}

const distinct = (values: readonly string[]): readonly string[] => [...new Set(values)]

/** As many patterns as a registry of 10,000 services holds at most; compiled on first use. */
const patterns = new Map<string, JavaPattern | undefined>()
const maxPatterns = 1_000

/** Undefined for a pattern that cannot be run. */
function compiled(source: string): JavaPattern | undefined {
  const known = patterns.get(source)
  if (known !== undefined || patterns.has(source)) return known
  const result = compilePattern(source, { caseInsensitive: true })
  const pattern = result.kind === 'pattern' ? result.pattern : undefined
  if (patterns.size >= maxPatterns) patterns.clear()
  patterns.set(source, pattern)
  return pattern
}
