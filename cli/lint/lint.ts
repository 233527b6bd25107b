/** All rules over all sources. Pure: what is the time comes in, and what is found goes out. */
import type { Instant } from '../../common/clock.ts'
import { nearestName } from '../../common/near-name.ts'
import type { CasService } from '../../operator/api/cas-service.ts'
import type { Problem } from '../../operator/api/problem.ts'
import { admissionProblems } from '../../operator/api/validate-cas-service.ts'
import { definitionRules } from './definition-rules.ts'
import { type Finding, type Remark, type RuleName, rules } from './finding.ts'
import { registryRules } from './registry-rules.ts'
import type { ClusterSource, DefinitionSource, Source } from './source.ts'

export interface LintOptions {
  readonly now: Instant
  /** CasClusters among the sources. */
  readonly clusters?: readonly ClusterSource[]
}

/** Everything that the rules find, by file and line. Reads nothing and never throws, whatever the sources hold. */
export function lintDefinitions(sources: readonly Source[], options: LintOptions): readonly Finding[] {
  const findings = [...lintEach(sources, options), ...(options.clusters ?? []).flatMap(clusterFindings)]
  const definitions = sources.filter((source): source is DefinitionSource => source.kind === 'definition')
  for (const registry of Map.groupBy(definitions, registryOf).values()) {
    registryRules(registry, foundInto(findings))
  }
  if (options.clusters !== undefined) admission(definitions, options.clusters, foundInto(findings))
  return findings.toSorted(byPlace)
}

/** Which registry a definition is for: manifests name a CasCluster, all others are taken for one. */
function registryOf({ manifest }: DefinitionSource): string {
  const clusterRef = manifest?.spec.clusterRef
  if (clusterRef === undefined) return ''
  return `${clusterRef.namespace ?? manifest?.metadata.namespace ?? ''}/${clusterRef.name}`
}

/** The same without what only shows among all of them. */
export function lintEach(sources: readonly Source[], options: LintOptions): readonly Finding[] {
  const findings: Finding[] = []
  const found = foundInto(findings)
  for (const source of sources) {
    if (source.kind === 'unreadable') {
      const { file, problems } = source
      findings.push(
        ...problems.map(({ line, path, message }) => {
          return { rule: 'unreadable', severity: rules.unreadable[0], file, line, path, message } as const
        }),
      )
    } else definitionRules(source, options, found)
  }
  return findings
}

function clusterFindings({ file, problems, unknown, lineOf }: ClusterSource): readonly Finding[] {
  const findingsOf = (rule: RuleName, found: readonly Problem[]) =>
    found.map(({ path, message }): Finding => {
      return { rule, severity: rules[rule][0], file, line: lineOf(path), path, message }
    })
  return [...findingsOf('invalid-manifest', problems), ...findingsOf('unknown-property', unknown)]
}

/** Where no CasCluster is looked at, they stand elsewhere. */
function admission(
  sources: readonly DefinitionSource[],
  clusters: readonly ClusterSource[],
  found: Found,
): void {
  const names = clusters.flatMap(({ name }) => name ?? [])
  if (names.length === 0) return
  for (const source of sources) {
    const { manifest } = source
    if (manifest === undefined) continue
    const meant = meantClusters(manifest, clusters)
    if (meant.length === 0) found(source, 'unknown-cluster', unknownCluster(manifest, names))
    const refusals = meant.map(({ services }) => admissionProblems(manifest, services))
    const isRefused = manifest.metadata.namespace !== undefined && refusals.every(({ length }) => length > 0)
    if (isRefused) for (const problem of refusals[0] ?? []) found(source, 'not-admitted', problem)
  }
}

/** A namespace that is not stated may be any. */
function meantClusters({ metadata, spec }: CasService, clusters: readonly ClusterSource[]) {
  const { name, namespace = metadata.namespace } = spec.clusterRef
  return clusters.filter(
    (cluster) =>
      cluster.name === name &&
      (namespace === undefined || cluster.namespace === undefined || namespace === cluster.namespace),
  )
}

function unknownCluster({ metadata, spec }: CasService, names: readonly string[]): Remark {
  const { name, namespace = metadata.namespace } = spec.clusterRef
  const nearest = names.includes(name) ? undefined : nearestName(name, names)
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`
  const advice = nearest === undefined ? '' : `; did you mean ${nearest}?`
  return {
    path: 'spec.clusterRef.name',
    message: `there is no CasCluster ${name}${where} among these files${advice}`,
    fix: 'name the one that is to serve it, or look at that one, too',
  }
}

/** How a rule tells what it found. */
export type Found = (source: DefinitionSource, rule: RuleName, remark: Remark) => void

function foundInto(findings: Finding[]): Found {
  return (source, rule, { path, ...rest }) => {
    const { file } = source
    findings.push({ rule, severity: rules[rule][0], file, line: source.lineOf(path), path, ...rest })
  }
}

function byPlace(a: Finding, b: Finding): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return a.line - b.line
}
