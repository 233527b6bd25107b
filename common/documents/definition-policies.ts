/**
 * Apereo's policy classes, as tables: which fields are honoured, which mean nothing here, and which refuse the
 * definition because they restrict access or release and are not honoured. To honour a class, add its table.
 */
import {
  type FieldTable,
  flag,
  ignoredField,
  inside,
  isDocument,
  mapOf,
  meaningless,
  oneOfClasses,
  onlyIf,
  type Place,
  type Reader,
  readFields,
  refuse,
  text,
  textList,
  unsupported,
} from './document-reader.ts'
import type {
  AccessStrategy,
  ProxyPolicy,
  ReleasePolicy,
  ServiceContact,
  StoredDocument,
  UsernameProvider,
} from './service-definition.ts'

const notHonoured = unsupported('is not honoured, and may restrict access')

/** Fields of a nested policy; what the table does not name may restrict access and is refused. */
function strictFields<F extends FieldTable>(document: StoredDocument, table: F, place: Place) {
  return readFields(document, table, { place, unknown: notHonoured })
}

export const defaultAccess: AccessStrategy = Object.freeze({
  enabled: true,
  ssoEnabled: true,
  requireAllAttributes: true,
  caseInsensitive: false,
  requiredAttributes: Object.freeze({}),
  rejectedAttributes: Object.freeze({}),
})

const delegatedAuthenticationPolicy: Reader<never> = oneOfClasses<never>({
  DefaultRegisteredServiceDelegatedAuthenticationPolicy: (document, place) => {
    const message = 'restricts how users sign in, and is not honoured'
    const table = {
      allowedProviders: unsupported(message),
      exclusive: unsupported(message),
      permitUndefined: meaningless,
      selectionStrategy: unsupported(message),
    }
    strictFields(document, table, place)
    return undefined
  },
})

/** Reads `accessStrategy`. */
export const accessStrategy: Reader<AccessStrategy> = oneOfClasses({
  DefaultRegisteredServiceAccessStrategy: (document, place) => {
    const table = {
      enabled: flag,
      ssoEnabled: flag,
      requireAllAttributes: flag,
      caseInsensitive: flag,
      requiredAttributes: mapOf(textList),
      rejectedAttributes: mapOf(textList),
      unauthorizedRedirectUrl: text,
      order: meaningless,
      delegatedAuthenticationPolicy,
      activationCriteria: notHonoured,
    }
    const { unauthorizedRedirectUrl, ...read } = strictFields(document, table, place)
    return {
      enabled: read.enabled ?? true,
      ssoEnabled: read.ssoEnabled ?? true,
      requireAllAttributes: read.requireAllAttributes ?? true,
      caseInsensitive: read.caseInsensitive ?? false,
      requiredAttributes: read.requiredAttributes ?? {},
      rejectedAttributes: read.rejectedAttributes ?? {},
      ...(unauthorizedRedirectUrl === undefined ? {} : { unauthorizedRedirectUrl }),
    }
  },
})

const principalAttributesRepository: Reader<never> = oneOfClasses<never>({
  DefaultPrincipalAttributesRepository: (document, place) => {
    const table = {
      mergingStrategy: meaningless,
      attributeRepositoryIds: ignoredField('attribute repositories are not asked'),
      ignoreResolvedAttributes: unsupported('withholds attributes, and is not honoured'),
    }
    strictFields(document, table, place)
    return undefined
  },
})

const consentPolicy: Reader<never> = (value, place) => {
  if (!isDocument(value)) return refuse(place, 'must be a document')
  if (value['status'] !== 'TRUE') return undefined
  return refuse(inside(place, 'status'), 'consent is not asked for, so it cannot be demanded')
}

/** Fields that all release policies have. */
const releaseTable = {
  attributeFilter: unsupported('withholds values, and is not honoured'),
  principalAttributesRepository,
  consentPolicy,
  authorizedToReleaseCredentialPassword: ignoredField('passwords are never released'),
  authorizedToReleaseProxyGrantingTicket: ignoredField('a proxy-granting ticket is never an attribute'),
  authorizedToReleaseAuthenticationAttributes: onlyIf(
    (value) => value === true,
    'false withholds attributes of the authentication, and is not honoured',
  ),
  excludeDefaultAttributes: meaningless,
  excludedAttributes: unsupported('withholds attributes, and is not honoured'),
  canonicalizationMode: ignoredField('names of attributes keep their case'),
  order: meaningless,
  name: meaningless,
}

