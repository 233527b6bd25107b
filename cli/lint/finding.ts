/** What lint finds, and the rules that find it. */

/** Rules with their severity and what each is about; `caspool lint --rules` prints them. */
export const rules = {
  unreadable: ['error', 'a file that cannot be read as a definition'],
  'not-honoured': [
    'error',
    'a field that restricts access or release and is not honoured: the service would be refused',
  ],
  'unknown-class': ['error', 'a class that is not known: the service would be refused'],
  'invalid-manifest': ['error', 'a CasService or CasCluster that Kubernetes or the operator would refuse'],
  'bad-pattern': ['error', 'a regular expression that cannot be run: the service would be refused'],
  'no-url': ['error', 'a pattern that no URL matches'],
  'duplicate-id': ['error', 'an id that stands twice: only one of the definitions would be kept'],
  expired: ['error', 'a definition whose expiration date has passed'],
  'open-host': ['error', 'a pattern that also takes URLs of hosts that are not meant'],
  shadowed: ['error', 'a service that no URL reaches, as services before it take them all'],
  'pattern-budget': [
    'error',
    'patterns that cost more for one URL than a server spends, so that it refuses the URL',
  ],
  'logout-url': ['error', 'a logout URL that is none: import refuses its definition'],
  'logout-list': [
    'error',
    'several logout URLs in one, of which none is called: import refuses its definition',
  ],
  'any-host': ['warning', 'a pattern that takes URLs of every host'],
  'open-host-elsewhere': [
    'warning',
    'a pattern that takes URLs which servers of this project refuse, but an Apereo CAS does not',
  ],
  'unchecked-pattern': ['warning', 'a pattern whose hosts lint cannot work out'],
  http: ['warning', 'a service over http: tickets can be read on their way'],
  'open-value': [
    'warning',
    'a pattern for attribute values or callbacks that is found inside of others, too',
  ],
  'short-salt': ['warning', 'a salt of anonymous user names that can be guessed'],
  'ignored-field': ['warning', 'a field that is not known or not used, and restricts nothing'],
  'unknown-property': [
    'warning',
    'a property of a CasCluster that changes nothing: it is not known, or has one value here',
  ],
  'unknown-cluster': [
    'warning',
    'a service of a CasCluster that is not among those which are looked at with it',
  ],
  'not-admitted': [
    'error',
    'a service in another namespace than its CasCluster, which takes none from there',
  ],
  'duplicate-name': ['warning', 'a name that several services have'],
  'file-name': ['warning', 'a file that is not called name-id, as Apereo CAS expects'],
  disabled: ['info', 'a service that nobody may sign in to'],
  'no-contact': ['info', 'a service without anybody to ask'],
} as const satisfies Readonly<Record<string, readonly [Severity, string]>>

export type Severity = 'error' | 'warning' | 'info'
export type RuleName = keyof typeof rules

export interface Finding {
  readonly rule: RuleName
  readonly severity: Severity
  /** As it was given: a path, or a name for what is no file. */
  readonly file: string
  /** 1-based. */
  readonly line: number
  /** Field, as the file calls it; empty for the whole. */
  readonly path: string
  readonly message: string
  /** What to do about it. */
  readonly fix?: string
  /** A URL that shows it, tried with the server's own matching. */
  readonly proof?: string
}

/** What a rule says about a place in a source. */
export interface Remark {
  /** Absent: the rule's. */
  readonly severity?: Severity
  readonly path: string
  readonly message: string
  readonly fix?: string
  readonly proof?: string
}
