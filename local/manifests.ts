/**
 * A directory of manifests, read as a cluster would take them: exactly one CasCluster, its CasServices, Secrets
 * and ConfigMaps, in lists or not.
 * Checked by the schema of the CRDs, strictly, and by the operator's own validation. Problems name file and field.
 */
import { readdir, readFile } from 'node:fs/promises'
import { basename, join, sep } from 'node:path'
import { loadAll } from 'js-yaml'
import { certificatesIn } from '../common/certificates.ts'
import { secretKeys } from '../common/contract.ts'
import { parseStaticUsers } from '../common/documents/static-users.ts'
import { yamlReason } from '../common/documents/yaml-reason.ts'
import { reasonOf } from '../common/fault.ts'
import type { CasCluster } from '../operator/api/cas-cluster.ts'
import type { CasService } from '../operator/api/cas-service.ts'
import { casClusterSchema, casServiceSchema } from '../operator/api/crd-schemas.ts'
import {
  clusterOf,
  type ResolvedClusterSpec,
  type ResolvedTrustedCA,
  resolveClusterSpec,
} from '../operator/api/defaults.ts'
import { listedObjects } from '../operator/api/listed-objects.ts'
import { apiVersion } from '../operator/api/meta.ts'
import type { Problem } from '../operator/api/problem.ts'
import { isObject, schemaProblems } from '../operator/api/schema.ts'
import { validateCasCluster } from '../operator/api/validate-cas-cluster.ts'
import { admissionProblems, validateCasService } from '../operator/api/validate-cas-service.ts'

export interface PoolManifests {
  readonly pool: string
  readonly cluster: ResolvedClusterSpec
  readonly services: readonly CasService[]
  /** Files that hold objects, by their paths below the directory. */
  readonly files: ReadonlySet<string>
  /** Content of the static users' file, checked. */
  readonly usersFile: string | undefined
  /** PEM certificates of spec.trustedCAs. */
  readonly trustedCAs: readonly string[]
}

export type LoadedManifests =
  | { readonly kind: 'pool'; readonly pool: PoolManifests }
  /** One sentence per problem: `services/shop.yaml, CasService shop: spec.match.hosts: …`. */
  | { readonly kind: 'refused'; readonly problems: readonly string[] }

interface Manifest {
  readonly file: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly object: Readonly<Record<string, unknown>>
}

const kinds = ['CasCluster', 'CasService', 'Secret', 'ConfigMap']
/** Where a manifest names no namespace, as kubectl does. */
const defaultNamespace = 'default'

/**
 * Reads all visible `.yaml`, `.yml` and `.json` files below a directory, none in hidden folders. Unreadable ones are
 * problems, not faults. `held`: files that held objects when they were read last. Who empties one is about to write it;
 * who wants its objects gone removes it, too.
 */
export async function loadManifests(
  directory: string,
  held: ReadonlySet<string> = new Set(),
): Promise<LoadedManifests> {
  const problems: string[] = []
  const manifests = await readManifests(directory, problems, held)
  for (const manifest of manifests) problems.push(...sentences(manifest, problemsOf(manifest)))
  if (problems.length > 0) return { kind: 'refused', problems }
  return assemble(directory, manifests)
}

async function readManifests(
  directory: string,
  problems: string[],
  held: ReadonlySet<string>,
): Promise<readonly Manifest[]> {
  const names = await readdir(directory, { recursive: true }).catch((error) => {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    problems.push(
      isMissing
        ? `${directory} does not exist: name a directory with manifests (--manifests, MANIFESTS)`
        : `${directory} cannot be read: ${reasonOf(error)}`,
    )
    return []
  })
  const manifests: Manifest[] = []
  for (const file of names.filter((name) => isManifestFile(name)).sort()) {
    let hint = ''
    try {
      const text = await readFile(join(directory, file), 'utf8')
      if (apereoDefinition.test(text)) hint = apereoHint
      const documents = loadAll(text)
      if (held.has(file) && documents.every(isNothing)) problems.push(`${file} ${emptied}`)
      for (const document of documents.flatMap((one) => listedObjects(one))) {
        if (!isKustomization(file, document)) addDocument({ file, document, manifests, problems, hint })
      }
    } catch (error) {
      problems.push(`${file}: ${yamlReason(error)}${hint}`)
    }
  }
  return manifests
}

