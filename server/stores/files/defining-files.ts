/** Which file defines an id where several name it, and what becomes of the others: pure. */
import { isNamedAfterId } from '../../../common/apereo/file-names.ts'
import { foldersOf } from '../../replication/entry.ts'
import type { DefinitionFile } from './definition-file.ts'
import type { DirectoryContents, Duplicate, RefusedFile } from './directory-contents.ts'

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

/**
 * Of several files with one id, the one that is known to define it does, rather than the first. Also where that one says
 * nothing for the moment, or has the id of yet another by mistake: what it said before, this node knows from others at
 * most. `known`: files by id; `closed`: folders that cannot be listed.
 */
export function preferring(
  contents: DirectoryContents,
  known: ReadonlyMap<string, { readonly file: string }>,
  closed: Iterable<string> = [],
): DirectoryContents {
  const unread = [...contents.refused.map(({ file }) => file), ...closed]
  if (contents.duplicates.length === 0 && unread.length === 0) return contents
  const idOf = new Map(Array.from(known, ([id, { file }]) => [file, id]))
  const definitions = new Map(contents.definitions)
  const passedOver: PassedOver[] = contents.duplicates.map((duplicate) => {
    const { id, file, keeps } = duplicate
    const first = contents.definitions.get(id)
    if (keeps !== undefined || first === undefined || known.get(id)?.file !== file) return duplicate
    definitions.set(id, duplicate.definition)
    return { definition: first }
  })
  const ousted = new Map<string, DefinitionFile>()
  for (;;) {
    const kept = passedOver.filter((each) => keptBy(each, { definitions, idOf }) !== undefined)
    const standing = new Set([...unread, ...kept.map(({ definition }) => definition.file)])
    const mistaken = [...definitions.values()].filter(({ id, file }) => {
      const owner = known.get(id)?.file ?? file
      return owner !== file && [owner, ...foldersOf(owner)].some((path) => standing.has(path))
    })
    if (mistaken.length === 0) break
    for (const definition of mistaken) {
      definitions.delete(definition.id)
      ousted.set(definition.file, definition)
      passedOver.push({ definition })
    }
  }
  const refused = contents.refused.map((found): RefusedFile => {
    const { file, problems, document = ousted.get(file)?.document } = found
    return ousted.has(file) && document !== undefined ? { file, problems, document } : found
  })
  const isRefused = new Set(refused.map(({ file }) => file))
  const duplicates = passedOver.flatMap((each): readonly Duplicate[] => {
    const { definition } = each
    const { id, file } = definition
    const definedBy = definitions.get(id)?.file ?? known.get(id)?.file
    if (definedBy === undefined || (ousted.has(file) && isRefused.has(file))) return []
    const keeps = keptBy(each, { definitions, idOf })
    return [{ id, file, definedBy, definition, ...(keeps !== undefined && { keeps }) }]
  })
  return { ...contents, definitions, refused, duplicates }
}

type PassedOver = Pick<Duplicate, 'definition' | 'keeps'>

/** Id of the definition that the file is known for, unless a file that is known for no other one says that id by now. */
function keptBy(
  { definition: { id, file }, keeps }: PassedOver,
  { definitions, idOf }: Pick<Defined, 'definitions'> & { readonly idOf: ReadonlyMap<string, string> },
): string | undefined {
  const lost = keeps ?? idOf.get(file)
  if (keeps !== undefined || lost === undefined || lost === id) return keeps
  const other = definitions.get(lost)
  const isTakenUp = other !== undefined && (idOf.get(other.file) ?? lost) === lost
  return isTakenUp ? undefined : lost
}
