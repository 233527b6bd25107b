/** What is wrong with files, as members of the pool report it: pure. */
import type { RefusedService } from '../../../common/documents/pool.ts'
import { shortText } from '../../../common/documents/short-text.ts'
import type { FileProblem } from './definition-file.ts'
import type { DirectoryContents, RefusedFile } from './directory-contents.ts'

/** In place of an id, for a file of which none is known. */
const fileKeyPrefix = 'file:'

const mostProblems = 3

/** Under the id that the file had, where that is known. */
export function refusedServices({ refused, duplicates }: DirectoryContents): readonly RefusedService[] {
  return [
    ...refused.map(refusedFile),
    ...duplicates.map(({ id, file, definedBy }) => ({
      id: `${fileKeyPrefix}${file}`,
      reason: `${shortText(file)}: has the id ${id} of ${shortText(definedBy)}, and is passed over`,
    })),
  ]
}

function refusedFile({ file, problems, keeps }: RefusedFile): RefusedService {
  const shown = problems.slice(0, mostProblems).map(problemText)
  const more = problems.length > mostProblems ? [`and ${problems.length - mostProblems} more`] : []
  const kept = keeps === undefined ? [] : ['what it said before is served']
  return {
    id: keeps ?? `${fileKeyPrefix}${file}`,
    reason: `${shortText(file)}: ${[...shown, ...more, ...kept].join('; ')}`,
  }
}

/** `line 3: accessStrategy: …`. */
export function problemText({ line, path, message }: Omit<FileProblem, 'file'>): string {
  return [...(line === undefined ? [] : [`line ${line}`]), ...(path ? [path] : []), message].join(': ')
}
