/**
 * What is wrong with a pattern that needs a regular expression: hosts that nobody meant. Each finding has a URL that
 * proves it, tried with the engine and the reading of URLs that servers have. Pure.
 */
import { compilePattern, type JavaPattern } from '../../common/documents/java-pattern.ts'
import { parseServicePattern, type ServiceShape } from '../../common/documents/service-shape.ts'
import { isTargetName, readServiceUrl, type ServiceUrl } from '../../server/services/service-url.ts'
import type { Remark, RuleName } from './finding.ts'
import { isPublicSuffix, publicSuffixOf, siteOf } from './pattern-owners.ts'
import { stranger, strangersUrls, withSchemes } from './pattern-probes.ts'
import { type Hole, type SampledPattern, samplePattern } from './pattern-samples.ts'
import { partsOf, type ShapePart } from './shape-cover.ts'

export interface PatternRemark extends Remark {
  readonly rule: RuleName
  /** The pattern that was probably meant. */
  readonly meant?: string
  /** What to do in a manifest that has `match`, and no pattern to change. */
  readonly fixOfMatch?: string
}

/** Rules about hosts that nobody meant. */
const openHostRules: readonly RuleName[] = [
  'open-host',
  'open-host-elsewhere',
  'any-host',
  'unchecked-pattern',
]

const maxHosts = 3
/** So many URLs are tried with one pattern. */
const maxProbes = 6_000

/** URLs that the pattern takes and that are what its author meant, as far as can be told. */
export function meantUrls(serviceId: string): readonly ServiceUrl[] {
  const sampled = samplePattern(serviceId)
  const compiled = compilePattern(serviceId, { caseInsensitive: true })
  if (sampled === undefined || compiled.kind === 'refused') return []
  return meant(sampled, compiled.pattern)
}

function meant(sampled: SampledPattern, pattern: JavaPattern): readonly ServiceUrl[] {
  const taken = (texts: readonly string[]) =>
    texts.flatMap((text) => (pattern.matches(text) ? (readServiceUrl(text) ?? []) : []))
  const urls = taken(sampled.samples)
  return urls.length > 0 ? urls : taken(withSchemes(sampled))
}

/** Everything about hosts and schemes of a service's pattern. Paths are `serviceId`. */
export function patternRemarks(serviceId: string): readonly PatternRemark[] {
  const shape = parseServicePattern(serviceId)
  if (shape !== undefined) return shapeRemarks(shape)
  const compiled = compilePattern(serviceId, { caseInsensitive: true })
  if (compiled.kind === 'refused') return []
  const { pattern } = compiled
  const anywhere = ['https', 'http'].flatMap((scheme) =>
    ['/', ''].map((end) => `${scheme}://${stranger}${end}`),
  )
  const everywhere = anywhere.find((url) => pattern.matches(url))
  if (everywhere !== undefined) return [anyHostRemark(everywhere)]
  const sampled = samplePattern(serviceId)
  if (sampled === undefined) return [uncheckedRemark]
  const urls = blankIn(sampled) ? [] : meant(sampled, pattern)
  if (urls.length === 0) {
    const misspelt = misspeltRemark(sampled)
    if (misspelt !== undefined) return [misspelt]
    // It is for the targets of proxy tickets, which have no hosts.
    const isName = sampled.samples.some((sample) => isTargetName(sample) && pattern.matches(sample))
    if (isName && !sampled.samples.some((sample) => /^https?:/i.test(sample))) return []
    return [doubledRemark(serviceId, sampled, pattern) ?? uncheckedRemark]
  }
  const some = distinctHosts(urls)
  const dots = dotRemark(sampled, pattern)
  // What else a dot can be is said with it.
  const probes = probesOf(sampled, some, dots === undefined ? undefined : 'dot')
  const hosts = suffixOf(pattern, urls) ?? hostRemark(pattern, urls, probes)
  return [dots, hosts, httpOf(pattern, some)].filter((remark) => remark !== undefined)
}

function shapeRemarks(shape: ServiceShape): readonly PatternRemark[] {
  const parts = partsOf(shape)
  const anyName = parts.find(
    ({ host: { kind, name } }) => kind === 'anyLabel' && isPublicSuffix(name.slice(1)),
  )
  const open = parts.find(({ scheme, host }) => scheme === 'http' && !isLoopback(host.name))
  return [
    ...(anyName === undefined ? [] : [suffixRemark(urlOf(anyName, 'attacker'), anyName.host.name.slice(1))]),
    ...(open === undefined ? [] : [httpRemark(urlOf(open), shape.schemes)]),
  ]
}

/** Of a callback's pattern the same, as servers take callbacks by the same matching. Paths are `proxyPolicy.pattern`. */
export function callbackRemarks(pattern: string): readonly PatternRemark[] {
  return patternRemarks(pattern).map((remark) => {
    const message =
      callbackMessages.get(remark.rule) ?? remark.message.replace(/^takes no URL/, 'takes no callback')
    return { ...remark, path: 'proxyPolicy.pattern', message }
  })
}

