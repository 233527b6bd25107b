/** What can be wrong among definitions: ids and names that stand twice, services that no URL reaches. Pure. */
import { compareClaims } from '../../common/documents/claim-order.ts'
import { CompiledPatterns } from '../../server/services/compiled-patterns.ts'
import {
  type FoundService,
  type MatchableService,
  matchableService,
  serviceIndex,
} from '../../server/services/match.ts'
import { copiesAmong } from './copies.ts'
import type { Found } from './lint.ts'
import { meantUrls } from './pattern-rules.ts'
import { covers, partsOf } from './shape-cover.ts'
import { calledName, type DefinitionSource } from './source.ts'

/** Tells what is wrong among all definitions of one registry. */
export function registryRules(sources: readonly DefinitionSource[], found: Found): void {
  const unique = duplicateIds(sources, found)
  duplicateNames(unique, found)
  shadowed(unique, found)
}

function duplicateIds(sources: readonly DefinitionSource[], found: Found): readonly DefinitionSource[] {
  const copies = copiesAmong(sources)
  for (const { source, of } of copies) {
    const isManifest = source.origin === 'manifest'
    found(source, 'duplicate-id', {
      path: source.pathOf('_id'),
      message: `${isManifest ? 'has the name' : `has the id ${source.document?.['_id']}`} of ${placeOf(of)}`,
      fix: isManifest ? 'give it another name' : 'give it an id of its own',
    })
  }
  const copied = new Set(copies.map(({ source }) => source))
  return sources.filter((source) => !copied.has(source))
}

const placeOf = (source: DefinitionSource): string => `${source.file}:${source.lineOf(source.pathOf('_id'))}`

function duplicateNames(sources: readonly DefinitionSource[], found: Found): void {
  const byName = new Map<string, DefinitionSource>()
  for (const source of sources) {
    const name = source.claim?.name.toLowerCase() ?? ''
    if (name === '') continue
    const first = byName.get(name)
    if (first === undefined) byName.set(name, source)
    else {
      found(source, 'duplicate-name', {
        path: source.pathOf('name'),
        message: `"${source.claim?.name}" is also the name of ${placeOf(first)}`,
        fix: 'give it a name by which users can tell the two apart',
      })
    }
  }
}

type Ranked = MatchableService & { readonly source: DefinitionSource; readonly rank: number }

function shadowed(sources: readonly DefinitionSource[], found: Found): void {
  const ranked = inOrder(sources)
  const shapes = shapesByHost(ranked)
  const sampled = samplingOf(ranked)
  const reaches = ranked.map((service) => ({ service, ...(coveredBy(service, shapes) ?? sampled(service)) }))
  const victims = victimsOf(reaches)
  for (const { service, shadows = [], unaffordable } of reaches) {
    const { source } = service
    const path = source.pathOf('serviceId')
    if (unaffordable !== undefined) {
      found(source, 'pattern-budget', {
        path,
        message: 'the regular expressions before it cost so much that servers refuse its URLs',
        fix: 'write hosts and paths as literal text in the services that are asked before it',
        proof: unaffordable,
      })
    }
    if (shadows.length === 0) continue
    const names = shadows.map(({ source: other }) => `${calledName(other)} (${placeOf(other)})`)
    found(source, 'shadowed', {
      path,
      message: `no URL reaches it: ${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} asked before it`,
      fix: shadowFix(shadows, victims),
    })
  }
}

/** By the one service that takes all of their URLs: services that would be reached if it were asked after them. */
function victimsOf(
  reaches: readonly (Reach & { readonly service: Ranked })[],
): ReadonlyMap<Ranked, readonly Ranked[]> {
  const victims = new Map<Ranked, Ranked[]>()
  for (const { service, shadows = [] } of reaches) {
    const [shadow, ...others] = shadows
    // Of two with one pattern the other would be the victim.
    if (shadow === undefined || others.length > 0 || shadow.claim.serviceId === service.claim.serviceId)
      continue
    const list = victims.get(shadow)
    if (list === undefined) victims.set(shadow, [service])
    else list.push(service)
  }
  return victims
}

/** What is asked too early is moved, rather than all that it hides. */
function shadowFix(shadows: readonly Ranked[], victims: ReadonlyMap<Ranked, readonly Ranked[]>): string {
  for (const shadow of shadows) {
    const hidden = victims.get(shadow) ?? []
    if (hidden.length < 2) continue
    const highest = hidden.reduce((most, { claim }) => Math.max(most, claim.evaluationOrder), -Infinity)
    return `give ${calledName(shadow.source)}, which hides ${hidden.length} services, an evaluationOrder above ${highest}; or delete this one`
  }
  const lowest = Math.min(...shadows.map(({ claim }) => claim.evaluationOrder))
  return `give it an evaluationOrder below ${lowest}, or delete it`
}

