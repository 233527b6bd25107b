/**
 * What a CasService may say, beyond the structure that the CRD's schema describes. Used by reconcile and by the
 * local pool; the CRD's rules are a part of it for early answers. Never throws, whatever the object holds.
 */
import { wholeMatch } from '../../common/documents/definition-matching.ts'
import { scriptProblem } from '../../common/documents/definition-release.ts'
import { mapKeyProblem } from '../../common/documents/document-reader.ts'
import { patternProblem } from '../../common/documents/java-pattern.ts'
import { matchProblems, type ServiceMatchSpec } from '../../common/documents/service-pattern.ts'
import { parseServicePattern } from '../../common/documents/service-shape.ts'
import type { ServicesSpec } from './cas-cluster.ts'
import type { CasService } from './cas-service.ts'
import { clusterOf } from './defaults.ts'
import { Fields, valueAt } from './fields.ts'
import type { Problem } from './problem.ts'
import { httpUrlProblem } from './urls.ts'
import { checkAttributes, checkUsername } from './validate-release.ts'

const int32 = [-2147483648, 2147483647] as const
const dnsLabel = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
const dnsName = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/

/** Everything that keeps the service from being registered; empty: it is valid. */
export function validateCasService(object: unknown): Problem[] {
  const fields = new Fields()
  if (fields.object(object, 'spec') === undefined) fields.note('spec', 'is required')
  checkClusterRef(fields, object)
  checkUrls(fields, object)
  checkPresentation(fields, object)
  checkAccess(fields, object)
  checkAttributes(fields, object)
  checkUsername(fields, object)
  checkProtocol(fields, object)
  checkTickets(fields, object)
  checkContacts(fields, object)
  return fields.problems
}

/** Why its CasCluster, which takes services from `from` (Same by default), does not take a (valid) service, or nothing. */
export function admissionProblems(service: CasService, { from }: ServicesSpec = {}): Problem[] {
  const wanted = clusterOf(service)
  const isSame = service.metadata.namespace === wanted.namespace
  if (isSame || from === 'All') return []
  return [
    {
      path: 'spec.clusterRef.namespace',
      message: `CasCluster ${wanted.namespace}/${wanted.name} takes services from its own namespace only: move the service there, or set spec.services.from of the cluster to All`,
    },
  ]
}

function checkClusterRef(fields: Fields, object: unknown): void {
  const name = fields.requiredText(object, 'spec.clusterRef.name')
  if (name !== undefined && !dnsName.test(name)) {
    fields.note(
      'spec.clusterRef.name',
      'must be the name of a CasCluster: lower-case letters, digits, hyphens',
    )
  }
  const namespace = fields.text(object, 'spec.clusterRef.namespace')
  if (namespace !== undefined && !dnsLabel.test(namespace)) {
    fields.note('spec.clusterRef.namespace', 'must be a namespace: lower-case letters, digits, hyphens')
  }
}

function checkUrls(fields: Fields, object: unknown): void {
  const match = fields.object(object, 'spec.match')
  const serviceId = fields.text(object, 'spec.serviceId')
  if ((match === undefined) === (serviceId === undefined)) {
    fields.note('spec', 'exactly one of match and serviceId says which URLs belong to the service')
  }
  // A pattern that is read as hosts and paths is never run as a regular expression.
  if (serviceId !== undefined && parseServicePattern(serviceId) === undefined) {
    notePattern(fields, 'spec.serviceId', wholeMatch(serviceId))
  }
  if (match === undefined) return
  const hosts = fields.texts(object, 'spec.match.hosts')
  if (hosts.length === 0)
    fields.note('spec.match.hosts', 'must name at least one host, for example app.example.org')
  for (const [path, host] of hosts) noteMatch(fields, path, { hosts: [host] })
  for (const [path, prefix] of fields.texts(object, 'spec.match.paths')) {
    noteMatch(fields, path, { hosts: ['app.example.org'], paths: [prefix] })
  }
  for (const [path, scheme] of fields.texts(object, 'spec.match.schemes')) {
    if (scheme !== 'http' && scheme !== 'https') fields.note(path, 'must be http or https')
  }
  for (const list of ['spec.match.paths', 'spec.match.schemes']) {
    const value = valueAt(object, list)
    if (Array.isArray(value) && value.length === 0) fields.note(list, 'must not be empty: leave it out')
  }
}

function checkPresentation(fields: Fields, object: unknown): void {
  fields.integer(object, 'spec.evaluationOrder', int32)
  fields.text(object, 'spec.description')
  noteMoment(fields, object, 'spec.expiresAt')
  const displayName = fields.text(object, 'spec.displayName')
  if (displayName === '') fields.note('spec.displayName', 'must not be empty: leave it out')
  const theme = fields.text(object, 'spec.theme')
  if (theme !== undefined && !/^[\w.-]{1,253}$/.test(theme)) {
    fields.note('spec.theme', 'must be the name of a theme: letters, digits, hyphens, dots')
  }
  for (const path of ['spec.informationUrl', 'spec.privacyUrl', 'spec.logo']) noteUrl(fields, object, path)
}