const callbackMessages: ReadonlyMap<RuleName, string> = new Map([
  [
    'any-host',
    'takes callbacks on every host: whoever has one ticket of the service gets a proxy-granting ticket sent',
  ],
  [
    'http',
    'takes http: the servers here call back over https alone, an Apereo CAS may send tickets over http',
  ],
])

/** What is wrong with all that it takes, so that no browser ever sends that. */
function misspeltRemark(sampled: SampledPattern): PatternRemark | undefined {
  const { samples } = sampled
  const all = (test: RegExp) => samples.length > 0 && samples.every((sample) => test.test(sample))
  const remark = { rule: 'no-url', path: 'serviceId' } as const
  if (blankIn(sampled)) {
    const message = 'takes no URL: there is a blank in all that it takes'
    return { ...remark, message, fix: 'remove the blank, and the comment, if one is behind it' }
  }
  const fix = 'begin the pattern with ^https://'
  if (all(/^(?!https?:\/\/)h[tps]{2,6}:?\/+/i)) {
    return { ...remark, message: 'takes no URL: it does not begin with https:// or http://', fix }
  }
  // A name that is the target of proxy tickets may look so.
  if (!all(/^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?(?:[/?#]|$)/i)) return undefined
  const message = 'takes no URL, only names of targets of proxy tickets: no https:// stands before its host'
  return { ...remark, severity: 'warning', message, fix }
}

const blankIn = ({ samples }: SampledPattern): boolean =>
  samples.length > 0 && samples.every((sample) => /\s/.test(sample))

/** Whoever escapes the backslashes of JSON twice asks for URLs that hold some. */
function doubledRemark(
  serviceId: string,
  { samples }: SampledPattern,
  pattern: JavaPattern,
): PatternRemark | undefined {
  const taken = samples.filter((sample) => pattern.matches(sample))
  if (taken.length === 0 || !taken.every((sample) => sample.includes('\\'))) return undefined
  const single = serviceId.replace(/\\+/g, '\\')
  if (meantUrls(single).length === 0) return undefined
  return isClosed(single) ? { ...noUrlRemark, meant: single } : noUrlRemark
}

/** Whether a pattern takes no host that nobody meant, as far as can be told. */
export const isClosed = (serviceId: string): boolean =>
  patternRemarks(serviceId).every(({ rule }) => !openHostRules.includes(rule))

const noUrlRemark: PatternRemark = {
  rule: 'no-url',
  path: 'serviceId',
  message: 'takes no URL: a doubled backslash stands for a backslash, which no URL holds',
  fix: 'write one backslash for two, and hosts as literal text',
}

const uncheckedRemark: PatternRemark = {
  rule: 'unchecked-pattern',
  path: 'serviceId',
  message:
    'could not be checked: whether it takes URLs of hosts that are not meant has to be seen by reading it',
  fix: 'write hosts as literal text: ^https://app\\.example\\.org(/.*)?$',
}

/** The shortest URL of a part. */
function urlOf({ scheme, host, path }: ShapePart, label = 'app'): string {
  const name = host.kind === 'anyLabel' ? `${label}${host.name}` : host.name
  return `${scheme}://${name}${host.port === '' || host.port === '*' ? '' : `:${host.port}`}${path}`
}

function distinctHosts(urls: readonly ServiceUrl[]): readonly ServiceUrl[] {
  return [...new Map(urls.map((url) => [url.host, url])).values()].slice(0, maxHosts)
}

function anyHostRemark(proof: string): PatternRemark {
  return {
    rule: 'any-host',
    path: 'serviceId',
    message:
      'takes URLs of every host: anybody’s application may sign users in and receives what is released',
    fix: 'name the hosts, as ^https://app\\.example\\.org(/.*)?$ does',
    proof,
  }
}

const httpRemark = (proof: string, schemes: ServiceShape['schemes'] = []): PatternRemark => ({
  rule: 'http',
  path: 'serviceId',
  message: 'takes http: whoever listens on the way can use the tickets',
  fix: 'begin the pattern with ^https://',
  fixOfMatch: schemes.includes('https') ? 'take http out of schemes' : 'write https for http in schemes',
  proof,
})

function httpOf(pattern: JavaPattern, urls: readonly ServiceUrl[]): PatternRemark | undefined {
  const open = urls.find(({ host }) => !isLoopback(host))
  if (open === undefined) return undefined
  const proof = `http://${open.behindScheme}`
  return pattern.matches(proof) && readServiceUrl(proof) !== undefined ? httpRemark(proof) : undefined
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || /^127\.[0-9.]+$/.test(host) || host === '[::1]'

/** Hosts in which an unescaped dot is another character. */
function dotRemark(sampled: SampledPattern, pattern: JavaPattern): PatternRemark | undefined {
  for (const [n, { kind }] of sampled.holes.entries()) {
    if (kind !== 'dot') continue
    const [dotted, changed] = ['.', 'x'].map((one) => sampled.filled(new Map([[n, one]])))
    for (const [i, text] of (changed ?? []).entries()) {
      const url = readServiceUrl(text)
      const meantUrl = readServiceUrl(dotted?.[i] ?? '')
      if (url === undefined || meantUrl === undefined || !isDotOf(meantUrl.host, url.host)) continue
      if (!pattern.matches(text)) continue
      return {
        rule: 'open-host',
        path: 'serviceId',
        message: `an unescaped dot takes any character, so that ${url.host} is taken, too`,
        fix: 'write \\. for every dot of the host (\\\\. in JSON)',
        proof: text,
      }
    }
  }
  return undefined
}

/** Whether a host is the other with a dot changed that stands between two labels. */
function isDotOf(host: string, other: string): boolean {
  if (host.length !== other.length || /^\.|\.\.|\.$/.test(host)) return false
  return [...host].filter((character, i) => character !== other.charAt(i)).length === 1
}

/** Labels that nobody means. */
const strangersLabels = ['attacker', '77']

/** Hosts right below a name below which everybody can have one. */
function suffixOf(pattern: JavaPattern, urls: readonly ServiceUrl[]): PatternRemark | undefined {
  for (const { scheme, host, port, rest } of urls) {
    const suffix = publicSuffixOf(host)
    if (suffix === undefined) continue
    const behind = `${suffix}${port === '' ? '' : `:${port}`}${rest}`
    const proofs = strangersLabels.map((label) => `${scheme}://${label}.${behind}`)
    const proof = proofs.find((text) => pattern.matches(text) && readServiceUrl(text) !== undefined)
    if (proof !== undefined) return suffixRemark(proof, suffix)
  }
  return undefined
}

const suffixRemark = (proof: string, suffix: string): PatternRemark => ({
  rule: 'open-host',
  path: 'serviceId',
  message: `takes URLs of every host below .${suffix}, where anybody can have one`,
  fix: 'name your own domain, as ^https://[a-z0-9-]+\\.example\\.org([/?#].*)?$ does',
  fixOfMatch: 'name your own domain, as *.example.org does',
  proof,
})

function hostRemark(
  pattern: JavaPattern,
  urls: readonly ServiceUrl[],
  probes: Iterable<string>,
): PatternRemark | undefined {
  const sites = new Set(urls.map(({ host }) => siteOf(host)))
  const isForeign = (host: string) =>
    !(sites.has(siteOf(host)) || (isLabel(host) && [...sites].some(isLabel)))
  const tried = new Set<string>()
  let elsewhere: string | undefined
  for (const text of probes) {
    if (tried.size >= maxProbes) return elsewhere === undefined ? uncheckedRemark : elsewhereRemark(elsewhere)
    if (tried.has(text)) continue
    tried.add(text)
    if (!pattern.matches(text)) continue
    const read = readServiceUrl(text)
    if (read === undefined) {
      const opened = URL.parse(text)
      if (opened !== null && /^https?:$/.test(opened.protocol) && isForeign(opened.hostname))
        elsewhere ??= text
    } else if (isForeign(read.host)) return openRemark(text, read.host)
  }
  return elsewhere === undefined ? undefined : elsewhereRemark(elsewhere)
}

function* probesOf(
  sampled: SampledPattern,
  urls: readonly ServiceUrl[],
  skips: Hole['kind'] | undefined,
): Generator<string> {
  for (const url of urls) yield* foreignUrls(url)
  yield* strangersUrls(sampled, skips)
}

const elsewhereRemark = (proof: string): PatternRemark => ({
  rule: 'open-host-elsewhere',
  path: 'serviceId',
  message: `also takes a URL that browsers open at ${URL.parse(proof)?.hostname}; the servers here refuse such URLs, an Apereo CAS does not`,
  fix: hostFix,
  proof,
})

const hostFix = 'write the host out, and end it at its path: ^https://app\\.example\\.org(/.*)?$'

const openRemark = (proof: string, host: string): PatternRemark => ({
  rule: 'open-host',
  path: 'serviceId',
  message: `also takes URLs of ${host}, which belongs to somebody else`,
  fix: hostFix,
  proof,
})

/** URLs on a stranger's host that look like `url` to a careless pattern. */
function foreignUrls({ scheme, host, port, rest, text }: ServiceUrl): readonly string[] {
  const start = `${scheme}://`
  const behind = `${port === '' ? '' : `:${port}`}${rest}`
  const suffixes = dotsOf(host).map((at) => host.slice(at))
  return [
    `${start}${host}.${stranger}${behind}`,
    `${start}${host}-${stranger}${behind}`,
    `${start}attacker${host}${behind}`,
    `${start}${stranger}/?${text}`,
    `${start}${stranger}/${text}`,
    ...suffixes.flatMap((suffix) =>
      ['/x', '?x', '#x'].map((x) => `${start}${stranger}${x}${suffix}${behind}`),
    ),
    `${start}${host}@${stranger}${rest}`,
    `${start}${host}:443@${stranger}${rest}`,
    `${start}${host}\\@${stranger}${rest}`,
  ]
}

function dotsOf(host: string): readonly number[] {
  return [...host].flatMap((character, at) => (character === '.' ? [at] : []))
}

/** A name without dots, which a network gives to its own. */
const isLabel = (host: string): boolean => !/[.:]/.test(host)
