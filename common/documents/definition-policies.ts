/**
 * Apereo's policy classes, as tables: which fields are honoured, which mean nothing here, and which refuse the
 * definition because they restrict access or release and are not honoured. To honour a class, add its table.
 */
import { className } from './class-names.ts'
import { anchored } from './definition-encoding.ts'
import {
  type FieldTable,
  flag,
  ignoredField,
  inside,
  isDocument,
  meaningless,
  note,
  nullable,
  oneOfClasses,
  type Place,
  type Reader,
  readFields,
  refuse,
  text,
  unsupported,
  unsupportedFlag,
} from './document-reader.ts'
import type { AccessStrategy, ProxyPolicy, ServiceContact, StoredDocument } from './service-definition.ts'
import { literalPattern } from './service-pattern.ts'

const notHonoured = unsupported('is not honoured, and may restrict access')

/** Fields of a nested policy; what the table does not name may restrict access and is refused. */
export function strictFields<F extends FieldTable>(document: StoredDocument, table: F, place: Place) {
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

/** Reads `proxyPolicy`. */
export const proxyPolicy: Reader<ProxyPolicy> = oneOfClasses<ProxyPolicy>({
  RefuseRegisteredServiceProxyPolicy: (document, place) => {
    // Nobody is let in by it, whatever else it says.
    readFields(document, {}, { place, unknown: ignoredField('is not a field of this policy') })
    return { kind: 'refuse' }
  },
  RegexMatchingRegisteredServiceProxyPolicy: (document, place) => {
    const table = {
      pattern: text,
      useServiceId: unsupportedFlag('is not honoured; write the pattern'),
      exactMatch: flag,
    }
    const { pattern, exactMatch = false } = strictFields(document, table, place)
    if (pattern === undefined) return { kind: 'refuse' }
    // The URL itself: a pattern in its place names no URL, as it names none for Apereo.
    return { kind: 'matching', pattern: exactMatch ? anchored(literalPattern(pattern)) : pattern }
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
      criteria: nullable((_value: unknown, at: Place) => refuse(at, message)),
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
      script: nullable(unsupported(message)),
      forceExecution: unsupportedFlag(message),
      failureMode: meaningless,
      principalAttributeNameTrigger: nullable(unsupported(message)),
      principalAttributeValueToMatch: nullable(unsupported(message)),
      bypassEnabled: meaningless,
      bypassTrustedDeviceEnabled: meaningless,
      bypassPrincipalAttributeName: meaningless,
      bypassPrincipalAttributeValue: meaningless,
      bypassIfMissingPrincipalAttribute: meaningless,
      bypassForRequestIpAddress: meaningless,
    }
    strictFields(document, table, place)
    return undefined
  },
})

const participation = 'DefaultRegisteredServiceSingleSignOnParticipationPolicy'

/** Reads `singleSignOnParticipationPolicy`. The default one lets everybody take part. */
export const singleSignOnPolicy: Reader<never> = (value, place) => {
  const message = 'restricts single sign-on, and is not honoured'
  if (!isDocument(value) || className(value['_class']) !== participation) return refuse(place, message)
  const createCookieOnRenewedAuthentication: Reader<never> = (stated, at) =>
    [true, 'TRUE', 'UNDEFINED', null].some((one) => one === stated) ? undefined : refuse(at, message)
  strictFields(value, { createCookieOnRenewedAuthentication }, place)
  return note(place, 'restricts nothing')
}

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
