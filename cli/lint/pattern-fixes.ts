/**
 * What to write instead of a pattern that takes hosts which nobody meant. Tried before it is said: the new pattern takes
 * no stranger's host, and every URL that the old one was written for. Pure.
 */
import { compilePattern } from '../../common/documents/java-pattern.ts'
import { matchProblems, servicePattern } from '../../common/documents/service-pattern.ts'
import { readServiceUrl, type ServiceUrl } from '../../server/services/service-url.ts'
import { isPublicSuffix, isWellFormed, siteOf } from './pattern-owners.ts'
import { isInAuthority } from './pattern-probes.ts'
import { isClosed, meantUrls } from './pattern-rules.ts'
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
/** The same for a place before the host. */
const schemeReplacements = ['', 's?', 'https?']
/** What applications are called, with sub-domains and without; put where any text can stand. */
const names = ['www', 'my-app', 'app1', 'a.b', 'www.', '.www', '']
/** Checking a pattern costs milliseconds. */
const maxTries = 30
const maxPlaces = 3

/** Undefined where none of what is tried is right. */
export function closedPattern(serviceId: string): string | undefined {
  const meant = urlsToKeep(serviceId)
  if (meant.length === 0) return undefined
  let triesLeft = maxTries
  for (const candidate of candidates(serviceId, (pattern) => keeps(pattern, meant))) {
    if (isClosed(candidate)) return candidate
    triesLeft -= 1
    if (triesLeft === 0) break
  }
  return undefined
}

/**
 * Dots of the host escaped, then one place after the other replaced, then two, then three. What loses URLs already is
 * replaced no further.
 */
function* candidates(serviceId: string, isKept: (pattern: string) => boolean): Generator<string> {
  const dotted = withDots(serviceId)
  if (dotted !== serviceId && isKept(dotted)) yield dotted
  const seen = new Set([dotted])
  let last: readonly string[] = [dotted]
  for (let places = 1; places <= maxPlaces; places++) {
    const next: string[] = []
    for (const candidate of last.flatMap((one) => [...replaced(one)])) {
      if (seen.has(candidate)) continue
      seen.add(candidate)
      if (!isKept(candidate)) continue
      next.push(candidate)
      yield candidate
    }
    last = next
  }
}

/** URLs of the hosts that a pattern was written for, by the schemes that it takes: a fix must not lose any. */
function urlsToKeep(serviceId: string): readonly ServiceUrl[] {
  const compiled = compilePattern(serviceId, { caseInsensitive: true })
  if (compiled.kind === 'refused') return []
  const takes = (text: string) => compiled.pattern.matches(text)
  const meant = meantUrls(serviceId).filter((url) => isWellFormed(url.host) && !isPartOfHost(url, takes))
  const sites = new Set(meant.map(({ host }) => siteOf(host)))
  const isMeant = ({ host }: ServiceUrl) => isWellFormed(host) && sites.has(siteOf(host))
  const named = namedUrls(serviceId).filter((url) => isMeant(url) && takes(url.text))
  const all = [...meant, ...named].flatMap((url) => [url, ...variants(url).filter(takes).flatMap(read)])
  return [...new Map(all.map((url) => [url.text, url])).values()]
}

/** `(.*\.)?org` is not meant for the host `org`, nor `wiki.*` for `wiki` alone. */
function isPartOfHost({ scheme, host, port, rest }: ServiceUrl, takes: (text: string) => boolean): boolean {
  const longer = [`www.${host}`, `${host}.example.org`]
  return isPublicSuffix(host) && longer.some((one) => takes(`${scheme}://${one}${colon(port)}${rest}`))
}

/** With a name in each place of the host where any text can stand; whether the pattern takes it is not asked. */
function namedUrls(serviceId: string): readonly ServiceUrl[] {
  const sampled = samplePattern(serviceId)
  if (sampled === undefined) return []
  const places = sampled.holes.flatMap(({ kind }, i) =>
    kind === 'repeat' && isInAuthority(sampled, i) ? [i] : [],
  )
  return places.flatMap((i) => names.flatMap((name) => sampled.filled(new Map([[i, name]])).flatMap(read)))
}

const colon = (port: string): string => (port === '' ? '' : `:${port}`)

/** The same host over the other scheme, and with a path. */
function variants({ scheme, host, port, behindScheme }: ServiceUrl): readonly string[] {
  const authority = `${host}${colon(port)}`
  return ['https', 'http'].flatMap((one) => [
    ...(one === scheme ? [] : [`${one}://${behindScheme}`]),
    `${one}://${authority}/start`,
  ])
}

const read = (text: string): readonly ServiceUrl[] => {
  const url = readServiceUrl(text)
  return url === undefined ? [] : [url]
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
  if (matchProblems(match).length > 0) return undefined
  const pattern = servicePattern(match)
  return isClosed(pattern) ? pattern : undefined
}

function withDots(serviceId: string): string {
  const dots = holesOf(serviceId).filter(({ kind }) => kind === 'dot')
  return dots.reduceRight((pattern, dot) => spliced(pattern, dot, '\\.'), serviceId)
}

function* replaced(serviceId: string): Generator<string> {
  for (const hole of holesOf(serviceId)) {
    if (hole.kind !== 'repeat') continue
    const isBeforeHost = !/:(\/|\\\/){2}/.test(serviceId.slice(0, hole.at))
    const tried = isBeforeHost ? schemeReplacements : replacements
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

/**
 * Whether it takes URLs of somebody, leaves out none of the same owners', and none of others but those whose hosts merely
 * look like the owner's: `attackerexample.org`, `example.organism`.
 */
function keeps(candidate: string, meant: readonly ServiceUrl[]): boolean {
  const compiled = compilePattern(candidate, { caseInsensitive: true })
  if (compiled.kind === 'refused') return false
  const isTaken = ({ text }: ServiceUrl) => compiled.pattern.matches(text)
  const taken = [...new Set(meant.filter(isTaken).map(({ host }) => host))]
  const owners = new Set(taken.map(siteOf))
  const looksAlike = (host: string) => taken.some((one) => host.endsWith(siteOf(one)) || host.startsWith(one))
  return (
    taken.length > 0 &&
    meant.every((url) => isTaken(url) || (!owners.has(siteOf(url.host)) && looksAlike(url.host)))
  )
}
