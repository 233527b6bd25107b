/**
 * What a CasCluster may say, beyond the structure that the CRD's schema describes. Used by reconcile and by the
 * local pool; the CRD's rules are a part of it for early answers. Never throws, whatever the object holds.
 */
import type { RefusedProperty } from '../../common/documents/pool.ts'
import { type ParsedProperties, parseProperties } from '../../common/documents/properties.ts'
import { reasonOf } from '../../common/fault.ts'
import { parseOutboundAllowEntry } from '../../common/outbound-allow.ts'
import { Fields, valueAt } from './fields.ts'
import { memberPath, type Problem } from './problem.ts'
import { serverUrlProblem } from './urls.ts'

const quantity = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+|[numkMGTPE]|[KMGTPE]i)?$/
const dnsName = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/
/** What only mongods that the operator runs have. */
const managedOnly = ['image', 'storage', 'resources', 'cacheSizeGB']

/** Everything that is wrong with the cluster; empty: nothing. */
export function validateCasCluster(object: unknown): Problem[] {
  return [...clusterProblems(object), ...configProblems(object)]
}

/** Everything that keeps the cluster from being run; empty: it can be. */
export function clusterProblems(object: unknown): Problem[] {
  const fields = new Fields()
  checkName(fields, object)
  const serverUrl = fields.requiredText(object, 'spec.serverUrl')
  const urlProblem = serverUrl === undefined ? undefined : serverUrlProblem(serverUrl)
  if (urlProblem !== undefined) fields.note('spec.serverUrl', urlProblem)
  fields.integer(object, 'spec.replicas', [0, 100])
  fields.oneOf(object, 'spec.imagePullPolicy', ['Always', 'IfNotPresent', 'Never'])
  fields.oneOf(object, 'spec.deletionPolicy', ['Retain', 'Delete'])
  fields.oneOf(object, 'spec.services.from', ['Same', 'All'])
  fields.boolean(object, 'spec.paused')
  fields.text(object, 'spec.image')
  checkMongodb(fields, object)
  fields.textMap(object, 'spec.config')
  checkReferences(fields, object)
  checkTrustedCAs(fields, object)
  checkOutbound(fields, object)
  checkIngress(fields, object, serverUrl)
  checkResources(fields, object, 'spec.resources')
  checkPodTemplate(fields, object)
  return fields.problems
}

/** Everything that is wrong with properties. It keeps nobody from running the pool, and its services from being served. */
export function configProblems(object: unknown): Problem[] {
  const { refused, secrets, unknown } = propertiesOf(object)
  return [...refused, ...secrets, ...unknown].map(configProblem)
}

/** What of it keeps a revision of spec.config from being written at all: what stands in the database stays. */
export function revisionProblems(object: unknown): Problem[] {
  const { refused, secrets } = propertiesOf(object)
  return [...refused, ...secrets].map(configProblem)
}

/** The others, which change nothing and keep nothing from being written. */
export function unknownProperties(object: unknown): Problem[] {
  return propertiesOf(object).unknown.map(configProblem)
}

function propertiesOf(object: unknown): ParsedProperties {
  const entries = new Fields().textMap(object, 'spec.config')
  return parseProperties(new Map(entries.map(([, name, value]) => [name, value])))
}

const configProblem = ({ name, reason }: RefusedProperty): Problem => ({
  path: memberPath('spec.config', name),
  message: reason,
})

function checkName(fields: Fields, object: unknown): void {
  const name = fields.requiredText(object, 'metadata.name')
  if (name !== undefined && !/^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/.test(name)) {
    fields.note(
      'metadata.name',
      'becomes part of host names: at most 40 characters, lower-case letters, digits and hyphens, beginning with a letter',
    )
  }
}

function checkMongodb(fields: Fields, object: unknown): void {
  const at = 'spec.mongodb'
  const mongodb = fields.object(object, at)
  if (mongodb === undefined) return
  const members = fields.integer(object, `${at}.members`, [1, 7])
  if (members !== undefined && members % 2 === 0) {
    fields.note(`${at}.members`, 'must be odd: one more member adds no safety but one more that can fail')
  }
  if (fields.object(object, `${at}.external`) !== undefined) {
    for (const key of ['members', ...managedOnly].filter((name) => mongodb[name] !== undefined)) {
      fields.note(`${at}.${key}`, 'is for mongods that the operator runs: remove it, or external')
    }
    noteObjectName(fields, `${at}.external.uriSecretRef.name`, object)
    fields.text(object, `${at}.external.uriSecretRef.key`)
  }
  checkDatabase(fields, object)
  checkStorage(fields, object)
  checkResources(fields, object, `${at}.resources`)
  fields.text(object, `${at}.image`)
  const cache = fields.text(object, `${at}.cacheSizeGB`)
  if (cache !== undefined && !(/^\d+(\.\d+)?$/.test(cache) && Number(cache) >= 0.25)) {
    fields.note(
      `${at}.cacheSizeGB`,
      'must be a number of GB in quotes, at least "0.25" (mongod takes no less)',
    )
  }
}

