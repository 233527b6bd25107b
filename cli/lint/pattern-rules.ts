/**
 * What is wrong with a pattern that needs a regular expression: hosts that nobody meant. Each finding has a URL that
 * proves it, tried with the engine and the reading of URLs that servers have. Pure.
 */
import { compilePattern, type JavaPattern } from '../../common/documents/java-pattern.ts'
import { parseServicePattern } from '../../common/documents/service-shape.ts'
import { readServiceUrl, type ServiceUrl } from '../../server/services/service-url.ts'
import type { Remark, RuleName } from './finding.ts'
import { type SampledPattern, samplePattern } from './pattern-samples.ts'
import { partsOf, type ShapePart } from './shape-cover.ts'

export interface PatternRemark extends Remark {
  readonly rule: RuleName
}

/** A host of nobody: `.example` is reserved (RFC 2606). */
const stranger = 'attacker.example'
const maxHosts = 3

/** URLs that the pattern takes and that are what its author meant, as far as can be told. */
export function meantUrls(serviceId: string): readonly ServiceUrl[] {
  const sampled = samplePattern(serviceId)
  const compiled = compilePattern(serviceId, { caseInsensitive: true })
  if (sampled === undefined || compiled.kind === 'refused') return []
  return meant(sampled, compiled.pattern)
}

function meant(sampled: SampledPattern, pattern: JavaPattern): readonly ServiceUrl[] {
  return sampled.samples.flatMap((sample) => {
    const url = pattern.matches(sample) ? readServiceUrl(sample) : undefined
    return url ?? []
  })
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
  const anywhere = ['https', 'http'].map((scheme) => `${scheme}://${stranger}/`)
  const everywhere = anywhere.find((url) => pattern.matches(url))
  if (everywhere !== undefined) return [anyHostRemark(everywhere)]
  const sampled = samplePattern(serviceId)
  if (sampled === undefined) return []
  const urls = distinctHosts(meant(sampled, pattern))
  const remarks = [dotRemark(sampled, pattern, urls), hostRemark(pattern, urls), httpOf(pattern, urls)]
  return remarks.filter((remark) => remark !== undefined)
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
function dotRemark(
  sampled: SampledPattern,
  pattern: JavaPattern,
  urls: readonly ServiceUrl[],
): PatternRemark | undefined {
  const hosts = new Set(urls.map(({ host }) => host))
  for (let n = 0; n < sampled.dots; n++) {
    for (const text of sampled.withDot(n, 'x')) {
      const url = readServiceUrl(text)
      const isMeant =
        url === undefined || hosts.has(url.host) || ![...hosts].some((host) => isLike(host, url.host))
      if (isMeant || !pattern.matches(text)) continue
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

/** Whether one host is the other with one character changed. */
function isLike(host: string, other: string): boolean {
  if (host.length !== other.length) return false
  return [...host].filter((character, i) => character !== other.charAt(i)).length === 1
}

function hostRemark(pattern: JavaPattern, urls: readonly ServiceUrl[]): PatternRemark | undefined {
  let elsewhere: string | undefined
  for (const url of urls) {
    for (const text of foreignUrls(url)) {
      if (!pattern.matches(text)) continue
      const read = readServiceUrl(text)
      if (read === undefined) elsewhere ??= text
      else if (siteOf(read.host) !== siteOf(url.host)) return openRemark(text, read.host)
    }
  }
  if (elsewhere === undefined) return undefined
  return {
    rule: 'open-host-elsewhere',
    path: 'serviceId',
    message: `also takes a URL that browsers open at ${URL.parse(elsewhere)?.hostname}; the servers here refuse such URLs, an Apereo CAS does not`,
    fix: hostFix,
    proof: elsewhere,
  }
}

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
const siteOf = (host: string): string => host.split('.').slice(-2).join('.')
