/**
 * What is wrong with a pattern that needs a regular expression: hosts that nobody meant. Each finding has a URL that
 * proves it, tried with the engine and the reading of URLs that servers have. Pure.
 */
import { compilePattern, type JavaPattern } from '../../common/documents/java-pattern.ts'
import { parseServicePattern } from '../../common/documents/service-shape.ts'
import { isTargetName, readServiceUrl, type ServiceUrl } from '../../server/services/service-url.ts'
import type { Remark, RuleName } from './finding.ts'
import { stranger, strangersUrls, withSchemes } from './pattern-probes.ts'
import { type Hole, type SampledPattern, samplePattern } from './pattern-samples.ts'
import { partsOf, type ShapePart } from './shape-cover.ts'

export interface PatternRemark extends Remark {
  readonly rule: RuleName
  /** The pattern that was probably meant. */
  readonly meant?: string
}

/** Rules about hosts that nobody meant. */
export const openHostRules: readonly RuleName[] = [
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
  if (shape !== undefined) {
    const open = partsOf(shape).find(({ scheme, host }) => scheme === 'http' && !isLoopback(host.name))
    return open === undefined ? [] : [httpRemark(urlOf(open))]
  }
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
  const urls = meant(sampled, pattern)
  if (urls.length === 0) {
    // It is for the targets of proxy tickets, which have no hosts.
    const isName = sampled.samples.some((sample) => isTargetName(sample) && pattern.matches(sample))
    if (isName && !sampled.samples.some((sample) => /^https?:/i.test(sample))) return []
    return [doubledRemark(serviceId, sampled, pattern) ?? uncheckedRemark]
  }
  const some = distinctHosts(urls)
  const dots = dotRemark(sampled, pattern)
  // What else a dot can be is said with it.
  const probes = probesOf(sampled, some, dots === undefined ? undefined : 'dot')
  const remarks = [dots, hostRemark(pattern, urls, probes), httpOf(pattern, some)]
  return remarks.filter((remark) => remark !== undefined)
}

/** Of a callback's pattern the same, as servers take callbacks by the same matching. Paths are `proxyPolicy.pattern`. */
export function callbackRemarks(pattern: string): readonly PatternRemark[] {
  return patternRemarks(pattern).map((remark) => {
    const message = callbackMessages.get(remark.rule) ?? remark.message
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
  ['no-url', 'takes no callback: a doubled backslash stands for a backslash, which no URL holds'],
])

/** Whoever escapes the backslashes of JSON twice asks for URLs that hold some. */
function doubledRemark(
  serviceId: string,
  { samples }: SampledPattern,
  pattern: JavaPattern,
): PatternRemark | undefined {
  const taken = samples.filter((sample) => pattern.matches(sample))
  if (taken.length === 0 || !taken.every((sample) => sample.includes('\\'))) return undefined
  const single = serviceId.replace(/\\+/g, '\\')
  return meantUrls(single).length === 0 ? undefined : { ...noUrlRemark, meant: single }
}

const noUrlRemark: PatternRemark = {
  rule: 'no-url',
  path: 'serviceId',
  message: 'takes no URL: a doubled backslash stands for a backslash, which no URL holds',
}

const uncheckedRemark: PatternRemark = {
  rule: 'unchecked-pattern',
  path: 'serviceId',
  message:
    'could not be checked: whether it takes URLs of hosts that are not meant has to be seen by reading it',
  fix: 'write hosts as literal text: ^https://app\\.example\\.org(/.*)?$',
}

/** The shortest URL of a part. */
function urlOf({ scheme, host, path }: ShapePart): string {
  const name = host.kind === 'anyLabel' ? `app${host.name}` : host.name
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

const httpRemark = (proof: string): PatternRemark => ({
  rule: 'http',
  path: 'serviceId',
  message: 'takes http: whoever listens on the way can use the tickets',
  fix: 'begin the pattern with ^https://',
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

const hostFix = 'end the host at its path: ^https://app\\.example\\.org(/.*)?$'

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

/** About what one owner has: the last two labels. */
export const siteOf = (host: string): string => host.split('.').slice(-2).join('.')

/** A name without dots, which a network gives to its own. */
const isLabel = (host: string): boolean => !/[.:]/.test(host)