function checkDatabase(fields: Fields, object: unknown): void {
  const database = fields.text(object, 'spec.mongodb.database')
  if (database === undefined) return
  if (!/^[\w-]{1,63}$/.test(database)) {
    fields.note('spec.mongodb.database', 'must be at most 63 letters, digits, hyphens and underscores')
  } else if (['admin', 'local', 'config'].includes(database.toLowerCase())) {
    fields.note('spec.mongodb.database', 'admin, local and config belong to MongoDB itself: use another name')
  }
}

function checkStorage(fields: Fields, object: unknown): void {
  const size = fields.text(object, 'spec.mongodb.storage.size')
  if (size !== undefined && !(quantity.test(size) && Number.parseFloat(size) > 0)) {
    fields.note('spec.mongodb.storage.size', 'must be a quantity above zero, for example 10Gi')
  }
  fields.text(object, 'spec.mongodb.storage.storageClassName')
}

function checkReferences(fields: Fields, object: unknown): void {
  if (fields.object(object, 'spec.authentication.staticUsers') !== undefined) {
    noteObjectName(fields, 'spec.authentication.staticUsers.secretRef.name', object)
  }
}

function checkTrustedCAs(fields: Fields, object: unknown): void {
  const at = 'spec.trustedCAs'
  const entries = valueAt(object, at) ?? []
  if (!Array.isArray(entries)) {
    fields.note(at, 'must be a list')
    return
  }
  entries.forEach((entry: unknown, i) => {
    const inner = new Fields()
    const sources = ['secretRef', 'configMapRef'].filter((name) => inner.object(entry, name) !== undefined)
    if (sources.length !== 1) inner.note('', 'must name either a secretRef or a configMapRef')
    for (const source of sources) {
      noteObjectName(inner, `${source}.name`, entry)
      const key = inner.text(entry, `${source}.key`)
      if (key !== undefined && !/^[\w.-]{1,253}$/.test(key)) {
        inner.note(`${source}.key`, 'must be a key: letters, digits, hyphens, underscores, dots')
      }
    }
    for (const { path, message } of inner.problems) {
      fields.note(`${at}[${i}]${path === '' ? '' : `.${path}`}`, message)
    }
  })
}

function checkOutbound(fields: Fields, object: unknown): void {
  fields.object(object, 'spec.outbound')
  for (const [path, text] of fields.texts(object, 'spec.outbound.allow')) {
    try {
      parseOutboundAllowEntry(text)
    } catch (error) {
      fields.note(path, reasonOf(error))
    }
  }
}

function checkIngress(fields: Fields, object: unknown, serverUrl: string | undefined): void {
  if (fields.object(object, 'spec.ingress') === undefined) return
  fields.text(object, 'spec.ingress.className')
  fields.textMap(object, 'spec.ingress.annotations')
  if (valueAt(object, 'spec.ingress.tlsSecretName') === undefined) return
  noteObjectName(fields, 'spec.ingress.tlsSecretName', object)
  if (serverUrl?.startsWith('http://') === true) {
    fields.note('spec.ingress.tlsSecretName', 'needs a serverUrl with https')
  }
}

function checkResources(fields: Fields, object: unknown, at: string): void {
  for (const kind of ['requests', 'limits']) {
    for (const [path, , value] of fields.textMap(object, `${at}.${kind}`)) {
      if (!quantity.test(value))
        fields.note(path, 'must be a quantity in quotes, for example "500m" or "512Mi"')
    }
  }
}

function checkPodTemplate(fields: Fields, object: unknown): void {
  const at = 'spec.podTemplate'
  fields.object(object, at)
  for (const map of ['labels', 'annotations', 'nodeSelector']) fields.textMap(object, `${at}.${map}`)
  const env = valueAt(object, `${at}.env`)
  if (env === undefined) return
  if (!Array.isArray(env)) {
    fields.note(`${at}.env`, 'must be a list')
    return
  }
  env.forEach((entry: unknown, i) => {
    const inner = new Fields()
    inner.requiredText(entry, 'name')
    for (const { path, message } of inner.problems) fields.note(`${at}.env[${i}].${path}`, message)
  })
}

function noteObjectName(fields: Fields, path: string, object: unknown): void {
  const name = fields.requiredText(object, path)
  if (name !== undefined && !dnsName.test(name)) {
    fields.note(path, 'must be the name of an object: lower-case letters, digits, hyphens, dots')
  }
}