function checkAccess(fields: Fields, object: unknown): void {
  fields.object(object, 'spec.access')
  for (const flag of ['enabled', 'ssoEnabled', 'requireAllAttributes', 'caseInsensitive']) {
    fields.boolean(object, `spec.access.${flag}`)
  }
  fields.oneOf(object, 'spec.access.requiredAttributeMatch', ['Whole', 'Part'])
  for (const list of ['spec.access.requiredAttributes', 'spec.access.rejectedAttributes']) {
    const attributes = fields.object(object, list) ?? {}
    for (const attribute of Object.keys(attributes))
      checkAttributeValues(fields, attributes, { list, attribute })
  }
  noteUrl(fields, object, 'spec.access.unauthorizedRedirectUrl')
  const notBefore = noteMoment(fields, object, 'spec.access.notBefore')
  const notAfter = noteMoment(fields, object, 'spec.access.notAfter')
  if (notBefore !== undefined && notAfter !== undefined && notAfter < notBefore) {
    fields.note('spec.access.notAfter', 'must not lie before notBefore: nobody could ever sign in')
  }
}

const momentForm = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/

/** The moment under `path`, noted if it is none; undefined where there is none. */
function noteMoment(fields: Fields, object: unknown, path: string): number | undefined {
  const text = fields.text(object, path)
  if (text === undefined) return undefined
  const moment = momentForm.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(moment)) return moment
  fields.note(path, 'must be a moment such as 2026-12-31T23:59:59Z')
  return undefined
}

function checkAttributeValues(
  fields: Fields,
  attributes: Readonly<Record<string, unknown>>,
  { list, attribute }: { readonly list: string; readonly attribute: string },
): void {
  const inner = new Fields()
  noteAttributeName(inner, attribute, attribute)
  // Wrapped, since the name may hold dots.
  const values = inner.texts({ values: attributes[attribute] }, 'values')
  if (values.length === 0 && inner.problems.length === 0) {
    inner.note('values', 'must name at least one value; .* takes any')
  }
  for (const [path, value] of values) {
    const script = scriptProblem(value)
    if (script === undefined) notePattern(inner, path, value)
    else inner.note(path, script)
  }
  const path = `${list}[${JSON.stringify(attribute)}]`
  for (const problem of inner.problems) {
    fields.note(`${path}${/^values(.*)$/.exec(problem.path)?.[1] ?? ''}`, problem.message)
  }
}

function checkProtocol(fields: Fields, object: unknown): void {
  fields.object(object, 'spec.proxy')
  const pattern = fields.text(object, 'spec.proxy.callbackPattern')
  if (pattern !== undefined) notePattern(fields, 'spec.proxy.callbackPattern', pattern)
  fields.object(object, 'spec.logout')
  const type = fields.oneOf(object, 'spec.logout.type', ['None', 'BackChannel', 'FrontChannel'])
  noteUrl(fields, object, 'spec.logout.url')
  if (type === 'None' && valueAt(object, 'spec.logout.url') !== undefined) {
    fields.note(
      'spec.logout.url',
      'goes with type BackChannel or FrontChannel only: remove it, or set the type',
    )
  }
}

/** Longest lifetimes: a ticket is validated within a day; what is kept may last as a session may. */
const ticketLimits = {
  serviceTicket: 86_400,
  proxyTicket: 86_400,
  proxyGrantingTicket: 400 * 86_400,
  session: 400 * 86_400,
} as const

function checkTickets(fields: Fields, object: unknown): void {
  fields.oneOf(object, 'spec.responseType', ['Redirect', 'Post', 'Header'])
  fields.object(object, 'spec.tickets')
  for (const [ticket, most] of Object.entries(ticketLimits)) {
    const path = `spec.tickets.${ticket}`
    if (fields.object(object, path) === undefined) continue
    const seconds = fields.integer(object, `${path}.seconds`, [1, most])
    if (seconds === undefined && valueAt(object, `${path}.seconds`) === undefined) {
      fields.note(`${path}.seconds`, 'is required')
    }
  }
}

function checkContacts(fields: Fields, object: unknown): void {
  const contacts = valueAt(object, 'spec.contacts')
  if (contacts === undefined) return
  if (!Array.isArray(contacts)) {
    fields.note('spec.contacts', 'must be a list')
    return
  }
  contacts.forEach((contact: unknown, i) => {
    const inner = new Fields()
    inner.requiredText(contact, 'name')
    const email = inner.text(contact, 'email')
    if (email !== undefined && !/^[^\s@]+@[^\s@]+$/.test(email))
      inner.note('email', 'must be an e-mail address')
    for (const key of ['phone', 'department', 'type']) inner.text(contact, key)
    for (const { path, message } of inner.problems) fields.note(`spec.contacts[${i}].${path}`, message)
  })
}

/** Problems of a match with one part that is in question; the path names the part already. */
function noteMatch(fields: Fields, path: string, match: ServiceMatchSpec): void {
  for (const problem of matchProblems(match)) fields.note(path, problem.replace(/^(hosts|paths): /, ''))
}

function notePattern(fields: Fields, path: string, pattern: string): void {
  if (pattern === '') {
    fields.note(path, 'must not be empty')
    return
  }
  const problem = patternProblem(pattern)
  if (problem === undefined) return
  // What people write who think of file names.
  const advice = /^\^?\*/.test(pattern) ? '; write .* for any text, or use match.hosts' : ''
  fields.note(path, `is not a usable regular expression: ${problem}${advice}`)
}

function noteUrl(fields: Fields, object: unknown, path: string): void {
  const text = fields.text(object, path)
  const problem = text === undefined ? undefined : httpUrlProblem(text)
  if (problem !== undefined) fields.note(path, problem)
}

/** Attribute names become field names in MongoDB. */
function noteAttributeName(fields: Fields, path: string, name: string): void {
  const problem = name === '' ? 'must not be empty' : mapKeyProblem(name)
  if (problem !== undefined) fields.note(path, problem)
}
