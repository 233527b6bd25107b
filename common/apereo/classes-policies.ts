/** Apereo's classes of access strategies and of what else decides about a sign-in, versions 5 to 7. */
import {
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
  set,
  setOfTexts,
  text,
  triState,
} from './class-types.ts'

const operators = ['AND', 'OR']
const timeUnits = ['NANOSECONDS', 'MICROSECONDS', 'MILLISECONDS', 'SECONDS', 'MINUTES', 'HOURS', 'DAYS']
const remembered = { java: 'LinkedHashMap', isStoredEmpty: false }
const unset = { isStoredEmpty: false }

/** Up to version 6.5 the other strategies had these, too. */
const accessFields = {
  order: int32(),
  enabled: flag(),
  ssoEnabled: flag(),
  unauthorizedRedirectUrl: text(),
  delegatedAuthenticationPolicy: nested(),
  requireAllAttributes: flag(),
  requiredAttributes: map(setOfTexts, unset),
  rejectedAttributes: map(setOfTexts, unset),
  caseInsensitive: flag(),
} satisfies FieldsOfClass

/** By name without `org.apereo.cas.services.`. */
export const accessClasses: Readonly<Record<string, FieldsOfClass>> = {
  DefaultRegisteredServiceAccessStrategy: {
    order: int32(0),
    enabled: flag(true),
    ssoEnabled: flag(true),
    unauthorizedRedirectUrl: text(),
    delegatedAuthenticationPolicy: nested(
      'org.apereo.cas.services.DefaultRegisteredServiceDelegatedAuthenticationPolicy',
    ),
    requireAllAttributes: flag(true),
    requiredAttributes: map(setOfTexts),
    rejectedAttributes: map(setOfTexts),
    caseInsensitive: flag(false),
    activationCriteria: nested(),
  },
  TimeBasedRegisteredServiceAccessStrategy: {
    ...accessFields,
    startingDateTime: text(),
    endingDateTime: text(),
    zoneId: text('Z'),
  },
  RemoteEndpointServiceAccessStrategy: {
    ...accessFields,
    endpointUrl: text(),
    acceptableResponseCodes: text(),
    method: text(),
    headers: map({ is: 'text' }, { java: 'TreeMap', isStoredEmpty: false }),
  },
  HttpRequestRegisteredServiceAccessStrategy: {
    ...accessFields,
    ipAddress: text(),
    userAgent: text(),
    headers: map({ is: 'text' }, { java: 'TreeMap', isStoredEmpty: false }),
  },
  GroovyRegisteredServiceAccessStrategy: { ...accessFields, order: int32(0), groovyScript: text() },
  ChainingRegisteredServiceAccessStrategy: {
    strategies: list(nestedKind),
    operator: oneOf(operators, 'AND'),
    unauthorizedRedirectUrl: text(),
    order: int32(),
  },
  OpenPolicyAgentRegisteredServiceAccessStrategy: {
    apiUrl: text(),
    decision: text(),
    token: text(),
    context: map(object, { isStoredEmpty: false }),
  },
  OpenFGARegisteredServiceAccessStrategy: {
    relation: text(),
    object: text(),
    apiUrl: text(),
    storeId: text(),
    token: text(),
    userType: text(),
  },
  CerbosRegisteredServiceAccessStrategy: {
    apiUrl: text(),
    token: text(),
    scope: text(),
    rolesAttribute: text('memberOf'),
    kind: text(),
    requestId: text(),
    actions: list({ is: 'text' }, unset),
    auxData: map(object, remembered),
  },
  PermifyRegisteredServiceAccessStrategy: {
    apiUrl: text(),
    tenantId: text(),
    entityType: text(),
    subjectType: text(),
    subjectRelation: text(),
    permission: text(),
    token: text(),
  },
  AttributeBasedRegisteredServiceAccessStrategyActivationCriteria: {
    requiredAttributes: map(object, { java: 'TreeMap' }),
    order: int32(0),
    allowIfInactive: flag(true),
    operator: oneOf(operators, 'AND'),
  },
  ChainingRegisteredServiceAccessStrategyActivationCriteria: {
    conditions: list(nestedKind),
    operator: oneOf(operators, 'AND'),
    order: int32(),
  },
  GroovyRegisteredServiceAccessStrategyActivationCriteria: { order: int32(0), groovyScript: text() },
  DefaultRegisteredServiceDelegatedAuthenticationPolicy: {
    allowedProviders: list(),
    permitUndefined: flag(true),
    exclusive: flag(false),
    selectionStrategy: text(),
  },
  ChainingRegisteredServiceDelegatedAuthenticationPolicy: {
    strategies: list(nestedKind),
    operator: oneOf(operators, 'AND'),
  },
}

