/** What is wrong with files, as members of the pool report it: pure. */
import { isDeepStrictEqual } from 'node:util'
import type { StoredDocument } from '../../../common/documents/service-definition.ts'
import { shortText } from '../../../common/documents/short-text.ts'
import type { Refusal, WithheldService } from '../../services/registry-source.ts'
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

export function refusedServices(contents: DirectoryContents): RefusedFiles {
  const { definitions, refused, duplicates } = contents
  const files = refused.map((found) => {
    // What it said before is not served either where another file has its id by now.
    const isServed = found.keeps !== undefined && definitions.get(found.keeps)?.file === found.file
    return { refusal: refusedFile(found, isServed), document: found.document }
  })
  const copies = duplicates.map((duplicate) => {
    const { file, definition } = duplicate
    const isTaken = takesSameUrls(definition.document, definitions.get(duplicate.id)?.document)
    const refusal = { id: `${fileKeyPrefix}${file}`, file, reason: duplicateReason(duplicate) }
    return isTaken
      ? { refusal: { ...refusal, urls: 'taken' as const }, document: undefined }
      : { refusal: { ...refusal, urls: 'open' as const }, document: definition.document }
  })
  const all = [...files, ...copies]
  return {
    refused: all.flatMap(({ refusal, document }) => (document === undefined ? [refusal] : [])),
    withheld: new Map(
      all.flatMap(({ refusal: { id, file, reason }, document }) =>
        document === undefined ? [] : [[id, { document, reason, file }] as const],
      ),
    ),
  }
}

const duplicateReason = ({ id, file, definedBy }: Duplicate): string =>
  `${shortText(file)}: has the id ${id} of ${shortText(definedBy)}, and is passed over`

/** The copy that a rename leaves for a moment must not keep users out: the URLs go to the other one, as before. */
function takesSameUrls(one: StoredDocument, other: StoredDocument | undefined): boolean {
  return ['serviceId', 'evaluationOrder', 'matchingStrategy'].every((field) =>
    isDeepStrictEqual(one[field], other?.[field]),
  )
}

function refusedFile({ file, problems, keeps }: RefusedFile, isServed: boolean): Refusal & { file: string } {
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