function inOrder(sources: readonly DefinitionSource[]): readonly Ranked[] {
  return sources
    .flatMap((source) => {
      // A pattern that cannot be run would hide what else is to be said.
      if (source.claim === undefined || source.problems.some(({ path }) => path === 'serviceId')) return []
      return [{ ...matchableService(source.claim, unusedOutcome), source }]
    })
    .toSorted((a, b) => compareClaims(a.claim, b.claim))
    .map((service, rank) => ({ ...service, rank }))
}

const unusedOutcome = { kind: 'refused', reason: '' } as const

function shapesByHost(services: readonly Ranked[]): ReadonlyMap<string, readonly Ranked[]> {
  const byHost = new Map<string, Ranked[]>()
  for (const service of services) {
    if (service.kind !== 'shape') continue
    for (const name of new Set(service.shape.hosts.map((host) => host.name))) {
      const list = byHost.get(name)
      if (list === undefined) byHost.set(name, [service])
      else list.push(service)
    }
  }
  return byHost
}

interface Reach {
  /** Services before it that take all of its URLs. */
  readonly shadows?: readonly Ranked[]
  /** A URL that costs too much to find it by. */
  readonly unaffordable?: string
}

/** The shapes before a shape that take all of its URLs; undefined when some are left. */
function coveredBy(service: Ranked, shapes: ReadonlyMap<string, readonly Ranked[]>): Reach | undefined {
  if (service.kind !== 'shape') return undefined
  const shadows = new Set<Ranked>()
  for (const part of partsOf(service.shape)) {
    const { name, kind } = part.host
    const names = kind === 'exact' && name.includes('.') ? [name, name.slice(name.indexOf('.'))] : [name]
    const before = names
      .flatMap((one) => shapes.get(one) ?? [])
      .find((other) => other.rank < service.rank && other.kind === 'shape' && covers(other.shape, part))
    if (before === undefined) return undefined
    shadows.add(before)
  }
  return { shadows: [...shadows] }
}

/** Patterns tried in all, so that lint ends. */
const maxTries = 2_000_000

/** For what shapes cannot say: where every sample URL goes to services before it, so does the service. */
function samplingOf(services: readonly Ranked[]): (service: Ranked) => Reach {
  const byOutcome = new Map<FoundService, Ranked>()
  const index = serviceIndex(
    services.map(({ claim, source }, rank) => {
      const { definition } = source
      const outcome =
        definition === undefined
          ? ({ kind: 'refused', reason: '' } as const)
          : ({ kind: 'service', definition } as const)
      const service = services[rank]
      if (service !== undefined) byOutcome.set(outcome, service)
      return matchableService(claim, outcome)
    }),
    new CompiledPatterns(),
  )
  const patterns = services.filter(({ kind }) => kind === 'pattern').length
  let triesLeft = maxTries
  return (service) => {
    // Only a regular expression takes what no shape does.
    if (service.kind === 'shape' && patterns === 0) return {}
    const urls = sampleUrls(service)
    triesLeft -= urls.length * patterns
    if (urls.length === 0 || triesLeft < 0) return {}
    const answers = urls.map((url) => index.find(url))
    const taken = answers.map((answer) => byOutcome.get(answer))
    const unaffordable = urls.find((_, i) => taken[i] === undefined && isBudget(answers[i]))
    if (unaffordable !== undefined) return { unaffordable }
    const shadows = taken.flatMap((other) =>
      other !== undefined && other.rank < service.rank ? [other] : [],
    )
    return shadows.length < urls.length ? {} : { shadows: [...new Set(shadows)] }
  }
}

const isBudget = (answer: FoundService | undefined): boolean =>
  answer?.kind === 'refused' && /too many patterns|too much work/.test(answer.reason)

function sampleUrls(service: Ranked): readonly string[] {
  if (service.kind === 'pattern') return meantUrls(service.claim.serviceId).map(({ text }) => text)
  return partsOf(service.shape).flatMap(({ scheme, host, path, tail }) => {
    const name = host.kind === 'anyLabel' ? `sample${host.name}` : host.name
    const ports = host.port === '*' ? ['', ':8443'] : [host.port === '' ? '' : `:${host.port}`]
    const next = tail.next === '*' ? ['', 'sample'] : ['', ...[...tail.next].map((one) => `${one}sample`)]
    return ports.flatMap((port) => next.map((rest) => `${scheme}://${name}${port}${path}${rest}`))
  })
}
