/**
 * The normal form of a service's URLs (schemes, hosts, paths) as a regular expression that Apereo takes. The way
 * back is `parseServicePattern`: patterns of this form are matched without a regular expression.
 */

export interface ServiceMatchSpec {
  /** Default [https]. */
  readonly schemes?: readonly ('http' | 'https')[]
  /** `app.example.org`, `app.example.org:8443`, `localhost:*` (any port), `*.example.org` (one label), `[::1]:*`. */
  readonly hosts: readonly string[]
  /** Path prefixes that end at a segment boundary; default [/], every path. */
  readonly paths?: readonly string[]
}

const label = '[a-z0-9]([a-z0-9_-]*[a-z0-9])?'
const hostForm = new RegExp(`^((\\*\\.)?${label}(\\.${label})*|\\[[0-9a-f:.]+\\])(:([0-9]{1,5}|\\*))?$`, 'i')
const pathForm = /^\/[A-Za-z0-9/._~!$&'()*+,;=:@%-]*$/
const dotSegment = /\/(\.|%2e){1,2}(?=[/;]|$)/i

/** What is wrong with a match, each entry naming the part; empty when nothing is. */
export function matchProblems(match: ServiceMatchSpec): readonly string[] {
  const problems: string[] = []
  if (match.hosts.length === 0) problems.push('hosts: at least one host is needed')
  if (match.schemes?.length === 0) problems.push('schemes: at least one scheme is needed')
  if (match.paths?.length === 0) problems.push('paths: at least one path is needed; "/" is every path')
  for (const host of match.hosts) {
    const problem = hostProblem(host)
    if (problem !== undefined) problems.push(`hosts: "${host}" ${problem}`)
  }
  for (const path of match.paths ?? []) {
    if (!pathForm.test(path)) problems.push(`paths: "${path}" must start with / and be a plain URL path`)
    else if (dotSegment.test(path)) problems.push(`paths: "${path}" must not hold . or .. segments`)
  }
  return problems
}

function hostProblem(host: string): string | undefined {
  if (/[^\0-\x7f]/.test(host)) return 'must be written in ASCII (xn--…)'
  const form = hostForm.exec(host)
  if (form === null) return 'must be a host, host:port, host:* or *.host'
  const [, name = ''] = form
  const port = host.slice(name.length + 1)
  if (port !== '' && port !== '*' && (Number(port) > 65_535 || port.startsWith('0')))
    return 'has no valid port'
  const probe = name.toLowerCase().replace('*.', 'any.')
  if (!URL.canParse(`http://${probe}/`) || new URL(`http://${probe}/`).hostname !== probe) {
    return 'is not how browsers write this host'
  }
  return undefined
}

/**
 * The pattern of a match, e.g. `^https://(app\.example\.org|localhost(:[0-9]+)?)/app([/?#;].*)?$`. Equal matches
 * give equal patterns. Throws TypeError where `matchProblems` finds any.
 */
export function servicePattern(match: ServiceMatchSpec): string {
  const problems = matchProblems(match)
  if (problems.length > 0) throw new TypeError(problems.join('; '))
  const hosts = unique(match.hosts.map((host) => host.toLowerCase()))
  const paths = unique((match.paths ?? ['/']).map((path) => path.replace(/\/+$/, '')))
  const scheme = schemePattern(match.schemes ?? ['https'])
  const start = `^${scheme}://${alternatives(hosts.map(hostPattern))}`
  // A host must end at the path, the query or the fragment. Only behind a path may `;` begin parameters: browsers
  // take `app.example.org;x.evil.net` for one host.
  if (paths.includes('')) return `${start}([/?#].*)?$`
  return `${start}${alternatives(paths.map(literalPattern))}([/?#;].*)?$`
}

function schemePattern(schemes: readonly string[]): string {
  if (schemes.includes('http')) return schemes.includes('https') ? 'https?' : 'http'
  return 'https'
}

function hostPattern(host: string): string {
  const anyPort = host.endsWith(':*')
  const named = anyPort ? host.slice(0, -2) : host
  const name = named.startsWith('*.') ? `[a-z0-9-]+${literalPattern(named.slice(1))}` : literalPattern(named)
  return anyPort ? `${name}(:[0-9]+)?` : name
}

function alternatives(patterns: readonly string[]): string {
  return patterns.length === 1 ? `${patterns[0]}` : `(${patterns.join('|')})`
}

/** Text as a pattern that matches just this text, in Java, RE2 and JavaScript. */
export function literalPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

function unique(items: readonly string[]): string[] {
  return [...new Set(items)]
}
