/**
 * From a definition to the CasService that says the same: the inverse of `definitionOf`. Pure. What a CasService
 * cannot say is a problem when it decides who may sign in, what is released or where messages go, and a note with the
 * field left out when it is only shown to people. `CasService` is validated here: nothing is returned as mapped that
 * the operator would refuse.
 */
import type { Instant } from '../../common/clock.ts'
import { takesMoreWhereSearched } from '../../common/documents/definition-encoding.ts'
import type {
  AccessStrategy,
  DefinitionProblem,
  ServiceContact,
  ServiceDefinition,
  TicketLifetimes,
} from '../../common/documents/service-definition.ts'
import { serviceMatch } from '../../common/documents/service-match.ts'
import type {
  AccessSpec,
  CasService,
  CasServiceSpec,
  ContactSpec,
  LogoutSpec,
  TicketsSpec,
} from '../api/cas-service.ts'
import { apiVersion } from '../api/meta.ts'
import type { Problem } from '../api/problem.ts'
import { type Schema, schemaProblems } from '../api/schema.ts'
import { httpUrlsIn } from '../api/urls.ts'
import { validateCasService } from '../api/validate-cas-service.ts'
import { documentPath } from './manifest-paths.ts'
import { attributesSpec, usernameSpec } from './manifest-release.ts'
import { isBlank, rejectedValues, wholeValues, withoutBlanks } from './manifest-values.ts'
import { present } from './present.ts'

/** Annotation with the id that a definition had where it was imported from; the pool gives it one of its own. */
export const importedIdAnnotation = 'caspool.io/imported-id'

/** Which object the definition becomes, and of which pool. */
export interface ManifestTarget {
  /** Name of the CasService. */
  readonly name: string
  /** Absent: none is written, and whoever applies the manifest chooses. */
  readonly namespace?: string
  readonly clusterRef: CasServiceSpec['clusterRef']
  readonly annotations?: Readonly<Record<string, string>>
}

export type ManifestOf =
  | {
      readonly kind: 'manifest'
      readonly service: CasService
      /** What was left out, or said in other words. */
      readonly notes: readonly DefinitionProblem[]
    }
  /** Paths are those of the stored document. */
  | { readonly kind: 'refused'; readonly problems: readonly DefinitionProblem[] }

/** Fields that people look at and nothing else depends on. */
const shownOnly =
  /^spec\.(description|theme|logo|informationUrl|privacyUrl|contacts|access\.unauthorizedRedirectUrl)\b/

/** The CasService of a definition. `schema` is that of the CRD, which limits lengths. Never throws. */
export function manifestOf(
  definition: ServiceDefinition,
  target: ManifestTarget,
  schema: Schema,
): ManifestOf {
  const notes: DefinitionProblem[] = []
  const built = buildService(definition, target, notes)
  const wrong = problemsOf(built, schema)
  const unsaid = logoutProblems(definition.logout)
  if (wrong.length + unsaid.length === 0) return { kind: 'manifest', service: built, notes }
  const service = withoutShown(built, wrong)
  const refused = [...unsaid, ...problemsOf(service, schema).map(asDocumentProblem)]
  if (refused.length > 0) return { kind: 'refused', problems: refused }
  const left = wrong.map(asDocumentProblem).map(({ path, message }) => {
    return { path, message: `is left out: ${message}` }
  })
  return { kind: 'manifest', service, notes: [...notes, ...left] }
}

function problemsOf(service: CasService, schema: Schema): readonly Problem[] {
  const structural = schemaProblems(schema, service)
  return structural.length > 0 ? structural : validateCasService(service)
}

const asDocumentProblem = ({ path, message }: Problem): DefinitionProblem => ({
  path: documentPath(path),
  message,
})

/** Without the fields that are wrong and only shown. */
function withoutShown(service: CasService, problems: readonly Problem[]): CasService {
  const shown = problems.flatMap(({ path }) => shownOnly.exec(path)?.[1] ?? [])
  const { access, ...spec } = service.spec
  const kept = Object.fromEntries(Object.entries(spec).filter(([field]) => !shown.includes(field)))
  const { unauthorizedRedirectUrl, ...restOfAccess } = access ?? {}
  const isRedirectWrong = shown.includes('access.unauthorizedRedirectUrl')
  const keptAccess = isRedirectWrong ? filled(restOfAccess) : access
  return { ...service, spec: { ...(kept as unknown as CasServiceSpec), ...present('access', keptAccess) } }
}

function buildService(
  definition: ServiceDefinition,
  { name, namespace, clusterRef, annotations }: ManifestTarget,
  notes: DefinitionProblem[],
): CasService {
  const { serviceId, evaluationOrder, responseType } = definition
  const match = serviceMatch(serviceId)
  const spec: CasServiceSpec = {
    clusterRef,
    ...present('displayName', definition.name === name ? undefined : definition.name),
    ...present('description', definition.description),
    ...present('evaluationOrder', evaluationOrder === 0 ? undefined : evaluationOrder),
    ...(match === undefined ? { serviceId } : { match }),
    ...present('expiresAt', momentText(definition.expiresAt)),
    ...present('theme', definition.theme),
    ...present('logo', definition.logo),
    ...present('informationUrl', definition.informationUrl),
    ...present('privacyUrl', definition.privacyUrl),
    ...present('access', filled(accessSpec(definition.access, notes))),
    ...present('attributes', attributesSpec(definition.release)),
    ...present('username', usernameSpec(definition.username)),
    ...present('proxy', proxySpec(definition.proxy, notes)),
    ...present('logout', filled(logoutSpec(definition.logout, notes))),
    ...present('tickets', filled(ticketsSpec(definition.tickets ?? {}))),
    ...present('responseType', responseType && responseTypes[responseType]),
    ...present('contacts', contactSpecs(definition.contacts, notes)),
  }
  const metadata = { name, ...present('namespace', namespace), ...present('annotations', annotations) }
  return { apiVersion, kind: 'CasService', metadata, spec }
}

