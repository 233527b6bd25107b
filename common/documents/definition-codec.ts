/**
 * Between `ServiceDefinition` and its document in `cas-service-registry` (Apereo's MongoDB form). Encoding writes
 * what an Apereo CAS reads back; decoding understands what an Apereo CAS has written and refuses, with the path,
 * what restricts access and is not honoured here.
 */
import { className, nearestClass } from './class-names.ts'
import { accessStrategy, expirationPolicy } from './definition-access.ts'
import { matchingStrategy, type WholePattern, wholeMatch } from './definition-matching.ts'
import { misplacedFields } from './definition-misplaced.ts'
import * as policies from './definition-policies.ts'
import { attributeReleasePolicy, usernameAttributeProvider } from './definition-release.ts'
import * as tickets from './definition-tickets.ts'
import {
  type Findings,
  ignoredField,
  inside,
  integer,
  isDocument,
  isEmpty,
  meaningless,
  note,
  nullable,
  type Place,
  type Reader,
  readFields,
  refuse,
  refuseClass,
  refuseName,
  text,
  textList,
  unsupported,
} from './document-reader.ts'
import type {
  DecodedDefinition,
  ResponseType,
  ServiceDefinition,
  StoredDocument,
  TicketLifetimes,
  UsernameProvider,
} from './service-definition.ts'

export { encodeDefinition } from './definition-encoding.ts'

/** Classes of a client of the CAS protocol: today's, and the one before Apereo 6.6. */
const clientClasses: ReadonlySet<string> = new Set(['CasRegisteredService', 'RegexRegisteredService'])

/** Classes of clients of other protocols: their `serviceId` is no URL of an application that signs in by CAS. */
const otherClientClasses: ReadonlySet<string> = new Set([
  'org.apereo.cas.support.saml.services.SamlRegisteredService',
  'org.apereo.cas.support.oauth.services.OAuthRegisteredService',
  'OidcRegisteredService',
  'org.apereo.cas.ws.idp.services.WSFederationRegisteredService',
])

/** Up to version 5 an Apereo CAS wrote it by itself, for the clients of OAuth that come back to it. */
const callbackClass = 'org.apereo.cas.support.oauth.services.OAuthCallbackAuthorizeService'

/**
 * Stand before every other: where it cannot be said what was meant, the refusal is asked first. A wider service that
 * came before it would take its URLs.
 */
export const lowestId = -(2n ** 63n)
export const lowestOrder = -(2 ** 31)

/** Apereo's value of an id that was not given. */
export const unsetId = -1n

const casProtocols = ['CAS10', 'CAS20', 'CAS30']

const logoutType: Reader<'none' | 'backChannel' | 'frontChannel'> = (value, place) => {
  if (value === 'NONE') return 'none'
  if (value === 'BACK_CHANNEL') return 'backChannel'
  if (value === 'FRONT_CHANNEL') return 'frontChannel'
  return refuseName(place, value, ['NONE', 'BACK_CHANNEL', 'FRONT_CHANNEL'])
}

const responseTypes: Readonly<Record<string, ResponseType>> = {
  REDIRECT: 'redirect',
  POST: 'post',
  HEADER: 'header',
}

const responseType: Reader<ResponseType> = (value, place) => {
  // Apereo's users write it in any case, and leave it empty.
  const name = typeof value === 'string' ? value.toUpperCase() : ''
  if (Object.hasOwn(responseTypes, name)) return responseTypes[name]
  return isEmpty(value) ? undefined : refuseName(place, value, Object.keys(responseTypes))
}

/** A list that narrows the CAS protocol's versions would have to be honoured; one that names them all narrows nothing. */
const supportedProtocols: Reader<never> = (value, place) => {
  const names = textList(value, place)
  if (names === undefined || names.length === 0) return undefined
  if (casProtocols.every((name) => names.includes(name))) return undefined
  return refuse(place, 'leaving out a version of the CAS protocol is not honoured')
}

/** A field that nobody here has heard of: a policy (it has a class) may restrict access, anything else is noted. */
const unknownField: Reader<never> = (value, place) => {
  if (isDocument(value) && '_class' in value) {
    return refuse(place, 'is a policy that is not known, and may restrict access')
  }
  return note(place, 'unknown field')
}