const releasedName: Reader<string | readonly string[]> = (value, place) => {
  const names = typeof value === 'string' ? [value] : textList(value, place)
  if (names === undefined) return undefined
  if (names.some((name) => /^\s*groovy\s*\{|\.groovy\s*$/.test(name))) {
    return refuse(place, 'scripts are not run')
  }
  return typeof value === 'string' ? value : names
}

/** Reads `attributeReleasePolicy`. */
export const attributeReleasePolicy: Reader<ReleasePolicy> = oneOfClasses<ReleasePolicy>({
  ReturnAllAttributeReleasePolicy: (document, place) => {
    strictFields(document, releaseTable, place)
    return { kind: 'all' }
  },
  ReturnAllowedAttributeReleasePolicy: (document, place) => {
    const read = strictFields(document, { ...releaseTable, allowedAttributes: textList }, place)
    return { kind: 'allowed', names: read.allowedAttributes ?? [] }
  },
  ReturnMappedAttributeReleasePolicy: (document, place) => {
    const table = { ...releaseTable, allowedAttributes: mapOf(releasedName) }
    return { kind: 'mapped', names: strictFields(document, table, place).allowedAttributes ?? {} }
  },
  DenyAllAttributeReleasePolicy: (document, place) => {
    const table = { ...releaseTable, authorizedToReleaseAuthenticationAttributes: meaningless }
    strictFields(document, table, place)
    return { kind: 'denied' }
  },
})

const canonicalization: Reader<'lower' | 'upper' | 'none'> = (value, place) => {
  if (value === 'NONE') return 'none'
  if (value === 'LOWER') return 'lower'
  if (value === 'UPPER') return 'upper'
  return refuse(place, 'must be NONE, LOWER or UPPER')
}

const usernameTable = {
  canonicalizationMode: canonicalization,
  encryptUsername: unsupported('user names are not encrypted'),
  scope: unsupported('is not honoured: the service would see another user name'),
  removePattern: unsupported('is not honoured: the service would see another user name'),
}

function caseOf(mode: 'lower' | 'upper' | 'none' | undefined) {
  return mode === undefined || mode === 'none' ? {} : { canonicalization: mode }
}

/** Reads `usernameAttributeProvider`. */
export const usernameAttributeProvider: Reader<UsernameProvider> = oneOfClasses<UsernameProvider>({
  DefaultRegisteredServiceUsernameProvider: (document, place) => {
    const read = strictFields(document, usernameTable, place)
    return { kind: 'default', ...caseOf(read.canonicalizationMode) }
  },
  PrincipalAttributeRegisteredServiceUsernameProvider: (document, place) => {
    const read = strictFields(document, { ...usernameTable, usernameAttribute: text }, place)
    const attribute = read.usernameAttribute
    if (attribute === undefined || attribute === '') {
      return refuse(inside(place, 'usernameAttribute'), 'must name an attribute')
    }
    return { kind: 'attribute', attribute, ...caseOf(read.canonicalizationMode) }
  },
})

/** Reads `proxyPolicy`. */
export const proxyPolicy: Reader<ProxyPolicy> = oneOfClasses<ProxyPolicy>({
  RefuseRegisteredServiceProxyPolicy: (document, place) => {
    strictFields(document, {}, place)
    return { kind: 'refuse' }
  },
  RegexMatchingRegisteredServiceProxyPolicy: (document, place) => {
    const table = {
      pattern: text,
      useServiceId: unsupported('is not honoured; write the pattern'),
      exactMatch: unsupported('is not honoured; write a pattern'),
    }
    const { pattern } = strictFields(document, table, place)
    return pattern === undefined ? { kind: 'refuse' } : { kind: 'matching', pattern }
  },
})

/** Refuses `authenticationPolicy` that demands or excludes handlers. */
export const authenticationPolicy: Reader<never> = oneOfClasses<never>({
  DefaultRegisteredServiceAuthenticationPolicy: (document, place) => {
    const message = 'restricts how users sign in, and is not honoured'
    const table = {
      requiredAuthenticationHandlers: unsupported(message),
      excludedAuthenticationHandlers: unsupported(message),
      // Its class alone says what it demands.
      criteria: (_value: unknown, at: Place) => refuse(at, message),
    }
    strictFields(document, table, place)
    return undefined
  },
})

/** Refuses a multifactor policy that names providers; without any it demands nothing. */
export const multifactorPolicy: Reader<never> = oneOfClasses<never>({
  DefaultRegisteredServiceMultifactorPolicy: (document, place) => {
    const message = 'multifactor authentication is demanded and not honoured'
    const table = {
      multifactorAuthenticationProviders: unsupported(message),
      script: unsupported(message),
      forceExecution: unsupported(message),
      failureMode: meaningless,
      principalAttributeNameTrigger: unsupported(message),
      principalAttributeValueToMatch: unsupported(message),
      bypassEnabled: meaningless,
      bypassTrustedDeviceEnabled: meaningless,
      bypassPrincipalAttributeName: meaningless,
      bypassPrincipalAttributeValue: meaningless,
      bypassIfMissingPrincipalAttribute: meaningless,
    }
    strictFields(document, table, place)
    return undefined
  },
})

/** Refuses an expiration policy with a date. */
export const expirationPolicy: Reader<never> = oneOfClasses<never>({
  DefaultRegisteredServiceExpirationPolicy: (document, place) => {
    const table = {
      expirationDate: unsupported('expiration is not honoured'),
      deleteWhenExpired: meaningless,
      notifyWhenDeleted: meaningless,
      notifyWhenExpired: meaningless,
    }
    strictFields(document, table, place)
    return undefined
  },
})

/** Refuses every way of matching other than Apereo's default. */
export const matchingStrategy: Reader<never> = oneOfClasses<never>({
  FullRegexRegisteredServiceMatchingStrategy: (document, place) => {
    strictFields(document, {}, place)
    return undefined
  },
})

const contactTable = { name: text, email: text, phone: text, department: text, type: text }

/** Reads `contacts`. They tell people whom to ask and decide nothing, so unknown fields are noted only. */
export const contacts: Reader<readonly ServiceContact[]> = (value, place) => {
  if (!Array.isArray(value)) return refuse(place, 'must be a list')
  return value.flatMap((item: unknown, index): ServiceContact[] => {
    const at = inside(place, String(index))
    if (!isDocument(item)) {
      refuse(at, 'must be a document')
      return []
    }
    const unknown = ignoredField('unknown field of a contact')
    return [{ name: '', ...readFields(item, contactTable, { place: at, unknown }) }]
  })
}
