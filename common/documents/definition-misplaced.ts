/**
 * Fields of policies that stand beside the policies, as versions before 4 of Apereo CAS had some of them. They say
 * nothing there, but whoever wrote them takes the service for restricted.
 */
import { type FieldTable, isEmpty, type Reader, refuse } from './document-reader.ts'

/** By the policy in which they stand. `order` and `name` are left out: services have a name, and neither restricts. */
const policyFields: Readonly<Record<string, readonly string[]>> = {
  accessStrategy: [
    'requireAllAttributes',
    'requiredAttributes',
    'rejectedAttributes',
    'caseInsensitive',
    'unauthorizedRedirectUrl',
    'delegatedAuthenticationPolicy',
    'activationCriteria',
    'startingDateTime',
    'endingDateTime',
    'zoneId',
    'strategies',
    'operator',
  ],
  attributeReleasePolicy: [
    'allowedAttributes',
    'ignoreAttributes',
    'attributeFilter',
    'excludedAttributes',
    'excludeDefaultAttributes',
    'authorizedToReleaseAuthenticationAttributes',
    'authorizedToReleaseCredentialPassword',
    'authorizedToReleaseProxyGrantingTicket',
    'principalAttributesRepository',
    'principalIdAttribute',
    'consentPolicy',
    'canonicalizationMode',
  ],
  usernameAttributeProvider: [
    'usernameAttribute',
    'anonymousAccess',
    'encryptUsername',
    'scope',
    'removePattern',
  ],
  authenticationPolicy: ['requiredAuthenticationHandlers', 'excludedAuthenticationHandlers', 'criteria'],
  multifactorPolicy: [
    'multifactorAuthenticationProviders',
    'forceExecution',
    'principalAttributeNameTrigger',
    'principalAttributeValueToMatch',
  ],
  expirationPolicy: ['expirationDate'],
}

/** Of a strategy that is open unless it says otherwise: true says nothing. */
const trueByDefault = ['enabled', 'ssoEnabled']

const inPolicy =
  (policy: string, isHarmless: (value: unknown) => boolean): Reader<never> =>
  (value, place) =>
    isHarmless(value) ? undefined : refuse(place, `has no effect here: it belongs into ${policy}`)

/** For the table of a service. */
export const misplacedFields: FieldTable = Object.fromEntries([
  ...Object.entries(policyFields).flatMap(([policy, fields]) =>
    fields.map((field) => [field, inPolicy(policy, isEmpty)]),
  ),
  ...trueByDefault.map((field) => [field, inPolicy('accessStrategy', (value) => value === true)]),
])
