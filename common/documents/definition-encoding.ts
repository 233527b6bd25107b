/** A definition as an Apereo CAS stores it: class names, 64-bit id, 32-bit order, defaults written out. */
import type { Instant } from '../clock.ts'
import { hasNoRules } from './access-rules.ts'
import { mapKeyProblem } from './document-reader.ts'
import { hasAlternatives } from './java-pattern.ts'
import type {
  AccessStrategy,
  ProxyPolicy,
  ReleasePolicy,
  ServiceContact,
  ServiceDefinition,
  SingleRelease,
  StoredDocument,
  TicketLifetimes,
  UsernameProvider,
} from './service-definition.ts'

const services = 'org.apereo.cas.services'

const logoutTypes = { none: 'NONE', backChannel: 'BACK_CHANNEL', frontChannel: 'FRONT_CHANNEL' } as const

/**
 * The document of a definition. Throws TypeError for what validation should have refused: an id beyond 64 bits, an
 * order beyond 32, an attribute name that cannot be a key (`mapKeyProblem`).
 */
export function encodeDefinition(definition: ServiceDefinition): StoredDocument {
  const { id, name, serviceId, evaluationOrder, logout } = definition
  if (BigInt.asIntN(64, id) !== id) throw new TypeError(`definition id ${id} does not fit 64 bits`)
  if ((evaluationOrder | 0) !== evaluationOrder) {
    throw new TypeError(`evaluationOrder ${evaluationOrder} does not fit 32 bits`)
  }
  const { description, theme, logo, informationUrl, privacyUrl } = definition
  return {
    _id: id,
    _class: `${services}.CasRegisteredService`,
    serviceId,
    name,
    evaluationOrder,
    ...present({ description, theme, logo, informationUrl, privacyUrl, logoutUrl: logout.url }),
    ...present({ responseType: definition.responseType?.toUpperCase() }),
    logoutType: logoutTypes[logout.type],
    accessStrategy: accessDocument(definition.access),
    attributeReleasePolicy: releaseDocument(definition.release),
    usernameAttributeProvider: usernameDocument(definition.username),
    proxyPolicy: proxyDocument(definition.proxy),
    ...ticketDocuments(definition.tickets ?? {}),
    matchingStrategy: { _class: `${services}.FullRegexRegisteredServiceMatchingStrategy` },
    contacts: definition.contacts.map(contactDocument),
    ...(definition.expiresAt === undefined
      ? {}
      : { expirationPolicy: expirationDocument(definition.expiresAt) }),
  }
}

function expirationDocument(expiresAt: Instant): StoredDocument {
  return {
    _class: `${services}.DefaultRegisteredServiceExpirationPolicy`,
    deleteWhenExpired: false,
    notifyWhenDeleted: false,
    notifyWhenExpired: false,
    expirationDate: new Date(expiresAt).toISOString(),
  }
}

/**
 * Apereo's strategy that knows times knows nothing else since version 6.6: rules need another one beside it. Only then,
 * as Apereo CAS 6.6 fails at the sign-in (NullPointerException) where times are in a chain.
 */
function accessDocument(access: AccessStrategy): StoredDocument {
  const { notBefore, notAfter, unauthorizedRedirectUrl } = access
  if (notBefore === undefined && notAfter === undefined) return rulesDocument(access)
  if (hasNoRules(access)) return timesDocument(access)
  return {
    _class: `${services}.ChainingRegisteredServiceAccessStrategy`,
    strategies: [rulesDocument(access), timesDocument(access)],
    operator: 'AND',
    ...present({ unauthorizedRedirectUrl }),
  }
}

function timesDocument({ notBefore, notAfter }: AccessStrategy): StoredDocument {
  return {
    _class: `${services}.TimeBasedRegisteredServiceAccessStrategy`,
    ...present({
      startingDateTime: notBefore === undefined ? undefined : new Date(notBefore).toISOString(),
      endingDateTime: notAfter === undefined ? undefined : new Date(notAfter).toISOString(),
    }),
    zoneId: 'Z',
  }
}

function rulesDocument(access: AccessStrategy): StoredDocument {
  return {
    _class: `${services}.DefaultRegisteredServiceAccessStrategy`,
    order: 0,
    enabled: access.enabled,
    ssoEnabled: access.ssoEnabled,
    requireAllAttributes: access.requireAllAttributes,
    caseInsensitive: access.caseInsensitive,
    requiredAttributes: storedMap(access.requiredAttributes),
    rejectedAttributes: storedMap(access.rejectedAttributes),
    ...present({ unauthorizedRedirectUrl: access.unauthorizedRedirectUrl }),
  }
}

const mergingPolicies = { replace: 'REPLACE', add: 'ADD', multivalued: 'MULTIVALUED' } as const

function releaseDocument(release: ReleasePolicy): StoredDocument {
  if (release.kind !== 'chain') return singleDocument(release, 0)
  return {
    _class: `${services}.ChainingAttributeReleasePolicy`,
    policies: release.policies.map(singleDocument),
    mergingPolicy: mergingPolicies[release.merging],
    order: 0,
  }
}

/** Apereo sorts the policies of a chain by `order`. */
function singleDocument(release: SingleRelease, order: number): StoredDocument {
  const { valuePattern, excludesDefaults = false, withholdsProtocolAttributes = false } = release
  const isDenied = release.kind === 'denied'
  return {
    ...ruleDocument(release),
    ...(valuePattern === undefined ? {} : { attributeFilter: filterDocument(valuePattern) }),
    excludeDefaultAttributes: isDenied || excludesDefaults,
    authorizedToReleaseAuthenticationAttributes: !isDenied && !withholdsProtocolAttributes,
    order,
  }
}

