/** What can be wrong with one definition by itself. Pure. */
import { definitionFileName, isNamedAfterId, textFormatOf } from '../../common/apereo/file-names.ts'
import type { Instant } from '../../common/clock.ts'
import { anchored, takesMoreWhereSearched } from '../../common/documents/definition-encoding.ts'
import { type CompiledPattern, compilePattern } from '../../common/documents/java-pattern.ts'
import type { DefinitionProblem, ServiceDefinition } from '../../common/documents/service-definition.ts'
import { httpUrlProblem, httpUrlsIn } from '../../operator/api/urls.ts'
import type { RuleName } from './finding.ts'
import type { Found, LintOptions } from './lint.ts'
import { closedPattern, wildcardPattern } from './pattern-fixes.ts'
import { callbackRemarks, isClosed, type PatternRemark, patternRemarks } from './pattern-rules.ts'
import { samplePattern } from './pattern-samples.ts'
import type { DefinitionSource } from './source.ts'

/** Tells everything that is wrong with a definition, whatever stands beside it. */
export function definitionRules(source: DefinitionSource, { now }: LintOptions, found: Found): void {
  for (const problem of source.problems) refusal(source, problem, found)
  for (const { path, message, meant } of source.notes) {
    const fix = fixOfIgnored(path, meant)
    found(source, 'ignored-field', { path, message, ...(fix === undefined ? {} : { fix }) })
  }
  if (source.origin === 'apereo') fileName(source, found)
  const { definition, claim } = source
  if (definition === undefined) {
    // What is refused will be mended, and keeps its URLs from other services until then.
    const hasPattern = claim !== undefined && !source.problems.some(({ path }) => path === 'serviceId')
    if (hasPattern) serviceUrls(source, claim.serviceId, found)
    return
  }
  ends(source, definition, { now, found })
  const told = definition.access.enabled ? found : asInfo(found)
  serviceUrls(source, definition.serviceId, told)
  callbackUrls(source, definition, told)
  openValues(source, definition, told)
  details(source, definition, told)
}

/** Without its class an object is refused: that is not to be removed. */
function fixOfIgnored(path: string, meant: string | undefined): string | undefined {
  if (meant !== undefined) return `write ${meant}`
  return /(^|\.)[@_]class$/.test(path) ? undefined : 'remove it, if nothing else reads the file'
}

/** Nobody gets a ticket for what is disabled: what would be wrong with it otherwise does no harm. */
const asInfo =
  (found: Found): Found =>
  (source, rule, remark) =>
    found(source, rule, { ...remark, severity: 'info' })

const rewrite = 'rewrite it as docs/patterns.md says'
/** Servers hold back such URLs from whatever is asked later, as they cannot tell whose they are. */
const untilThen =
  'until then no service behind it (by evaluation order, then by name in lower case) is reached for any URL that it might take'

function refusal(source: DefinitionSource, { path, message, meant }: DefinitionProblem, found: Found): void {
  // A claim that is a whole definition was understood: only its patterns are at fault.
  const isPattern = source.claim !== undefined && 'access' in source.claim
  if (!isPattern) {
    found(source, refusalRule(source, path), {
      path,
      message,
      ...(meant === undefined ? {} : { fix: `write ${meant}` }),
    })
    return
  }
  const wildcard = wildcardPattern(source.claim?.serviceId ?? '')
  const better = wildcard === undefined ? rewrite : `write ${quoted(source, wildcard)}`
  const fix = path === 'serviceId' ? `${better}: ${untilThen}` : rewrite
  found(source, 'bad-pattern', { path, message: `cannot be run: ${message}`, fix })
}

function refusalRule({ origin }: DefinitionSource, path: string): RuleName {
  if (origin === 'manifest') return 'invalid-manifest'
  return /[@_]class$/.test(path) ? 'unknown-class' : 'not-honoured'
}

function ends(
  source: DefinitionSource,
  { expiresAt, access }: ServiceDefinition,
  { now, found }: { readonly now: Instant; readonly found: Found },
): void {
  const moments = [
    ['expirationPolicy.expirationDate', expiresAt],
    ['accessStrategy.endingDateTime', access.notAfter],
  ] as const
  for (const [path, moment] of moments) {
    if (moment === undefined || moment >= now) continue
    const day = new Date(moment).toISOString().slice(0, 10)
    const message = `ended on ${day}: nobody may sign in any more`
    found(source, 'expired', { path: source.pathOf(path), message, fix: 'delete the definition' })
  }
}

function fileName(source: DefinitionSource, found: Found): void {
  const base = source.file.replace(/^.*[/\\]/, '')
  const id = source.document?.['_id']
  const name = source.document?.['name']
  if (typeof id !== 'bigint' || typeof name !== 'string' || base === '-') return
  const format = textFormatOf(base)
  if (format === undefined || isNamedAfterId(base, id)) return
  const expected = definitionFileName({ name, id }, format)
  found(source, 'file-name', {
    path: source.pathOf('_id'),
    message: `the file is not named after its definition, which is ${id}`,
    fix: `rename it to ${expected}`,
  })
}

function serviceUrls(source: DefinitionSource, pattern: string, found: Found): void {
  const isOfMatch = source.manifest?.spec.match !== undefined
  urlPattern(source, { pattern, remarks: patternRemarks(pattern), isOfMatch }, found)
}

function callbackUrls(source: DefinitionSource, { proxy }: ServiceDefinition, found: Found): void {
  if (proxy.kind !== 'matching') return
  const { pattern } = proxy
  urlPattern(source, { pattern, remarks: callbackRemarks(pattern), isOfMatch: false }, found)
  if (source.origin === 'manifest' || !takesMoreWhereSearched(pattern)) return
  found(source, 'open-value', {
    path: 'proxyPolicy.pattern',
    message:
      'an Apereo CAS takes every callback URL in which it is found; the servers here want it to match as a whole',
    fix: wholeFix(source, pattern),
  })
}

