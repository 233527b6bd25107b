/** What one document of the registry comes to: a definition that is served, or a refusal that keeps its URLs. Pure. */
import { decodeDefinition, lowestId, lowestOrder } from '../../common/documents/definition-codec.ts'
import { patternProblems } from '../../common/documents/definition-patterns.ts'
import { textKeyPrefix } from '../../common/documents/document-key.ts'
import type {
  DefinitionProblem,
  ServiceClaim,
  ServiceDefinition,
  StoredDocument,
} from '../../common/documents/service-definition.ts'
import { problemsText, shortText } from '../../common/documents/short-text.ts'
import { reasonOf } from '../../common/fault.ts'
import { derivedByShard, type Shard, type ShardedMap } from '../../common/sharded-map.ts'
import { type MatchableService, matchableService } from '../services/match.ts'
import type { WithheldService } from '../services/registry-source.ts'

/** What one document comes to; depends on nothing else. */
export interface LoadedService {
  readonly definition: ServiceDefinition | undefined
  /** Absent when the document claims no URLs. */
  readonly matchable: MatchableService | undefined
  readonly problems: readonly DefinitionProblem[]
  /** What is not honoured, and restricts nothing. */
  readonly ignored: readonly DefinitionProblem[]
}

/** Never throws: whatever a document does to those who read it, it is refused and the others are served. */
export function loadService(document: StoredDocument): LoadedService {
  try {
    return decodedService(document)
  } catch (thrown) {
    const { serviceId } = document
    const claim =
      typeof serviceId === 'string'
        ? { id: lowestId, name: '', serviceId, evaluationOrder: lowestOrder }
        : undefined
    const problems = [{ path: 'document', message: `cannot be read: ${reasonOf(thrown)}` }]
    return refusal(claim, problems)
  }
}

/** Not served, whatever it says. */
export function withheldService({ document, reason }: WithheldService): LoadedService {
  return refusal(loadService(document).matchable?.claim, [{ path: '', message: reason }])
}

function decodedService(document: StoredDocument): LoadedService {
  const decoded = decodeDefinition(document)
  if (decoded.kind === 'refused') return refusal(decoded.claim, decoded.problems)
  const { definition, ignored } = decoded
  const problems = patternProblems(definition)
  if (problems.length > 0) return refusal(definition, problems)
  const matchable = matchableService(definition, { kind: 'service', definition })
  return { definition, matchable, problems, ignored }
}

/**
 * Refuses both documents where the id of one is the text of the other's (901 and "901"): they are one definition for
 * an Apereo CAS, and nobody can say which was meant.
 */
export function withoutClashes(services: ShardedMap<LoadedService>): ShardedMap<LoadedService> {
  const clashing = services.shards.flatMap(textKeysIn).flatMap((key) => {
    const number = key.slice(textKeyPrefix.length)
    return services.has(number) ? [key, number] : []
  })
  return services.with(
    clashing.map((key) => {
      const loaded = services.get(key)
      return [key, loaded && refusedForClash(loaded)]
    }),
  )
}

const textKeysIn = derivedByShard((shard: Shard<LoadedService>): readonly string[] =>
  Array.from(shard.keys()).filter((key) => key.startsWith(textKeyPrefix)),
)

function refusedForClash({ matchable, problems }: LoadedService): LoadedService {
  const clash = { path: '_id', message: 'stands twice, as a number and as text: delete one of the two' }
  return refusal(matchable?.claim, [clash, ...problems])
}

/** The URLs of a refused definition stay claimed: a wider one behind it would give rights it was to withhold. */
function refusal(claim: ServiceClaim | undefined, problems: readonly DefinitionProblem[]): LoadedService {
  const reason = `service ${shortText(claim?.name ?? '')}: ${problemsText(problems)}`
  return {
    definition: undefined,
    matchable: claim && matchableService(claim, { kind: 'refused', reason }),
    problems,
    ignored: [],
  }
}
