/** Objects of Kubernetes in a text, one or several documents, with their lines. Never throws. */
import { lineOf } from '../../common/apereo/document-line.ts'
import type { TreeMap, TreeNode } from '../../common/apereo/tree.ts'
import { readYaml } from '../../common/apereo/yaml-reader.ts'
import { shortText } from '../../common/documents/short-text.ts'
import { nearestName } from '../../common/near-name.ts'
import type { CasService } from '../../operator/api/cas-service.ts'
import { casClusterSchema, casServiceSchema } from '../../operator/api/crd-schemas.ts'
import { apiVersion, group } from '../../operator/api/meta.ts'
import type { Problem } from '../../operator/api/problem.ts'
import { isObject, schemaProblems } from '../../operator/api/schema.ts'
import {
  clusterProblems,
  revisionProblems,
  unknownProperties,
} from '../../operator/api/validate-cas-cluster.ts'
import { validateCasService } from '../../operator/api/validate-cas-service.ts'
import { definitionOf } from '../../operator/registry/definition.ts'
import { isServiceName } from './manifest-name.ts'
import { manifestPath } from './manifest-path.ts'
import type { ClusterSource, DefinitionSource, OtherObject, Source } from './source.ts'

interface TextPlace {
  readonly file: string
  readonly namespace?: string | undefined
}

/** Both of these fields make an object of Kubernetes, unless something of a definition stands beside them. */
const objectFields = ['apiVersion', 'kind'] as const
/** Tells most texts apart without reading them as YAML. */
const fieldForms = objectFields.map((field) => new RegExp(`(?:^|[{,])[\\s-]*["']?${field}["']?\\s*:`, 'm'))

/** Every object of a text, CasServices and others; undefined for a text that does not begin with one. */
export function manifestSources(
  text: string,
  place: TextPlace,
): readonly (Source | OtherObject)[] | undefined {
  if (!fieldForms.every((form) => form.test(text))) return undefined
  const documents = splitDocuments(text)
    .map(({ text: part, lines }) => ({ read: readYaml(part), lines }))
    .filter(({ read }) => read.kind === 'unreadable' || !isNothing(read.tree))
  const [first] = documents
  if (first?.read.kind === 'tree' && !isKubernetes(first.read.tree)) return undefined
  return documents.flatMap(({ read, lines }) => {
    if (read.kind === 'tree') return objectsIn(read.tree).map((tree) => objectSource(tree, lines, place))
    const { line, ...problem } = read.problem
    return [{ kind: 'unreadable', file: place.file, problems: [{ ...problem, line: line + lines }] }] as const
  })
}

const kustomizationFile = /(?:^|[/\\])(?:kustomization\.ya?ml|Kustomization)$/
const kustomizationKinds: readonly unknown[] = ['Kustomization', 'Component', undefined]

/**
 * What kustomize reads, which asks neither for apiVersion nor for kind and goes by the name of the file; undefined for
 * all else, and for what might be a definition that somebody called so.
 */
export function kustomization(text: string, file: string): readonly OtherObject[] | undefined {
  if (!kustomizationFile.test(file)) return undefined
  const read = readYaml(text)
  if (read.kind === 'unreadable' || read.tree.kind !== 'map') return undefined
  const { tree } = read
  const kind = tree.entries.get('kind')
  const isOther = !kustomizationKinds.includes(kind?.kind === 'scalar' ? kind.value : kind)
  if (isOther || isDefinition(tree) || tree.entries.has('id')) return undefined
  return [{ kind: 'other', file, line: tree.line, what: 'Kustomization' }]
}

const isNothing = (tree: TreeNode): boolean => tree.kind === 'scalar' && tree.value === null

function isKubernetes(tree: TreeNode): boolean {
  return tree.kind === 'map' && objectFields.every((field) => tree.entries.has(field)) && !isDefinition(tree)
}

/**
 * What an Apereo CAS reads as a definition, or might, for it passes over fields that it does not know. A CasService
 * whose serviceId is not below spec is a mistake of another kind.
 */
function isDefinition(tree: TreeNode): boolean {
  if (tree.tag !== undefined && !tree.tag.startsWith('tag:yaml.org,')) return true
  if (tree.kind !== 'map') return false
  const kind = tree.entries.get('kind')
  const isCasService = kind?.kind === 'scalar' && kind.value === 'CasService'
  return tree.entries.has('@class') || (tree.entries.has('serviceId') && !isCasService)
}

