/** Properties from where people keep them: manifests, or the database of a pool. Only reads. */
import { readFile, stat } from 'node:fs/promises'
import { loadAll } from 'js-yaml'
import { collections } from '../../common/contract.ts'
import { documentKey, firstByName, propertyName } from '../../common/documents/document-key.ts'
import type { RefusedProperty } from '../../common/documents/pool.ts'
import type { StoredDocument } from '../../common/documents/service-definition.ts'
import { yamlReason } from '../../common/documents/yaml-reason.ts'
import { reasonOf } from '../../common/fault.ts'
import { listedObjects } from '../../operator/api/listed-objects.ts'
import { readCollection } from '../registry/database.ts'
import { type FoundFile, filesBelow } from '../registry/definition-files.ts'
import { UsageError } from '../usage.ts'
import type { StatedProperties } from './explanation.ts'

/** The properties of one CasCluster among manifests in a file or below a directory. Throws UsageError. */
export async function propertiesOfManifests(path: string, cluster?: string): Promise<StatedProperties> {
  const objects = (await Promise.all((await manifestFiles(path)).map(objectsIn))).flat()
  const found = objects
    .flatMap((object) => listedObjects(object))
    .flatMap(clusterConfig)
    .filter(({ names }) => cluster === undefined || names.includes(cluster))
  const [first, ...more] = found
  if (first === undefined)
    throw new UsageError(`${path} holds no CasCluster${cluster === undefined ? '' : ` called ${cluster}`}`)
  if (more.length > 0) {
    const all = found.map(({ names }) => names.at(-1)).join(', ')
    throw new UsageError(`${path} holds ${all}: name one with --cluster, or the file that it stands in`)
  }
  const config = first.config ?? {}
  const what = `${path}, CasCluster ${first.names[0]}: spec.config`
  if (!isRecord(config)) throw new UsageError(`${what} is no map`)
  return { from: 'spec.config', values: new Map(Object.entries(config)), reports: [] }
}

interface StatedCluster {
  /** Without its namespace, and with it. */
  readonly names: readonly string[]
  readonly config: unknown
}

function clusterConfig(object: unknown): readonly StatedCluster[] {
  if (!isRecord(object) || object['kind'] !== 'CasCluster') return []
  const [metadata, spec] = [object['metadata'], object['spec']]
  const { name, namespace } = isRecord(metadata) ? metadata : {}
  const names = [String(name), ...(typeof namespace === 'string' ? [`${namespace}/${String(name)}`] : [])]
  return [{ names, config: isRecord(spec) ? spec['config'] : undefined }]
}

/** The properties in the database of a pool, and what its servers say about them. Throws Fault. */
export async function propertiesOfPool(uri: string, database?: string): Promise<StatedProperties> {
  const [properties, members] = await Promise.all([
    readCollection(uri, { database, collection: collections.properties }),
    readCollection(uri, { database, collection: collections.poolMembers }),
  ])
  const byKey = new Map(properties.map((document) => [documentKey(document['_id']), document]))
  const named = firstByName(byKey, propertyName)
  return {
    from: 'database',
    values: new Map(Array.from(named, ([name, document]) => [name, document['value']])),
    reports: members.map((member) => ({ member: String(member['_id']), refused: refusedBy(member) })),
  }
}

function refusedBy(member: StoredDocument): readonly RefusedProperty[] {
  const refused = member['refusedProperties']
  if (!Array.isArray(refused)) return []
  return refused.filter(isRecord).map(({ name, reason }) => ({ name: String(name), reason: String(reason) }))
}

const manifestName = /\.(?:ya?ml|json)$/

async function manifestFiles(path: string): Promise<readonly string[]> {
  const found = await filesAt(path).catch((error: unknown) => {
    throw new UsageError(`${path} cannot be read: ${reasonOf(error)}`)
  })
  // The CasCluster may stand in what nobody can read.
  for (const { path: file, unreadable } of found) {
    if (unreadable !== undefined && manifestName.test(file)) throw new UsageError(`${file} ${unreadable}`)
  }
  return found.filter(({ unreadable }) => unreadable === undefined).map((file) => file.path)
}

async function filesAt(path: string): Promise<readonly FoundFile[]> {
  return (await stat(path)).isDirectory() ? filesBelow(path) : [{ path }]
}

async function objectsIn(file: string): Promise<readonly unknown[]> {
  try {
    return loadAll(await readFile(file, 'utf8'))
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${yamlReason(error)}`)
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