const notUsed = ignoredField('is not used')

/** Each by its name: what some of them ask for, such as a JWT as ticket, may be missed. */
const properties: Reader<never> = (value, place) => {
  if (!isDocument(value)) return notUsed(value, place)
  for (const [stored, item] of Object.entries(value)) {
    if (stored !== '_class') notUsed(item, inside(place, stored.replaceAll('_#_', '.')))
  }
  return undefined
}

const isBlank = (value: unknown): boolean => isEmpty(typeof value === 'string' ? value.trim() : value)

/** Since version 7 it is a list of names, separated by commas, and each template adds whatever the service does not say. */
const templateName: Reader<never> = (value, place) =>
  isBlank(value)
    ? undefined
    : refuse(
        place,
        'is not applied: what the template restricts would be missing; write the merged definition',
      )

/** A template lies in a folder of its own, but may be found among definitions. No URL is ever its own. */
export const isTemplate = (document: StoredDocument): boolean =>
  !isBlank(document['templateName']) && isBlank(document['serviceId'])

const definitionTable = {
  _id: meaningless,
  name: text,
  serviceId: text,
  description: text,
  evaluationOrder: integer,
  theme: text,
  logo: text,
  informationUrl: text,
  privacyUrl: text,
  logoutType,
  logoutUrl: text,
  accessStrategy,
  attributeReleasePolicy,
  usernameAttributeProvider,
  proxyPolicy: policies.proxyPolicy,
  contacts: nullable(policies.contacts),
  matchingStrategy,
  authenticationPolicy: policies.authenticationPolicy,
  multifactorAuthenticationPolicy: policies.multifactorPolicy,
  multifactorPolicy: policies.multifactorPolicy,
  expirationPolicy,
  environments: unsupported('is not honoured: the service would be served in every environment'),
  supportedProtocols,
  singleSignOnParticipationPolicy: nullable(policies.singleSignOnPolicy),
  passwordlessPolicy: ignoredField('nobody signs in without a password here'),
  surrogatePolicy: ignoredField('nobody signs in for somebody else here'),
  ticketGrantingTicketExpirationPolicy: nullable(tickets.sessionExpiration),
  serviceTicketExpirationPolicy: nullable(tickets.serviceTicketExpiration),
  proxyTicketExpirationPolicy: nullable(tickets.proxyTicketExpiration),
  proxyGrantingTicketExpirationPolicy: nullable(tickets.proxyGrantingTicketExpiration),
  acceptableUsagePolicy: meaningless,
  webflowInterruptPolicy: meaningless,
  responseType,
  publicKey: notUsed,
  properties,
  locale: notUsed,
  templateName,
  redirectUrl: notUsed,
  evaluationPriority: meaningless,
  requiredHandlers: unsupported('restricts how users sign in, and is not honoured'),
}

const fieldsOfService = { ...misplacedFields, ...definitionTable }

/** The definition in a document; never throws, whatever the document holds. */
export function decodeDefinition(document: StoredDocument): DecodedDefinition {
  if (isTemplate(document)) return refusedTemplate
  const findings: Findings = { problems: [], ignored: [] }
  checkClass(document, findings)
  // The fields of another class are not known: they are read for what it claims, and nothing is said of them.
  const told = isOfAnotherClass(document) ? { problems: [], ignored: [] } : findings
  const place: Place = { path: '', findings: told }
  const id = readId(document['_id'], inside(place, '_id'))
  const read = readFields<typeof definitionTable>(document, fieldsOfService, { place, unknown: unknownField })
  const name = required(read.name, inside(place, 'name'), namelessText)
  const stated = required(read.serviceId, inside(place, 'serviceId'), 'is missing')
  const serviceId = wholePattern(stated, read.matchingStrategy ?? wholeMatch, told)
  const evaluationOrder = read.evaluationOrder ?? unreadOrder(document['evaluationOrder'])
  if (findings.problems.length > 0 || id === undefined) {
    const claim = claimsUrls(document, serviceId)
      ? { id: id ?? lowestId, name, serviceId, evaluationOrder }
      : undefined
    return { kind: 'refused', id, name: read.name, problems: findings.problems, claim }
  }
  const username: UsernameProvider = read.usernameAttributeProvider ?? { kind: 'default' }
  const { description, theme, logo, informationUrl, privacyUrl } = read
  const definition: ServiceDefinition = {
    id,
    name,
    serviceId,
    evaluationOrder,
    ...present({ description, theme, logo, informationUrl, privacyUrl }),
    access: read.accessStrategy ?? policies.defaultAccess,
    release: read.attributeReleasePolicy ?? { kind: 'allowed', names: [] },
    username,
    proxy: read.proxyPolicy ?? { kind: 'refuse' },
    logout: { type: read.logoutType ?? 'backChannel', ...present({ url: read.logoutUrl }) },
    ...ticketLifetimes({
      serviceTicketSeconds: read.serviceTicketExpirationPolicy,
      proxyTicketSeconds: read.proxyTicketExpirationPolicy,
      proxyGrantingTicketSeconds: read.proxyGrantingTicketExpirationPolicy,
      sessionSeconds: read.ticketGrantingTicketExpirationPolicy,
    }),
    ...present({ responseType: read.responseType }),
    contacts: read.contacts ?? [],
    ...present({ expiresAt: read.expirationPolicy }),
  }
  return { kind: 'definition', definition, ignored: findings.ignored }
}