const emptied = 'is empty: write it, or remove the file to remove what it said'

/** Blanks and comments. */
const isNothing = (document: unknown): boolean => document === null || document === undefined

function isManifestFile(path: string): boolean {
  return /\.(ya?ml|json)$/.test(path) && !path.split(sep).some((name) => name.startsWith('.'))
}

/** What kustomize reads, by the name that it looks for; it asks for no kind. */
function isKustomization(file: string, document: unknown): boolean {
  if (!/^kustomization\.ya?ml$/.test(basename(file)) || !isObject(document)) return false
  const { kind } = document
  return (
    kind === 'Kustomization' || (kind === undefined && !('@class' in document || 'serviceId' in document))
  )
}

/** A class in a field of JSON, or in a tag of YAML. */
const apereoDefinition = /@class|^---\s*!<org\.(?:apereo|jasig)\./m
const apereoHint =
  '; it looks like a service definition of Apereo CAS, of which caspool import makes manifests (docs/import.md)'

interface FoundDocument {
  readonly file: string
  readonly document: unknown
  readonly manifests: Manifest[]
  readonly problems: string[]
  /** Said behind what makes it no manifest. */
  readonly hint: string
}

function addDocument({ file, document, manifests, problems, hint }: FoundDocument): void {
  if (isNothing(document)) return
  const metadata = isObject(document) ? document['metadata'] : undefined
  const name = isObject(metadata) ? metadata['name'] : undefined
  if (
    !isObject(document) ||
    typeof document['kind'] !== 'string' ||
    typeof name !== 'string' ||
    name === ''
  ) {
    problems.push(`${file}: not a Kubernetes object: apiVersion, kind and metadata.name are needed${hint}`)
    return
  }
  const { kind } = document
  const namespace = namespaceOf(metadata)
  if (!kinds.includes(kind)) {
    problems.push(`${file}, ${kind} ${name}: the local pool takes ${kinds.join(', ')} and no other kinds`)
  } else if (
    manifests.some((other) => other.kind === kind && other.namespace === namespace && other.name === name)
  ) {
    problems.push(`${file}, ${kind} ${name}: stands twice in namespace ${namespace}`)
  } else {
    manifests.push({ file, kind, namespace, name, object: document })
  }
}

function problemsOf({ kind, object }: Manifest): readonly Problem[] {
  if (kind === 'Secret' || kind === 'ConfigMap') return textProblems(object)
  if (object['apiVersion'] !== apiVersion) return [{ path: 'apiVersion', message: `must be ${apiVersion}` }]
  const structural = schemaProblems(kind === 'CasCluster' ? casClusterSchema() : casServiceSchema(), object)
  if (structural.length > 0) return structural
  return kind === 'CasCluster' ? validateCasCluster(object) : validateCasService(object)
}

function textProblems(object: Readonly<Record<string, unknown>>): readonly Problem[] {
  const wrong = ['data', 'stringData'].filter(
    (field) => object[field] !== undefined && !isTextMap(object[field]),
  )
  return wrong.map((path) => ({ path, message: 'must hold texts' }))
}

function isTextMap(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((member) => typeof member === 'string')
}

function sentences({ file, kind, name }: Manifest, problems: readonly Problem[]): string[] {
  return problems.map(
    ({ path, message }) => `${file}, ${kind} ${name}: ${path}${path === '' ? '' : ': '}${message}`,
  )
}