function objectSource(tree: TreeNode, lines: number, { file, namespace }: TextPlace): Source | OtherObject {
  if (isDefinition(tree)) return misplaced(file, tree.line + lines)
  const object = plainValue(tree)
  const at = (path: string) => lineOf(tree, dotted(path)) + lines
  if (isObject(object) && object['kind'] === 'CasService') {
    return manifestSource(withNamespace(object, namespace), { file, lineOf: at })
  }
  const problem = kindProblem(object)
  if (problem !== undefined) {
    return { kind: 'unreadable', file, problems: [{ ...problem, line: at(problem.path) }] }
  }
  const other = { kind: 'other', file, line: tree.line + lines, what: nameOf(object) } as const
  return isObject(object) && isOurs(object['apiVersion'])
    ? { ...other, cluster: clusterSource(withNamespace(object, namespace), { file, lineOf: at }) }
    : other
}

const ourKinds = ['CasService', 'CasCluster']

/** Why something may be meant for a CasService or hold some, and nobody can tell: passed over, it would be lost. */
function kindProblem(object: unknown): Problem | undefined {
  if (!isObject(object)) return undefined
  const { kind } = object
  const isOwn = isOurs(object['apiVersion'])
  const isList = isOwn ? ourKinds.some((one) => kind === `${one}List`) : kind === 'List'
  if (isList) return { path: 'items', message: 'must be a list of objects' }
  if (!isOwn || kind === 'CasCluster') return undefined
  const known = ourKinds.join(' and ')
  if (typeof kind !== 'string' || kind === '')
    return { path: 'kind', message: `is missing: known are ${known}` }
  const meant = nearestName(kind, ourKinds)
  const advice = meant === undefined ? `: known are ${known}` : `; did you mean ${meant}?`
  return { path: 'kind', message: `${shortText(kind, maxKindLength)} is not known${advice}` }
}

/** Nobody calls a kind anything longer, and messages are read by people. */
const maxKindLength = 100

function clusterSource(object: Readonly<Record<string, unknown>>, place: Place): ClusterSource {
  // What somebody has read from a cluster: the API takes no status with a manifest.
  const { status: _, ...manifest } = object
  const { metadata, spec } = manifest
  const { name, namespace } = isObject(metadata) ? metadata : {}
  const services = isObject(spec) && isObject(spec['services']) ? spec['services'] : {}
  const stated = {
    name: typeof name === 'string' ? name : undefined,
    namespace: typeof namespace === 'string' ? namespace : undefined,
    services: services['from'] === 'All' ? ({ from: 'All' } as const) : {},
  }
  return { ...place, ...stated, problems: clusterProblemsOf(manifest), unknown: unknownProperties(manifest) }
}

function misplaced(file: string, line: number): Source {
  const message = 'is a definition among objects of Kubernetes: give it a file of its own'
  return { kind: 'unreadable', file, problems: [{ path: '', line, message }] }
}

function nameOf(object: unknown): string {
  const { kind, metadata } = isObject(object) ? object : {}
  const name = isObject(metadata) ? metadata['name'] : undefined
  return [kind, name].filter((part) => typeof part === 'string').join(' ') || 'something without a kind'
}

/**
 * The objects of a list, as `kubectl get` writes several, and of the lists in it, or the one that there is. Ends, as no
 * text is read that goes deeper than `maxDepth`.
 */
function objectsIn(tree: TreeNode): readonly TreeNode[] {
  if (tree.kind !== 'map' || isDefinition(tree)) return [tree]
  const kind = tree.entries.get('kind')
  const items = tree.entries.get('items')
  if (kind?.kind !== 'scalar' || !/List$/.test(String(kind.value)) || items === undefined) return [tree]
  // As Go writes a list of nothing.
  if (isNothing(items)) return []
  return items.kind === 'list' ? items.items.flatMap((item) => objectsIn(itemOf(tree, item))) : [tree]
}

