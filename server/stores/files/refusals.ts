/** What is wrong with files, as members of the pool report it: pure. */
import { shortText } from '../../../common/documents/short-text.ts'
import type { Refusal, WithheldService } from '../../services/registry-source.ts'
import { claimOf, takesUrlsOf } from '../../services/service-claim.ts'
import type { FileProblem } from './definition-file.ts'
import type { DirectoryContents, Duplicate, RefusedFile } from './directory-contents.ts'

/** In place of an id, for a file of which none is known. */
const fileKeyPrefix = 'file:'

const mostProblems = 3

/** What becomes of files that are not served as they stand. */
export interface RefusedFiles {
  /** Under the id that the file had, where that is known. */
  readonly refused: readonly Refusal[]
  /** Those which say what URLs are theirs. */
  readonly withheld: ReadonlyMap<string, WithheldService>
}

export function refusedServices({ definitions, refused, duplicates }: DirectoryContents): RefusedFiles {
  const refusals: Refusal[] = []
  const withheld = new Map<string, WithheldService>()
  for (const found of refused) {
    // What it said before is not served either where another file has its id by now.
    const isServed = found.keeps !== undefined && definitions.get(found.keeps)?.file === found.file
    const refusal = refusedFile(found, isServed)
    const { file, document } = found
    if (document === undefined) refusals.push(refusal)
    else withheld.set(refusal.id, { document, reason: refusal.reason, file })
  }
  for (const duplicate of duplicates) {
    const { file, definition } = duplicate
    const id = `${fileKeyPrefix}${file}`
    const reason = duplicateReason(duplicate)
    const counting = definitions.get(duplicate.id)
    // The copy that a rename leaves for a moment must not keep users out: the URLs go to the other one, as before.
    const isTaken =
      counting !== undefined && takesUrlsOf(claimOf(counting.document), claimOf(definition.document))
    if (isTaken) refusals.push({ id, file, reason, urls: 'taken' })
    else withheld.set(id, { document: definition.document, reason, file })
  }
  return { refused: refusals, withheld }
}

const duplicateReason = ({ id, file, definedBy }: Duplicate): string =>
  `${shortText(file)}: has the id ${id} of ${shortText(definedBy)}, and is passed over`

function refusedFile({ file, problems, keeps }: RefusedFile, isServed: boolean): Refusal {
  const shown = problems.slice(0, mostProblems).map(problemText)
  const more = problems.length > mostProblems ? [`and ${problems.length - mostProblems} more`] : []
  const kept = isServed ? ['what it said before is served'] : []
  return {
    id: keeps ?? `${fileKeyPrefix}${file}`,
    file,
    urls: isServed ? 'asBefore' : 'open',
    reason: `${shortText(file)}: ${[...shown, ...more, ...kept].join('; ')}`,
  }
}

/** `line 3: accessStrategy: …`. */
export function problemText({ line, path, message }: Omit<FileProblem, 'file'>): string {
  return [...(line === undefined ? [] : [`line ${line}`]), ...(path ? [path] : []), message].join(': ')
}
