/** Are the regular expressions of a definition ones that can be run? Asked before a definition is written and used. */
import { patternProblem } from './java-pattern.ts'
import type {
  DefinitionProblem,
  ReleasePolicy,
  ServiceDefinition,
  SingleRelease,
} from './service-definition.ts'
import { parseServicePattern } from './service-shape.ts'

/** Problems of all patterns in a definition, with the path each has in a stored document. */
export function patternProblems(definition: ServiceDefinition): readonly DefinitionProblem[] {
  const { serviceId, access, proxy, release } = definition
  const patterns = [
    // A shape never becomes a regular expression.
    ...(parseServicePattern(serviceId) === undefined ? [{ path: 'serviceId', pattern: serviceId }] : []),
    ...attributePatterns('accessStrategy.requiredAttributes', access.requiredAttributes),
    ...attributePatterns('accessStrategy.rejectedAttributes', access.rejectedAttributes),
    ...(proxy.kind === 'matching' ? [{ path: 'proxyPolicy.pattern', pattern: proxy.pattern }] : []),
    ...releasePatterns(release),
  ]
  return patterns.flatMap(({ path, pattern }) => {
    const message = patternProblem(pattern)
    return message === undefined ? [] : [{ path, message }]
  })
}

function attributePatterns(path: string, attributes: Readonly<Record<string, readonly string[]>>) {
  return Object.entries(attributes).flatMap(([name, patterns]) =>
    patterns.map((pattern) => ({ path: `${path}.${name}`, pattern })),
  )
}

interface PlacedPattern {
  readonly path: string
  readonly pattern: string
}

function releasePatterns(release: ReleasePolicy): readonly PlacedPattern[] {
  const path = 'attributeReleasePolicy'
  if (release.kind !== 'chain') return singlePatterns(path, release)
  return release.policies.flatMap((policy, i) => singlePatterns(`${path}.policies.${i}`, policy))
}

function singlePatterns(path: string, release: SingleRelease): readonly PlacedPattern[] {
  const { valuePattern } = release
  const filters =
    valuePattern === undefined ? [] : [{ path: `${path}.attributeFilter.pattern`, pattern: valuePattern }]
  if (release.kind !== 'pattern') return filters
  const rules = Object.entries(release.rules).map(([name, { pattern }]) => {
    return { path: `${path}.allowedAttributes.${name}.pattern`, pattern }
  })
  return [...filters, ...rules]
}