/** With what a list of one kind says of all its items, as kubectl reads it: `CasServiceList` -> `CasService`. */
function itemOf(list: TreeMap, item: TreeNode): TreeNode {
  const [version, kind] = objectFields.map((field) => list.entries.get(field))
  const itemKind = kind?.kind === 'scalar' ? String(kind.value).replace(/List$/, '') : ''
  if (item.kind !== 'map' || itemKind === '' || isDefinition(item)) return item
  const { line } = item
  const stated = new Map<string, TreeNode>([['kind', { kind: 'scalar', line, value: itemKind }]])
  if (version !== undefined) stated.set('apiVersion', { ...version, line })
  return { ...item, entries: new Map([...stated, ...item.entries]) }
}

function withNamespace(object: Readonly<Record<string, unknown>>, namespace: string | undefined) {
  const { metadata } = object
  if (namespace === undefined || !isObject(metadata) || metadata['namespace'] !== undefined) return object
  return { ...object, metadata: { ...metadata, namespace } }
}

interface Place {
  readonly file: string
  lineOf(path: string): number
}

function manifestSource(object: Readonly<Record<string, unknown>>, place: Place): DefinitionSource {
  const base = {
    kind: 'definition',
    origin: 'manifest',
    notes: [],
    pathOf: pathIn(object),
    ...place,
  } as const
  const problems = problemsOf(object)
  const refusal = { ...base, document: undefined, definition: undefined, claim: undefined }
  if (problems.length > 0) return { ...refusal, problems }
  const manifest = object as unknown as CasService
  const made = definitionOf(manifest)
  if (made.kind === 'refused') return { ...refusal, manifest, problems: made.problems }
  const { definition, document } = made
  return { ...base, manifest, document, definition, claim: definition, problems: [] }
}

/** What Apereo calls `serviceId` stands in `match` where there is one. */
function pathIn({ spec }: Readonly<Record<string, unknown>>): (documentPath: string) => string {
  const hasMatch = isObject(spec) && spec['match'] !== undefined
  return (path) => (hasMatch && path === 'serviceId' ? 'spec.match' : manifestPath(path))
}

/** In any version: others have kinds of that name, too. */
const isOurs = (version: unknown): boolean => String(version).split('/')[0] === group

const versionProblem: Problem = { path: 'apiVersion', message: `must be ${apiVersion}` }

function clusterProblemsOf(object: Readonly<Record<string, unknown>>): readonly Problem[] {
  if (object['apiVersion'] !== apiVersion) return [versionProblem]
  const structural = schemaProblems(casClusterSchema(), object)
  const others = structural.length > 0 ? [] : clusterProblems(object)
  const told = new Set(structural.map(({ path }) => path))
  return [...structural, ...others, ...revisionProblems(object).filter(({ path }) => !told.has(path))]
}

function problemsOf(object: Readonly<Record<string, unknown>>): readonly Problem[] {
  if (object['apiVersion'] !== apiVersion) return [versionProblem]
  const metadata = object['metadata']
  const name = isObject(metadata) ? metadata['name'] : undefined
  if (!isServiceName(name)) {
    return [{ path: 'metadata.name', message: 'must be a name: lower-case letters, digits, hyphens' }]
  }
  const structural = schemaProblems(casServiceSchema(), object)
  return structural.length > 0 ? structural : validateCasService(object)
}

/** The documents of a text that hold more than comments, each with the number of lines before it. */
function splitDocuments(text: string): readonly { readonly text: string; readonly lines: number }[] {
  const parts: { text: string; lines: number }[] = []
  let lines = 0
  for (const part of text.split(/^(?=---(?:[ \t]|\r?$))/m)) {
    if (/\S/.test(part.replace(/^\s*#.*$/gm, ''))) parts.push({ text: part, lines })
    lines += part.split('\n').length - 1
  }
  return parts
}

/** As JSON has it: whole numbers beyond what JavaScript counts exactly are rounded, as kubectl does. */
function plainValue(node: TreeNode): unknown {
  if (node.kind === 'list') return node.items.map(plainValue)
  if (node.kind === 'scalar') return typeof node.value === 'bigint' ? Number(node.value) : node.value
  return Object.fromEntries(Array.from(node.entries, ([key, value]) => [key, plainValue(value)]))
}

/** `spec.access.requiredAttributes["member.of"][1]` with dots only. */
function dotted(path: string): string {
  return path.replace(
    /\[("(?:[^"\\]|\\.)*")\]|\[(\d+)\]/g,
    (_, key?: string, index?: string) => `.${key === undefined ? index : JSON.parse(key)}`,
  )
}
