/** Which file defines an id where several name it, and what becomes of the others: pure. */
import { isNamedAfterId } from '../../../common/apereo/file-names.ts'
import type { DefinitionFile } from './definition-file.ts'
import type { DirectoryContents, Duplicate } from './directory-contents.ts'

type Defined = Pick<DirectoryContents, 'definitions' | 'duplicates'>

/** By file: what it defined before. */
export type DefinedBefore = ReadonlyMap<string, DefinitionFile>

/**
 * Of several files with one id the one counts that defined it before, else the first whose name says so, else the first.
 * A file that defined another id before and now repeats one has it by mistake: what it said is kept, unless another file
 * says that id by now. Or a wrong digit would delete a definition, on all servers.
 */
export function byId(found: readonly DefinitionFile[], before: DefinedBefore): Defined {
  const straying = new Set(found.filter(({ id, file }) => (before.get(file)?.id ?? id) !== id))
  const takenUp = new Set(found.filter((definition) => !straying.has(definition)).map(({ id }) => id))
  const kept = new Map<DefinitionFile, DefinitionFile>()
  // What is kept may be what another straying file would have taken the id of.
  for (;;) {
    const definitions = chosen([...found.filter((each) => !kept.has(each)), ...kept.values()], {
      before,
      straying,
    })
    const lost = [...straying].flatMap((now) => {
      const last = before.get(now.file)
      const isLost = last !== undefined && definitions.get(now.id) !== now && !takenUp.has(last.id)
      return isLost && !kept.has(now) ? [[now, last] as const] : []
    })
    if (lost.length === 0) return { definitions, duplicates: duplicatesOf(found, definitions, kept) }
    for (const [now, last] of lost) kept.set(now, last)
  }
}

function chosen(
  found: readonly DefinitionFile[],
  { before, straying }: { readonly before: DefinedBefore; readonly straying: ReadonlySet<DefinitionFile> },
): ReadonlyMap<string, DefinitionFile> {
  const definitions = new Map<string, DefinitionFile>()
  for (const [id, files] of Map.groupBy(found, (definition) => definition.id)) {
    const steady = files.filter((definition) => !straying.has(definition))
    const candidates = steady.length > 0 ? steady : files
    const first =
      files.find(({ file }) => before.get(file)?.id === id) ??
      candidates.find(({ file }) => isNamedAfterId(file, id)) ??
      candidates[0]
    if (first !== undefined) definitions.set(id, first)
  }
  return definitions
}

function duplicatesOf(
  found: readonly DefinitionFile[],
  definitions: ReadonlyMap<string, DefinitionFile>,
  kept: ReadonlyMap<DefinitionFile, DefinitionFile>,
): readonly Duplicate[] {
  return found.flatMap((definition) => {
    const { id, file } = definition
    const counting = definitions.get(id)
    if (counting === undefined || counting === definition) return []
    const keeps = kept.get(definition)?.id
    return [{ id, file, definedBy: counting.file, definition, ...(keeps !== undefined && { keeps }) }]
  })
}

/** Of several files with one id, the one that is known to define it does, rather than the first. `known`: files by id. */
export function preferring(
  contents: DirectoryContents,
  known: ReadonlyMap<string, { readonly file: string }>,
): DirectoryContents {
  if (contents.duplicates.length === 0) return contents
  const preferred = contents.duplicates.filter(
    ({ id, file, keeps }) => keeps === undefined && known.get(id)?.file === file,
  )
  const definitions = new Map(contents.definitions)
  for (const { id, definition } of preferred) definitions.set(id, definition)
  const idOf = new Map(Array.from(known, ([id, { file }]) => [file, id]))
  const duplicates = contents.duplicates.map((duplicate): Duplicate => {
    const { id, file } = duplicate
    const definedBy = definitions.get(id)?.file ?? duplicate.definedBy
    const first = contents.definitions.get(id)
    const definition = file === definedBy && first !== undefined ? first : duplicate.definition
    const lost = idOf.get(definition.file)
    // What it said when it defined that one, this node knows from others at most.
    const isKept = lost !== undefined && lost !== id && !definitions.has(lost)
    const keeps = duplicate.keeps ?? (isKept ? lost : undefined)
    return { id, file: definition.file, definedBy, definition, ...(keeps !== undefined && { keeps }) }
  })
  return { ...contents, definitions, duplicates }
}
