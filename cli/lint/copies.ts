/** Definitions with an id that is another's. Pure. */
import { isNamedAfterId } from '../../common/apereo/file-names.ts'
import { takesUrlsOf } from '../../server/services/service-claim.ts'
import type { DefinitionSource } from './source.ts'

export interface Copy {
  readonly source: DefinitionSource
  /** The one that counts. */
  readonly of: DefinitionSource
}

/** Of several with one id the one counts that is named after it, or else the first, as for a server that starts. */
export function copiesAmong(sources: readonly DefinitionSource[]): readonly Copy[] {
  return [...Map.groupBy(sources, idOf)].flatMap(([id, same]) => {
    const counting = same.find(({ file }) => isNamedAfterId(file, id ?? '')) ?? same[0]
    if (id === undefined || counting === undefined) return []
    return same.filter((source) => source !== counting).map((source) => ({ source, of: counting }))
  })
}

/** As servers see them that read files: a copy is refused, and keeps its URLs unless the one that counts takes them. */
export function withCopiesRefused(sources: readonly DefinitionSource[]): readonly DefinitionSource[] {
  const files = sources.filter(({ origin }) => origin === 'apereo')
  const originals = new Map(copiesAmong(files).map(({ source, of }) => [source, of]))
  return sources.flatMap((source) => {
    const of = originals.get(source)
    if (of === undefined) return [source]
    if (takesUrlsOf(of.claim, source.claim)) return []
    const problem = { path: source.pathOf('_id'), message: `is that of ${of.file}` }
    return [{ ...source, definition: undefined, problems: [problem, ...source.problems] }]
  })
}

function idOf({ document }: DefinitionSource): string | undefined {
  const id = document?.['_id']
  return typeof id === 'bigint' || typeof id === 'number' ? String(id) : undefined
}