/** A pattern that takes strangers’ hosts, with or without anchors, is not what anybody should write. */
function wholeFix(source: DefinitionSource, pattern: string): string {
  const closed = closedPattern(pattern) ?? (isClosed(pattern) ? pattern : undefined)
  if (closed === undefined) return 'begin the pattern with ^ and end it with $'
  return `write ${quoted(source, anchored(closed))}`
}

interface UrlPattern {
  readonly pattern: string
  readonly remarks: readonly PatternRemark[]
  /** Nobody has written it: there is a `match` to change. */
  readonly isOfMatch: boolean
}

function urlPattern(
  source: DefinitionSource,
  { pattern, remarks, isOfMatch }: UrlPattern,
  found: Found,
): void {
  const isOpen = remarks.some(({ rule }) => rule === 'open-host' || rule === 'open-host-elsewhere')
  const closed = isOpen && !isOfMatch ? (wildcardPattern(pattern) ?? closedPattern(pattern)) : undefined
  for (const { rule, path, meant = rule === 'http' ? undefined : closed, fixOfMatch, ...remark } of remarks) {
    const isSearched = path === 'proxyPolicy.pattern' && source.origin !== 'manifest'
    const better = meant !== undefined && isSearched ? anchored(meant) : meant
    const written = better === undefined ? undefined : `write ${quoted(source, better)}`
    const fix = isOfMatch ? fixOfMatch : written
    found(source, rule, { path: source.pathOf(path), ...remark, ...(fix === undefined ? {} : { fix }) })
  }
}

/** As it stands in the file. */
function quoted({ file, origin }: DefinitionSource, pattern: string): string {
  const isYaml = origin === 'manifest' ? !file.endsWith('.json') : textFormatOf(file) === 'yaml'
  return isYaml ? `'${pattern.replaceAll("'", "''")}'` : JSON.stringify(pattern)
}

/** Patterns that are found anywhere, where the whole value is meant. */
function openValues(source: DefinitionSource, { access }: ServiceDefinition, found: Found): void {
  const isPart = source.manifest?.spec.access?.requiredAttributeMatch === 'Part'
  if (source.origin !== 'manifest' || isPart) {
    for (const [name, patterns] of Object.entries(access.requiredAttributes)) {
      for (const pattern of patterns.filter(isOpenValue)) {
        found(source, 'open-value', {
          path: source.pathOf(`accessStrategy.requiredAttributes.${name}`),
          message: `"${pattern}" is searched for: ${takenToo(pattern, access.caseInsensitive)}`,
          fix: isPart ? 'leave requiredAttributeMatch out' : `write ${anchored(pattern)}`,
        })
      }
    }
  }
}

/** With a value that was tried, where one is found. */
function takenToo(pattern: string, caseInsensitive: boolean): string {
  const [searched, whole] = [pattern, anchored(pattern)].map((source) =>
    compilePattern(source, { caseInsensitive }),
  )
  const samples = samplePattern(pattern)?.samples ?? []
  const example = samples
    .flatMap((sample) => [`not${sample}`, `${sample}not`, `not${sample}not`])
    .find((value) => takes(searched, value) && !takes(whole, value))
  return example === undefined ? 'values that hold more are taken, too' : `"${example}" is taken, too`
}

const takes = (compiled: CompiledPattern | undefined, value: string): boolean =>
  compiled?.kind === 'pattern' && compiled.pattern.finds(value)

const isOpenValue = (pattern: string): boolean =>
  pattern !== '' && !pattern.startsWith('.*') && !/^\.\+?$/.test(pattern) && anchored(pattern) !== pattern

const shortestSalt = 8

function details(source: DefinitionSource, definition: ServiceDefinition, found: Found): void {
  const { access, username, logout, contacts } = definition
  if (username.kind === 'anonymous' && username.salt.trim().length < shortestSalt) {
    found(source, 'short-salt', {
      path: source.pathOf('usernameAttributeProvider.persistentIdGenerator.salt'),
      message: `has fewer than ${shortestSalt} characters: whoever guesses it knows whom a name stands for`,
      fix: 'take a longer one, if applications may see their users under new names',
    })
  }
  // An import leaves it out where nobody is told.
  const logoutProblem =
    logout.url === undefined || logout.type === 'none' ? undefined : httpUrlProblem(logout.url)
  if (logoutProblem !== undefined) {
    found(source, 'logout-url', { path: source.pathOf('logoutUrl'), message: logoutProblem })
  } else if (logout.url?.includes(',') === true) {
    const isList = httpUrlsIn(logout.url).length > 1
    found(source, 'logout-list', {
      ...(isList ? {} : { severity: 'warning' }),
      path: source.pathOf('logoutUrl'),
      message: isList
        ? 'an Apereo CAS takes it for several URLs; here the whole text is one, and no session ends at any of them'
        : 'an Apereo CAS ends it at the comma; here the whole text is one URL',
      fix: isList ? 'name one URL' : 'write %2C for the comma',
    })
  }
  if (!access.enabled) {
    const message = 'nobody may sign in to it; its URLs are no other service’s either'
    found(source, 'disabled', { path: source.pathOf('accessStrategy.enabled'), message })
  }
  if (contacts.length === 0) {
    const message = 'names nobody who can be asked about it'
    found(source, 'no-contact', { path: source.pathOf('contacts'), message, fix: 'add contacts' })
  }
}
