/** Apereo's classes of attribute release, filters and user names, versions 5 to 7. */
import {
  type Field,
  type FieldsOfClass,
  flag,
  int32,
  int64,
  list,
  map,
  nested,
  nestedKind,
  object,
  oneOf,
  oneOfInAnyCase,
  set,
  text,
  texts,
  triState,
} from './class-types.ts'

const unset = { isStoredEmpty: false }
const services = 'org.apereo.cas.services'
const principals = 'org.apereo.cas.authentication.principal'
const defaultRepository = `${principals}.DefaultPrincipalAttributesRepository`
const patternRule = `${services}.PatternMatchingAttributeReleasePolicy$Rule`

/** What every release policy has. */
const common = {
  attributeFilter: nested(),
  principalAttributesRepository: nested(defaultRepository),
  consentPolicy: nested(`${services}.consent.DefaultRegisteredServiceConsentPolicy`),
  authorizedToReleaseCredentialPassword: flag(false),
  authorizedToReleaseProxyGrantingTicket: flag(false),
  excludeDefaultAttributes: flag(false),
  authorizedToReleaseAuthenticationAttributes: flag(true),
  principalIdAttribute: text(),
  order: int32(0),
  name: text(),
  canonicalizationMode: text(),
  activationCriteria: nested(),
  excludedAttributes: set('HashSet', unset),
} satisfies FieldsOfClass

const withAttributes = (allowedAttributes: Field): FieldsOfClass => ({ allowedAttributes, ...common })
const mapped = withAttributes(map(object, { java: 'TreeMap' }))
const listed = withAttributes(list())

const mergingPolicies = ['REPLACE', 'ADD', 'MULTIVALUED', 'NONE', 'SOURCE', 'DESTINATION']

const operators = ['AND', 'OR']

const repository = {
  mergingStrategy: oneOfInAnyCase(mergingPolicies, 'MULTIVALUED'),
  attributeRepositoryIds: set('LinkedHashSet'),
  ignoreResolvedAttributes: flag(false),
} satisfies FieldsOfClass

const mappedFilter: FieldsOfClass = {
  patterns: map(object, { java: 'TreeMap', isStoredEmpty: false }),
  excludeUnmappedAttributes: flag(false),
  caseInsensitive: flag(true),
  completeMatch: flag(false),
  order: int32(0),
}

const username = { canonicalizationMode: text('NONE'), encryptUsername: flag(false) } satisfies FieldsOfClass
/** Of later versions: not stored unless set. */
const laterUsername = { scope: text(), removePattern: text() } satisfies FieldsOfClass