function ruleDocument(release: SingleRelease): StoredDocument {
  switch (release.kind) {
    case 'all':
      return { _class: `${services}.ReturnAllAttributeReleasePolicy` }
    case 'allowed':
      return { _class: `${services}.ReturnAllowedAttributeReleasePolicy`, allowedAttributes: release.names }
    case 'mapped':
      return {
        _class: `${services}.ReturnMappedAttributeReleasePolicy`,
        allowedAttributes: storedMap(release.names),
      }
    case 'pattern':
      return {
        _class: `${services}.PatternMatchingAttributeReleasePolicy`,
        allowedAttributes: storedMap(release.rules),
      }
    case 'static':
      return {
        _class: `${services}.ReturnStaticAttributeReleasePolicy`,
        allowedAttributes: storedMap(release.attributes),
      }
    case 'denied':
      return { _class: `${services}.DenyAllAttributeReleasePolicy` }
  }
}

/** As Apereo stores it: what it compiled beside what was written. */
function filterDocument(pattern: string): StoredDocument {
  const _class = `${services}.support.RegisteredServiceRegexAttributeFilter`
  return { _class, compiledPattern: pattern, pattern, order: 0 }
}

const persistentIds = 'org.apereo.cas.authentication.principal.ShibbolethCompatiblePersistentIdGenerator'

function usernameDocument(username: UsernameProvider): StoredDocument {
  const common = {
    canonicalizationMode: (username.canonicalization ?? 'none').toUpperCase(),
    encryptUsername: false,
  }
  switch (username.kind) {
    case 'default':
      return { _class: `${services}.DefaultRegisteredServiceUsernameProvider`, ...common }
    case 'attribute': {
      const _class = `${services}.PrincipalAttributeRegisteredServiceUsernameProvider`
      return { _class, usernameAttribute: username.attribute, ...common }
    }
    case 'anonymous': {
      const { salt, attribute } = username
      const persistentIdGenerator = { _class: persistentIds, salt, ...present({ attribute }) }
      const _class = `${services}.AnonymousRegisteredServiceUsernameAttributeProvider`
      return { _class, persistentIdGenerator, ...common }
    }
    case 'static': {
      const _class = `${services}.StaticRegisteredServiceUsernameProvider`
      return { _class, value: username.value, ...common }
    }
  }
}

/** Apereo honours the lifetime of a ticket that is validated only together with a number of uses. */
function ticketDocuments(tickets: TicketLifetimes): StoredDocument {
  const { serviceTicketSeconds, proxyTicketSeconds, proxyGrantingTicketSeconds, sessionSeconds } = tickets
  const policy = (kind: string) => `${services}.DefaultRegisteredService${kind}ExpirationPolicy`
  const validated = (kind: string, seconds: number | undefined) =>
    seconds === undefined
      ? undefined
      : { _class: policy(kind), numberOfUses: 1n, timeToLive: String(seconds) }
  const kept = (kind: string, seconds: number | undefined) =>
    seconds === undefined ? undefined : { _class: policy(kind), maxTimeToLiveInSeconds: BigInt(seconds) }
  return present({
    serviceTicketExpirationPolicy: validated('ServiceTicket', serviceTicketSeconds),
    proxyTicketExpirationPolicy: validated('ProxyTicket', proxyTicketSeconds),
    proxyGrantingTicketExpirationPolicy: kept('ProxyGrantingTicket', proxyGrantingTicketSeconds),
    ticketGrantingTicketExpirationPolicy: kept('TicketGrantingTicket', sessionSeconds),
  })
}

function proxyDocument(proxy: ProxyPolicy): StoredDocument {
  if (proxy.kind === 'refuse') return { _class: `${services}.RefuseRegisteredServiceProxyPolicy` }
  return {
    _class: `${services}.RegexMatchingRegisteredServiceProxyPolicy`,
    pattern: anchored(proxy.pattern),
    useServiceId: false,
    exactMatch: false,
  }
}

function contactDocument(contact: ServiceContact): StoredDocument {
  const { name, email, phone, department, type } = contact
  return {
    _class: `${services}.DefaultRegisteredServiceContact`,
    name,
    ...present({ email, phone, department, type }),
  }
}

/**
 * The same pattern, holding for the whole text wherever it is searched for: Apereo takes a proxy callback in which
 * the pattern is found anywhere, so that an unanchored one lets in every URL that quotes it.
 */
export function anchored(pattern: string): string {
  if (hasAlternatives(pattern) || pattern.includes('\\Q')) return `^(?:${pattern})$`
  const endsAnchored = /(?<!\\)(\\\\)*\$$/.test(pattern)
  return `${pattern.startsWith('^') ? '' : '^'}${pattern}${endsAnchored ? '' : '$'}`
}

/** Whether a pattern takes more where it is searched for, as Apereo does, than where it has to match the whole text. */
export function takesMoreWhereSearched(pattern: string): boolean {
  if (anchored(pattern) === pattern) return false
  if (hasAlternatives(pattern) || pattern.includes('\\Q')) return true
  const isOpenAtStart = !/^(\(\?[a-z]+\))?(\^|\.\*)/.test(pattern)
  return isOpenAtStart || !/(?<!\\)(\\\\)*(\$|\.\*)$/.test(pattern)
}

/** Apereo's MongoDB mapping writes a dot in a key as `_#_`. */
function storedMap<T>(map: Readonly<Record<string, T>>): Record<string, T> {
  const entries = Object.entries(map).map(([key, value]): [string, T] => {
    const problem = mapKeyProblem(key)
    if (problem !== undefined) throw new TypeError(`"${key}": ${problem}`)
    return [key.replaceAll('.', '_#_'), value]
  })
  return Object.fromEntries(entries)
}

function present(fields: StoredDocument): StoredDocument {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
