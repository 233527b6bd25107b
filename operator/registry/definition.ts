/** From a CasService to the definition that CAS knows, and to its document. Pure; one to one. */
import type { Instant } from '../../common/clock.ts'
import { contentHash } from '../../common/documents/content-hash.ts'
import { encodeDefinition } from '../../common/documents/definition-codec.ts'
import { anchored } from '../../common/documents/definition-encoding.ts'
import { wholeMatch } from '../../common/documents/definition-matching.ts'
import type {
  AccessStrategy,
  ServiceDefinition,
  StoredDocument,
  TicketLifetimes,
} from '../../common/documents/service-definition.ts'
import { servicePattern } from '../../common/documents/service-pattern.ts'
import { reasonOf } from '../../common/fault.ts'
import type { AccessSpec, CasService, LogoutSpec, TicketsSpec } from '../api/cas-service.ts'
import type { Problem } from '../api/problem.ts'
import { validateCasService } from '../api/validate-cas-service.ts'
import { definitionId } from './definition-id.ts'
import { present } from './present.ts'
import { releasePolicy, usernameProvider } from './release.ts'

export type DefinitionOf =
  | {
      readonly kind: 'definition'
      readonly definition: ServiceDefinition
      readonly document: StoredDocument
      /** Content hash of the document. */
      readonly hash: string
    }
  | { readonly kind: 'refused'; readonly id: bigint; readonly problems: readonly Problem[] }

/** The definition of a service, or everything that is wrong with it. */
export function definitionOf(service: CasService): DefinitionOf {
  const { name, namespace = 'default' } = service.metadata
  const id = definitionId({ namespace, name })
  const problems = validateCasService(service)
  if (problems.length > 0) return { kind: 'refused', id, problems }
  try {
    const definition = buildDefinition(id, service)
    const document = encodeDefinition(definition)
    return { kind: 'definition', definition, document, hash: contentHash(document) }
  } catch (thrown) {
    // What validation should have seen: one service of one team must not stop the registry of all.
    return { kind: 'refused', id, problems: [{ path: 'spec', message: reasonOf(thrown) }] }
  }
}

function buildDefinition(id: bigint, { metadata, spec }: CasService): ServiceDefinition {
  return {
    id,
    name: spec.displayName ?? metadata.name,
    serviceId:
      spec.serviceId === undefined ? servicePattern(spec.match ?? { hosts: [] }) : wholeMatch(spec.serviceId),
    ...present('description', spec.description),
    evaluationOrder: spec.evaluationOrder ?? 0,
    ...present('theme', spec.theme),
    ...present('logo', spec.logo),
    ...present('informationUrl', spec.informationUrl),
    ...present('privacyUrl', spec.privacyUrl),
    access: accessStrategy(spec.access ?? {}),
    release: releasePolicy(spec.attributes),
    username: usernameProvider(spec.username ?? {}),
    proxy:
      spec.proxy?.callbackPattern === undefined
        ? { kind: 'refuse' }
        : { kind: 'matching', pattern: spec.proxy.callbackPattern },
    logout: logout(spec.logout ?? {}),
    ...present('tickets', ticketLifetimes(spec.tickets ?? {})),
    ...present('responseType', spec.responseType && responseTypes[spec.responseType]),
    ...present('expiresAt', momentOf(spec.expiresAt)),
    contacts: (spec.contacts ?? []).map((contact) => ({ ...contact })),
  }
}

function accessStrategy(access: AccessSpec): AccessStrategy {
  return {
    enabled: access.enabled ?? true,
    ssoEnabled: access.ssoEnabled ?? true,
    requireAllAttributes: access.requireAllAttributes ?? true,
    caseInsensitive: access.caseInsensitive ?? false,
    requiredAttributes:
      access.requiredAttributeMatch === 'Part'
        ? (access.requiredAttributes ?? {})
        : wholeValues(access.requiredAttributes ?? {}),
    rejectedAttributes: access.rejectedAttributes ?? {},
    ...present('unauthorizedRedirectUrl', access.unauthorizedRedirectUrl),
    ...present('notBefore', momentOf(access.notBefore)),
    ...present('notAfter', momentOf(access.notAfter)),
  }
}

const momentOf = (text: string | undefined): Instant | undefined =>
  text === undefined ? undefined : Date.parse(text)

/** A pattern that grants access holds for the whole value: Apereo searches, so that `admin` would admit `notadmin`. */
function wholeValues(
  required: Readonly<Record<string, readonly string[]>>,
): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(required).map(([name, patterns]) => [name, patterns.map(anchored)]),
  )
}

const responseTypes = { Redirect: 'redirect', Post: 'post', Header: 'header' } as const

function ticketLifetimes(tickets: TicketsSpec): TicketLifetimes | undefined {
  const lifetimes = {
    ...present('serviceTicketSeconds', tickets.serviceTicket?.seconds),
    ...present('proxyTicketSeconds', tickets.proxyTicket?.seconds),
    ...present('proxyGrantingTicketSeconds', tickets.proxyGrantingTicket?.seconds),
    ...present('sessionSeconds', tickets.session?.seconds),
  }
  return Object.keys(lifetimes).length === 0 ? undefined : lifetimes
}

const logoutTypes = { None: 'none', BackChannel: 'backChannel', FrontChannel: 'frontChannel' } as const

function logout({ type = 'BackChannel', url }: LogoutSpec): ServiceDefinition['logout'] {
  return { type: logoutTypes[type], ...present('url', url) }
}
