/** A definition as an Apereo CAS stores it: class names, 64-bit id, 32-bit order, defaults written out. */
import { mapKeyProblem } from './document-reader.ts'
import { hasAlternatives } from './java-pattern.ts'
import type {
  AccessStrategy,
  ProxyPolicy,
  ReleasePolicy,
  ServiceContact,
  ServiceDefinition,
  StoredDocument,
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
    logoutType: logoutTypes[logout.type],
    accessStrategy: accessDocument(definition.access),
    attributeReleasePolicy: releaseDocument(definition.release),
    usernameAttributeProvider: usernameDocument(definition.username),
    proxyPolicy: proxyDocument(definition.proxy),
    matchingStrategy: { _class: `${services}.FullRegexRegisteredServiceMatchingStrategy` },
    contacts: definition.contacts.map(contactDocument),
  }
}

function accessDocument(access: AccessStrategy): StoredDocument {
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

function releaseDocument(release: ReleasePolicy): StoredDocument {
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
    case 'denied':
      return { _class: `${services}.DenyAllAttributeReleasePolicy` }
  }
}

function usernameDocument(username: UsernameProvider): StoredDocument {
  const common = {
    canonicalizationMode: (username.canonicalization ?? 'none').toUpperCase(),
    encryptUsername: false,
  }
  if (username.kind === 'default') {
    return { _class: `${services}.DefaultRegisteredServiceUsernameProvider`, ...common }
  }
  const _class = `${services}.PrincipalAttributeRegisteredServiceUsernameProvider`
  return { _class, usernameAttribute: username.attribute, ...common }
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