const refusedTemplate: DecodedDefinition = {
  kind: 'refused',
  id: undefined,
  name: undefined,
  problems: [
    { path: 'templateName', message: 'is a template of Apereo CAS, no service: it has no serviceId' },
  ],
  claim: undefined,
}

/** Java makes 0 of null; what else cannot be read may be any order. */
function unreadOrder(stated: unknown): number {
  return stated === null || stated === undefined ? 0 : lowestOrder
}

/** The pattern that whole URLs match. Where the way to match is not known, it claims what it claims as a pattern. */
function wholePattern(stated: string, matching: WholePattern, findings: Findings): string {
  return stated === '' ? stated : matching(stated, { path: 'serviceId', findings })
}

function ticketLifetimes(seconds: Readonly<Record<keyof TicketLifetimes, number | undefined>>): {
  readonly tickets?: TicketLifetimes
} {
  const tickets = present<TicketLifetimes>(seconds)
  return isEmpty(tickets) ? {} : { tickets }
}

function checkClass({ _class: stated }: StoredDocument, findings: Findings): void {
  const name = className(stated)
  if (name !== undefined && clientClasses.has(name)) return
  const place = { path: '_class', findings }
  if (name === undefined || !hasNoUrls(name)) refuseClass(stated, [...clientClasses], place)
  else if (name === callbackClass) refuse(place, 'belongs to the Apereo CAS itself, and is not needed here')
  else refuse(place, `"${stated}": only clients of the CAS protocol are served`)
}

const hasNoUrls = (name: string): boolean => otherClientClasses.has(name) || name === callbackClass

/** Not one that is merely misspelt. */
function isOfAnotherClass({ _class: stated }: StoredDocument): boolean {
  if (typeof stated !== 'string' || clientClasses.has(className(stated) ?? '')) return false
  return nearestClass(stated, [...clientClasses]) === undefined
}

function claimsUrls({ _class: stated }: StoredDocument, serviceId: string): boolean {
  const name = className(stated) ?? ''
  if (serviceId === '' || otherClientClasses.has(name)) return false
  // A pattern that somebody has made wider is that of any service.
  return name !== callbackClass || !/^[^|]*\/callbackAuthorize[^|/]*$/.test(serviceId)
}

/** Apereo writes a 64-bit id; documents made by hand often hold 32 bits. */
function readId(value: unknown, place: Place): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  return refuse(place, value === undefined ? 'is missing' : 'must be a whole number')
}

/** An Apereo CAS serves it before those that have a name: whoever gives it one must know that it may move. */
const namelessText =
  'is missing or empty: give it one. Services of one evaluationOrder are asked by their names, and this one would be first'

function required(value: string | undefined, place: Place, message: string): string {
  if (value !== undefined && !isEmpty(value.trim())) return value
  if (place.findings.problems.every(({ path }) => path !== place.path)) refuse(place, message)
  return ''
}

/** Leaves out what is undefined or, as Apereo may store it, empty text. */
function present<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value))) as Partial<T>
}