/** Undefined for an object without fields. */
function filled<T extends object>(spec: T): T | undefined {
  return Object.keys(spec).length === 0 ? undefined : spec
}

function accessSpec(access: AccessStrategy, notes: DefinitionProblem[]): AccessSpec {
  const required = withoutBlanks(access.requiredAttributes)
  notes.push(...blankNotes(access.requiredAttributes))
  const whole = wholeValues(required)
  return {
    ...(access.enabled ? {} : { enabled: false }),
    ...(access.ssoEnabled ? {} : { ssoEnabled: false }),
    ...present('requiredAttributes', filled(whole ?? required)),
    ...(whole === undefined ? { requiredAttributeMatch: 'Part' } : {}),
    ...(access.requireAllAttributes ? {} : { requireAllAttributes: false }),
    ...present('rejectedAttributes', filled(rejectedValues(access.rejectedAttributes))),
    ...(access.caseInsensitive ? { caseInsensitive: true } : {}),
    ...present('notBefore', momentText(access.notBefore)),
    ...present('notAfter', momentText(access.notAfter)),
    ...present('unauthorizedRedirectUrl', access.unauthorizedRedirectUrl),
  }
}

function blankNotes(required: AccessStrategy['requiredAttributes']): readonly DefinitionProblem[] {
  return Object.entries(required).flatMap(([name, list]) =>
    list.some(isBlank)
      ? [
          {
            path: `accessStrategy.requiredAttributes.${name}`,
            message: 'holds a blank value, which is left out: it admits nobody',
          },
        ]
      : [],
  )
}

function proxySpec(proxy: ServiceDefinition['proxy'], notes: DefinitionProblem[]): CasServiceSpec['proxy'] {
  if (proxy.kind === 'refuse') return undefined
  const { pattern } = proxy
  if (takesMoreWhereSearched(pattern)) {
    const message =
      'has to match the whole callback URL here: an Apereo CAS takes every URL in which it is found'
    notes.push({ path: 'proxyPolicy.pattern', message })
  }
  return { callbackPattern: pattern }
}

/** What no calendar has is told by validation. */
function momentText(moment: Instant | undefined): string | undefined {
  if (moment === undefined) return undefined
  const date = new Date(moment)
  return Number.isNaN(date.getTime()) ? String(moment) : date.toISOString()
}

const responseTypes = { redirect: 'Redirect', post: 'Post', header: 'Header' } as const
const logoutTypes = { none: 'None', backChannel: 'BackChannel', frontChannel: 'FrontChannel' } as const

function logoutSpec({ type, url }: ServiceDefinition['logout'], notes: DefinitionProblem[]): LogoutSpec {
  if (type === 'none') {
    if (url !== undefined) notes.push({ path: 'logoutUrl', message: 'is left out: logoutType is NONE' })
    return { type: 'None' }
  }
  if (url?.includes(',') === true) {
    notes.push({ path: 'logoutUrl', message: 'is taken for one URL: an Apereo CAS ends it at the comma' })
  }
  return { ...(type === 'backChannel' ? {} : { type: logoutTypes[type] }), ...present('url', url) }
}

/**
 * An Apereo CAS splits the text at commas and calls each part. A CasService has one URL, in which a comma may stand: taken as
 * it is, such a text would end sessions at none of them.
 */
function logoutProblems({ type, url = '' }: ServiceDefinition['logout']): readonly DefinitionProblem[] {
  const urls = type === 'none' ? [] : httpUrlsIn(url)
  if (urls.length < 2) return []
  return [{ path: 'logoutUrl', message: `holds ${urls.length} URLs, and a CasService has one: name one` }]
}

function ticketsSpec(tickets: TicketLifetimes): TicketsSpec {
  const lifetime = (seconds: number | undefined) => (seconds === undefined ? undefined : { seconds })
  return {
    ...present('serviceTicket', lifetime(tickets.serviceTicketSeconds)),
    ...present('proxyTicket', lifetime(tickets.proxyTicketSeconds)),
    ...present('proxyGrantingTicket', lifetime(tickets.proxyGrantingTicketSeconds)),
    ...present('session', lifetime(tickets.sessionSeconds)),
  }
}

/** Kubernetes wants to know whom to ask for. */
function contactSpecs(
  contacts: readonly ServiceContact[],
  notes: DefinitionProblem[],
): readonly ContactSpec[] | undefined {
  if (contacts.length === 0) return undefined
  return contacts.map((contact, i) => {
    if (contact.name !== '') return { ...contact }
    const name = contact.email ?? contact.department ?? contact.type ?? contact.phone ?? 'unnamed'
    notes.push({ path: `contacts.${i}.name`, message: `is missing: "${name}" is taken` })
    return { ...contact, name }
  })
}