function assemble(directory: string, manifests: readonly Manifest[]): LoadedManifests {
  const clusters = manifests.filter(({ kind }) => kind === 'CasCluster')
  const [first] = clusters
  if (first === undefined || clusters.length > 1) {
    return {
      kind: 'refused',
      problems: [`${directory} must hold exactly one CasCluster, not ${clusters.length}`],
    }
  }
  const cluster = withNamespace(first.object) as unknown as CasCluster
  const spec = resolveClusterSpec(cluster.spec, { server: '', mongodb: '' })
  const services = manifests.filter(({ kind }) => kind === 'CasService')
  const problems = [
    ...services.flatMap((manifest) => sentences(manifest, serviceProblems(manifest, cluster))),
    ...(spec.mongodb.kind === 'external'
      ? [`${first.file}: spec.mongodb.external: the local pool runs its own replica set`]
      : []),
  ]
  const beside = manifests.filter(({ namespace }) => namespace === cluster.metadata.namespace)
  const users = usersOf(spec.staticUsersSecret, beside)
  const authorities = spec.trustedCAs.map((trusted) => certificatesOf(trusted, beside))
  problems.push(...users.problems, ...authorities.flatMap((found) => found.problems))
  if (problems.length > 0) return { kind: 'refused', problems }
  return {
    kind: 'pool',
    pool: {
      pool: `${cluster.metadata.namespace}/${cluster.metadata.name}`,
      cluster: spec,
      services: services.map(({ object }) => withNamespace(object) as unknown as CasService),
      files: new Set(manifests.map(({ file }) => file)),
      usersFile: users.text,
      trustedCAs: authorities.flatMap(({ certificates }) => certificates),
    },
  }
}

function serviceProblems({ object }: Manifest, cluster: CasCluster): readonly Problem[] {
  const service = withNamespace(object) as unknown as CasService
  const wanted = clusterOf(service)
  if (wanted.name !== cluster.metadata.name || wanted.namespace !== cluster.metadata.namespace) {
    return [
      { path: 'spec.clusterRef', message: `there is no CasCluster ${wanted.namespace}/${wanted.name} here` },
    ]
  }
  return admissionProblems(service, cluster.spec.services)
}

/** A local object has no API server that gives it an identity: it gets one that stays as long as its name. */
function withNamespace(object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const metadata = object['metadata'] as Readonly<Record<string, unknown>>
  const namespace = namespaceOf(metadata)
  return { ...object, metadata: { uid: 'local', generation: 1, ...metadata, namespace } }
}

function namespaceOf(metadata: unknown): string {
  const stated = isObject(metadata) ? metadata['namespace'] : undefined
  return typeof stated === 'string' && stated !== '' ? stated : defaultNamespace
}

/** `manifests`: those in the namespace of the CasCluster. */
function usersOf(
  secret: string | undefined,
  manifests: readonly Manifest[],
): { readonly text: string | undefined; readonly problems: readonly string[] } {
  if (secret === undefined) return { text: undefined, problems: [] }
  const found = manifests.find(({ kind, name }) => kind === 'Secret' && name === secret)
  const text = found === undefined ? undefined : secretText(found.object, secretKeys.users)
  if (text === undefined) {
    return {
      text,
      problems: [
        `there is no Secret ${secret} with the key ${secretKeys.users} in the namespace of the CasCluster, for spec.authentication.staticUsers`,
      ],
    }
  }
  const parsed = parseStaticUsers(text)
  const problems =
    parsed.kind === 'refused' ? parsed.problems.map((p) => `${found?.file}, Secret ${secret}: ${p}`) : []
  return { text, problems }
}

/** `manifests`: those in the namespace of the CasCluster. */
function certificatesOf(
  { kind, name, key }: ResolvedTrustedCA,
  manifests: readonly Manifest[],
): { readonly certificates: readonly string[]; readonly problems: readonly string[] } {
  const objectKind = kind === 'secret' ? 'Secret' : 'ConfigMap'
  const found = manifests.find((manifest) => manifest.kind === objectKind && manifest.name === name)
  const text = found && (kind === 'secret' ? secretText : configMapText)(found.object, key)
  if (text === undefined) {
    const problem = `there is no ${objectKind} ${name} with the key ${key} in the namespace of the CasCluster, for spec.trustedCAs`
    return { certificates: [], problems: [problem] }
  }
  try {
    return { certificates: certificatesIn(new Map([[`the key ${key}`, text]])), problems: [] }
  } catch (error) {
    return { certificates: [], problems: [`${found?.file}, ${objectKind} ${name}: ${reasonOf(error)}`] }
  }
}

function configMapText(object: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const text = isObject(object['data']) ? object['data'][key] : undefined
  return typeof text === 'string' ? text : undefined
}

function secretText(object: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const plain = isObject(object['stringData']) ? object['stringData'][key] : undefined
  if (typeof plain === 'string') return plain
  const encoded = isObject(object['data']) ? object['data'][key] : undefined
  return typeof encoded === 'string' ? Buffer.from(encoded, 'base64').toString('utf8') : undefined
}
