/** What is wrong with files, as members of the pool report it: pure. */
import { shortText } from '../../../common/documents/short-text.ts'
import type { Refusal } from '../../services/registry-source.ts'
import type { FileProblem } from './definition-file.ts'
import type { DirectoryContents, RefusedFile } from './directory-contents.ts'

/** In place of an id, for a file of which none is known. */
const fileKeyPrefix = 'file:'

const mostProblems = 3

/** Under the id that the file had, where that is known. */
export function refusedServices({ definitions, refused, duplicates }: DirectoryContents): readonly Refusal[] {
  return [
    ...refused.map((found) => {
      // What it said before is not served either where another file has its id by now.
      const isServed = found.keeps !== undefined && definitions.get(found.keeps)?.file === found.file
      return refusedFile(found, isServed)
    }),
    ...duplicates.map(
      ({ id, file, definedBy }): Refusal => ({
        id: `${fileKeyPrefix}${file}`,
        file,
        urls: 'open',
        reason: `${shortText(file)}: has the id ${id} of ${shortText(definedBy)}, and is passed over`,
      }),
    ),
  ]
}

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