/** By whole name of the class. */
export const releaseClasses: Readonly<Record<string, FieldsOfClass>> = {
  [`${services}.ReturnAllAttributeReleasePolicy`]: common,
  [`${services}.ReturnAllowedAttributeReleasePolicy`]: listed,
  [`${services}.DenyAllAttributeReleasePolicy`]: {
    ...common,
    excludeDefaultAttributes: flag(true),
    authorizedToReleaseAuthenticationAttributes: flag(false),
  },
  [`${services}.ReturnMappedAttributeReleasePolicy`]: mapped,
  [`${services}.ReturnMultiMappedAttributeReleasePolicy`]: mapped,
  [`${services}.ReturnLinkedAttributeReleasePolicy`]: mapped,
  [`${services}.ReturnStaticAttributeReleasePolicy`]: mapped,
  [`${services}.ReturnEncryptedAttributeReleasePolicy`]: listed,
  [`${services}.PatternMatchingAttributeReleasePolicy`]: withAttributes(
    map({ is: 'only', className: patternRule }, { java: 'TreeMap' }),
  ),
  [patternRule]: { pattern: text(), transform: text() },
  [`${services}.ReturnRestfulAttributeReleasePolicy`]: {
    ...mapped,
    method: text(),
    endpoint: text(),
    headers: map({ is: 'text' }, { java: 'TreeMap', isStoredEmpty: false }),
  },
  [`${services}.GroovyScriptAttributeReleasePolicy`]: { ...common, groovyScript: text() },
  [`${services}.ScriptedRegisteredServiceAttributeReleasePolicy`]: { ...common, scriptFile: text() },
  [`${services}.ChainingAttributeReleasePolicy`]: {
    policies: list(nestedKind),
    mergingPolicy: oneOfInAnyCase(mergingPolicies, 'REPLACE'),
    order: int32(0),
  },
  [`${services}.consent.DefaultRegisteredServiceConsentPolicy`]: {
    status: triState('UNDEFINED'),
    enabled: flag(),
    excludedAttributes: set('HashSet', unset),
    includeOnlyAttributes: set('HashSet', unset),
    excludedServices: set('HashSet', unset),
    order: int32(0),
  },
  [`${services}.consent.ChainingRegisteredServiceConsentPolicy`]: {
    policies: list(nestedKind),
    order: int32(0),
  },
  [`${services}.AttributeBasedRegisteredServiceAttributeReleaseActivationCriteria`]: {
    requiredAttributes: map(texts, { java: 'TreeMap' }),
    reverseMatch: flag(),
    operator: oneOf(operators, 'AND'),
    order: int32(0),
  },
  [`${services}.ChainingRegisteredServiceAttributeReleaseActivationCriteria`]: {
    conditions: list(nestedKind),
    operator: oneOf(operators, 'AND'),
    order: int32(0),
  },
  [`${services}.GroovyRegisteredServiceAttributeReleaseActivationCriteria`]: {
    groovyScript: text(),
    order: int32(0),
  },
  [defaultRepository]: repository,
  [`${principals}.cache.CachingPrincipalAttributesRepository`]: {
    ...repository,
    expiration: int64(),
    timeUnit: text(),
  },
  [`${services}.support.RegisteredServiceRegexAttributeFilter`]: {
    pattern: text(),
    compiledPattern: { kind: { is: 'text' }, copyOf: 'pattern' },
    order: int32(0),
  },
  [`${services}.support.RegisteredServiceMappedRegexAttributeFilter`]: mappedFilter,
  [`${services}.support.RegisteredServiceReverseMappedRegexAttributeFilter`]: mappedFilter,
  [`${services}.support.RegisteredServiceMutantRegexAttributeFilter`]: mappedFilter,
  [`${services}.support.RegisteredServiceScriptedAttributeFilter`]: { script: text(), order: int32(0) },
  [`${services}.support.RegisteredServiceChainingAttributeFilter`]: {
    filters: list(nestedKind),
    order: int32(0),
  },
}

/** By whole name of the class. */
export const usernameClasses: Readonly<Record<string, FieldsOfClass>> = {
  [`${services}.DefaultRegisteredServiceUsernameProvider`]: { ...username, ...laterUsername },
  [`${services}.PrincipalAttributeRegisteredServiceUsernameProvider`]: {
    usernameAttribute: text(),
    ...username,
    ...laterUsername,
  },
  [`${services}.AnonymousRegisteredServiceUsernameAttributeProvider`]: {
    persistentIdGenerator: nested(),
    ...username,
    ...laterUsername,
  },
  [`${services}.StaticRegisteredServiceUsernameProvider`]: { value: text(), ...username, ...laterUsername },
  [`${services}.GroovyRegisteredServiceUsernameProvider`]: {
    groovyScript: text(),
    ...username,
    ...laterUsername,
  },
  [`${services}.ScriptedRegisteredServiceUsernameProvider`]: {
    script: text(),
    ...username,
    ...laterUsername,
  },
  [`${services}.PairwiseOidcRegisteredServiceUsernameAttributeProvider`]: {
    persistentIdGenerator: nested(),
    ...username,
    ...laterUsername,
  },
  [`${principals}.ShibbolethCompatiblePersistentIdGenerator`]: { salt: text(), attribute: text() },
  [`${principals}.OidcPairwisePersistentIdGenerator`]: { salt: text(), attribute: text() },
}
