/** What is wrong with files, as members of the pool report it: pure. */
import type { StoredDocument } from '../../../common/documents/service-definition.ts'
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
  /** The copy that a rename leaves for a moment must not keep users out: the URLs go to the other one, as before. */
  const isTaken = (id: string, document: StoredDocument): boolean => {
    const counting = definitions.get(id)
    return counting !== undefined && takesUrlsOf(claimOf(counting.document), claimOf(document))
  }
  for (const found of refused) {
    const { file, keeps, document } = found
    // What it said before is not served either where another file has its id by now.
    const isServed = keeps !== undefined && definitions.get(keeps)?.file === file
    const refusal = refusedFile(found, isServed)
    if (document === undefined) refusals.push(refusal)
    else if (!isTaken(keeps ?? String(document['_id']), document))
      withheld.set(`${fileKeyPrefix}${file}`, { document, reason: refusal.reason, file })
    else refusals.push(isServed ? refusal : { ...refusal, urls: 'taken' })
  }
  for (const duplicate of duplicates) {
    const { file, definition, keeps } = duplicate
    const { document } = definition
    const id = `${fileKeyPrefix}${file}`
    const isServed = keeps !== undefined && definitions.get(keeps)?.file === file
    const reason = duplicateReason(duplicate, isServed)
    if (isServed && isTaken(keeps, document)) refusals.push({ id: keeps, file, reason, urls: 'asBefore' })
    else if (isTaken(duplicate.id, document)) refusals.push({ id, file, reason, urls: 'taken' })
    else withheld.set(id, { document, reason, file })
  }
  return { refused: refusals, withheld }
}

const duplicateReason = ({ id, file, definedBy }: Duplicate, isServed: boolean): string =>
  `${shortText(file)}: has the id ${id} of ${shortText(definedBy)}${isServed ? '; what it said before is served' : ', and is passed over'}`

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
