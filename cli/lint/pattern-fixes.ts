/**
 * What to write instead of a pattern that takes hosts which nobody meant. Tried before it is said: the new pattern takes
 * no stranger's host, and every URL that the old one was written for. Pure.
 */
import { compilePattern } from '../../common/documents/java-pattern.ts'
import { matchProblems, servicePattern } from '../../common/documents/service-pattern.ts'
import type { ServiceUrl } from '../../server/services/service-url.ts'
import { isInAuthority } from './pattern-probes.ts'
import { meantUrls, openHostRules, patternRemarks, siteOf } from './pattern-rules.ts'
import { type Hole, samplePattern } from './pattern-samples.ts'

/** What a service's URLs may go on with behind its host; `:*` as `servicePattern` writes it. */
const anyPort = '(:[0-9]+)?'
const anyRest = '([/?#].*)?$'
/** For a place where any text can stand: what belongs behind a host, in a port, in a host. In this order. */
const replacements = [
  anyRest,
  `${anyPort}${anyRest}`,
  '[0-9]+',
  '[a-z0-9.-]+',
  '([a-z0-9.-]+\\.)?',
  '[a-z0-9.-]*',
  '',
  anyPort,
]
/** Checking a pattern costs milliseconds. */
const maxTries = 20

/** Undefined where none of what is tried is right. */
export function closedPattern(serviceId: string): string | undefined {
  const meant = meantUrls(serviceId)
  if (meant.length === 0) return undefined
  let triesLeft = maxTries
  for (const candidate of candidates(serviceId)) {
    if (!keeps(candidate, meant)) continue
    if (isClosed(candidate)) return candidate
    triesLeft -= 1
    if (triesLeft === 0) break
  }
  return undefined
}

/** Scheme, host with port, and path of a URL with stars for any text, as Spring's and Ant's patterns have them. */
const wildcardForm =
  /^\^?(https?|https\?|http\*|\*):\/\/((?:\*\.)?[a-z0-9_.-]+(?::(?:\d+|\*))?)((?:\/[a-z0-9_~-]+(?:\.[a-z0-9_~-]+)*)*)(\/\.?\*{1,2}|\.\*)?\$?$/i

/** The regular expression for a pattern that was never one: `https://*.example.org/**`. Undefined for what is none. */
export function wildcardPattern(serviceId: string): string | undefined {
  const [, scheme = '', host = '', path = '', end = ''] = wildcardForm.exec(serviceId) ?? []
  const hasStars = host.startsWith('*') || /(?<!\.)\*$/.test(end)
  if (!hasStars) return undefined
  const schemes = scheme === 'http' || scheme === 'https' ? ([scheme] as const) : (['https', 'http'] as const)
  const match = { schemes, hosts: [host], paths: [path === '' ? '/' : path] }
  return matchProblems(match).length === 0 ? servicePattern(match) : undefined
}

/** Dots of the host escaped, then one place after the other replaced, then two. */
function* candidates(serviceId: string): Generator<string> {
  const dotted = withDots(serviceId)
  if (dotted !== serviceId) yield dotted
  for (const once of replaced(dotted)) yield once
  for (const once of replaced(dotted)) yield* replaced(once)
}

function withDots(serviceId: string): string {
  const dots = holesOf(serviceId).filter(({ kind }) => kind === 'dot')
  return dots.reduceRight((pattern, dot) => spliced(pattern, dot, '\\.'), serviceId)
}

function* replaced(serviceId: string): Generator<string> {
  for (const hole of holesOf(serviceId)) {
    if (hole.kind !== 'repeat') continue
    const tried = hole.at === 0 ? ['', ...replacements] : replacements
    for (const replacement of tried) yield spliced(serviceId, hole, replacement)
  }
}

/** The places of scheme, host and port. */
function holesOf(serviceId: string): readonly Hole[] {
  const sampled = samplePattern(serviceId)
  return sampled?.holes.filter((_, i) => isInAuthority(sampled, i)) ?? []
}

function spliced(pattern: string, { at, source }: Hole, replacement: string): string {
  const behind = pattern.slice(at + source.length)
  const once = replacement.endsWith('$') && behind.startsWith('$') ? replacement.slice(0, -1) : replacement
  return pattern.slice(0, at) + once + behind
}

/** Whether it takes some of the URLs, and leaves out none of the same owners'. */
function keeps(candidate: string, meant: readonly ServiceUrl[]): boolean {
  const compiled = compilePattern(candidate, { caseInsensitive: true })
  if (compiled.kind === 'refused') return false
  const taken = meant.filter(({ text }) => compiled.pattern.matches(text))
  const owners = new Set(taken.map(({ host }) => siteOf(host)))
  return taken.length > 0 && meant.every((url) => taken.includes(url) || !owners.has(siteOf(url.host)))
}

function isClosed(candidate: string): boolean {
  return patternRemarks(candidate).every(({ rule }) => !openHostRules.includes(rule))
}
