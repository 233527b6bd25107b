/** Properties from where people keep them: manifests, or the database of a pool. Only reads. */
import { readFile, stat } from 'node:fs/promises'
import { loadAll } from 'js-yaml'
import { collections } from '../../common/contract.ts'
import { documentKey, firstByName, propertyName } from '../../common/documents/document-key.ts'
import type { RefusedProperty } from '../../common/documents/pool.ts'
import type { StoredDocument } from '../../common/documents/service-definition.ts'
import { reasonOf } from '../../common/fault.ts'
import { readCollection } from '../registry/database.ts'
import { type FoundFile, filesBelow } from '../registry/definition-files.ts'
import { UsageError } from '../usage.ts'
import type { StatedProperties } from './explanation.ts'

/** The properties of one CasCluster among manifests in a file or below a directory. Throws UsageError. */
export async function propertiesOfManifests(path: string, cluster?: string): Promise<StatedProperties> {
  const objects = (await Promise.all((await manifestFiles(path)).map(objectsIn))).flat()
  const found = new Map(
    objects.flatMap(clusterConfig).filter(([name]) => cluster === undefined || name === cluster),
  )
  const [first, ...more] = found
  if (first === undefined)
    throw new UsageError(`${path} holds no CasCluster${cluster === undefined ? '' : ` called ${cluster}`}`)
  if (more.length > 0)
    throw new UsageError(`${path} holds ${[...found.keys()].join(', ')}: name one with --cluster`)
  const config = first[1] ?? {}
  if (!isRecord(config)) throw new UsageError(`${path}, CasCluster ${first[0]}: spec.config is no map`)
  return { from: 'spec.config', values: new Map(Object.entries(config)), reports: [] }
}

/** Name and spec.config of an object, if it is a CasCluster. */
function clusterConfig(object: unknown): readonly (readonly [string, unknown])[] {
  if (!isRecord(object) || object['kind'] !== 'CasCluster') return []
  const [metadata, spec] = [object['metadata'], object['spec']]
  const name = isRecord(metadata) ? String(metadata['name']) : ''
  return [[name, isRecord(spec) ? spec['config'] : undefined]]
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

async function manifestFiles(path: string): Promise<readonly string[]> {
  const found = await filesAt(path).catch((error: unknown) => {
    throw new UsageError(`${path} cannot be read: ${reasonOf(error)}`)
  })
  // The CasCluster may stand in what nobody can read.
  for (const { path: file, unreadable } of found) {
    if (unreadable !== undefined) throw new UsageError(`${file} ${unreadable}`)
  }
  return found.map((file) => file.path)
}

async function filesAt(path: string): Promise<readonly FoundFile[]> {
  return (await stat(path)).isDirectory() ? filesBelow(path) : [{ path }]
}

async function objectsIn(file: string): Promise<readonly unknown[]> {
  try {
    return loadAll(await readFile(file, 'utf8'))
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${reasonOf(error)}`)
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
