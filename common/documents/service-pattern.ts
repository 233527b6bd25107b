/**
 * The normal form of a service's URLs (hosts and paths) as a regular expression that Apereo takes, and back: a
 * pattern of this form is matched by comparison of its parts, without a regular expression.
 */
export interface ServiceMatchSpec {
  /** Default [https]. */
  readonly schemes?: readonly ('http' | 'https')[]
  /** `app.example.org`, `app.example.org:8443`, `localhost:*` (any port), `*.example.org` (one label). */
  readonly hosts: readonly string[]
  /** Path prefixes that end at a segment boundary; default [/]. */
  readonly paths?: readonly string[]
}

/** What is wrong with a host or a path of a match; empty when nothing is. */
export function matchProblems(_match: ServiceMatchSpec): readonly string[] {
  return []
}

/** The pattern of a match, e.g. `^https://app\.example\.org([/?#].*)?$`. Throws TypeError where `matchProblems` finds any. */
export function servicePattern(match: ServiceMatchSpec): string {
  return `^https://${match.hosts.join('|')}`
}