export const signInClasses: Readonly<Record<string, FieldsOfClass>> = {
  DefaultRegisteredServiceAuthenticationPolicy: {
    requiredAuthenticationHandlers: set('TreeSet'),
    excludedAuthenticationHandlers: set('TreeSet'),
    criteria: nested(),
  },
  AllowedAuthenticationHandlersRegisteredServiceAuthenticationPolicyCriteria: { tryAll: flag() },
  ExcludedAuthenticationHandlersRegisteredServiceAuthenticationPolicyCriteria: {},
  AllAuthenticationHandlersRegisteredServiceAuthenticationPolicyCriteria: {},
  NotPreventedRegisteredServiceAuthenticationPolicyCriteria: {},
  AnyAuthenticationHandlerRegisteredServiceAuthenticationPolicyCriteria: { tryAll: flag(false) },
  GroovyRegisteredServiceAuthenticationPolicyCriteria: { script: text() },
  RestfulRegisteredServiceAuthenticationPolicyCriteria: {
    url: text(),
    basicAuthUsername: text(),
    basicAuthPassword: text(),
  },
  DefaultRegisteredServiceMultifactorPolicy: {
    multifactorAuthenticationProviders: set('LinkedHashSet'),
    failureMode: oneOf(['UNDEFINED', 'NOT_SET', 'OPEN', 'CLOSED', 'PHANTOM', 'NONE'], 'UNDEFINED'),
    principalAttributeNameTrigger: text(),
    principalAttributeValueToMatch: text(),
    bypassEnabled: flag(false),
    forceExecution: flag(false),
    bypassTrustedDeviceEnabled: flag(false),
    bypassPrincipalAttributeName: text(),
    bypassPrincipalAttributeValue: text(),
    bypassIfMissingPrincipalAttribute: flag(),
    bypassForRequestIpAddress: text(),
    script: text(),
  },
  GroovyRegisteredServiceMultifactorPolicy: { groovyScript: text() },
  LastUsedTimeRegisteredServiceSingleSignOnParticipationPolicy: {
    timeUnit: oneOf(timeUnits),
    timeValue: int64(),
    order: int32(0),
  },
  AuthenticationDateRegisteredServiceSingleSignOnParticipationPolicy: {
    timeUnit: oneOf(timeUnits),
    timeValue: int64(),
    order: int32(0),
  },
  AttributeBasedRegisteredServiceSingleSignOnParticipationPolicy: {
    attributes: map({ is: 'list', java: 'java.util.ArrayList', of: { is: 'text' } }, { java: 'TreeMap' }),
    requireAllAttributes: flag(),
    order: int32(),
  },
  ChainingRegisteredServiceSingleSignOnParticipationPolicy: { policies: list(nestedKind) },
  DefaultRegisteredServiceSingleSignOnParticipationPolicy: {
    createCookieOnRenewedAuthentication: triState(),
  },
  NeverRegisteredServiceSingleSignOnParticipationPolicy: {},
  GroovyRegisteredServiceSingleSignOnParticipationPolicy: { groovyScript: text() },
  DefaultRegisteredServicePasswordlessPolicy: { enabled: flag(true) },
  DefaultRegisteredServiceSurrogatePolicy: { enabled: flag(true) },
  DefaultRegisteredServiceAcceptableUsagePolicy: { enabled: flag(true), messageCode: text(), text: text() },
  DefaultRegisteredServiceWebflowInterruptPolicy: {
    enabled: flag(true),
    forceExecution: triState('UNDEFINED'),
    attributeName: text(),
    attributeValue: text(),
    groovyScript: text(),
  },
  DefaultRegisteredServiceExpirationPolicy: {
    deleteWhenExpired: flag(false),
    notifyWhenDeleted: flag(false),
    notifyWhenExpired: flag(false),
    expirationDate: { kind: { is: 'date' } },
  },
  RefuseRegisteredServiceProxyPolicy: {},
  RegexMatchingRegisteredServiceProxyPolicy: {
    pattern: text(),
    useServiceId: flag(false),
    exactMatch: flag(false),
  },
  RestfulRegisteredServiceProxyPolicy: {
    endpoint: text(),
    headers: map({ is: 'text' }, { java: 'TreeMap' }),
  },
  FullRegexRegisteredServiceMatchingStrategy: {},
  PartialRegexRegisteredServiceMatchingStrategy: {},
  LiteralRegisteredServiceMatchingStrategy: { caseInsensitive: flag(false) },
  StartsWithRegisteredServiceMatchingStrategy: { expectedUrl: text() },
  RegisteredServicePublicKeyImpl: { location: text(), algorithm: text() },
  DefaultRegisteredServiceContact: {
    name: text(),
    email: text(),
    phone: text(),
    department: text(),
    type: text(),
  },
  DefaultRegisteredServiceProperty: { values: set('HashSet') },
}

const validated: FieldsOfClass = { numberOfUses: int64(), timeToLive: text() }
const session: FieldsOfClass = {
  maxTimeToLiveInSeconds: int64(),
  userAgents: map(object, { isStoredEmpty: false }),
  ipAddresses: map(object, { isStoredEmpty: false }),
}

export const ticketClasses: Readonly<Record<string, FieldsOfClass>> = {
  DefaultRegisteredServiceServiceTicketExpirationPolicy: validated,
  DefaultRegisteredServiceProxyTicketExpirationPolicy: validated,
  DefaultRegisteredServiceProxyGrantingTicketExpirationPolicy: { maxTimeToLiveInSeconds: int64() },
  DefaultRegisteredServiceTicketGrantingTicketExpirationPolicy: session,
}
