/** Files that an export leaves behind: a definition has another name now, and its old file holds the same id. */
import { relative } from 'node:path'
import type { Source } from '../lint/source.ts'
import { filesBelow } from './definition-files.ts'
import type { ExportedFiles } from './exported-files.ts'
import { importedId } from './imported-id.ts'
import { readSources } from './sources.ts'

/** Paths below a directory, which is there, of files that hold an id of this export and are not written by it. Only reads. */
export async function leftFiles(
  directory: string,
  { files, ids, isManifest }: Pick<ExportedFiles, 'files' | 'ids'> & { readonly isManifest: boolean },
): Promise<readonly string[]> {
  const paths = (await filesBelow(directory)).filter(
    ({ path, unreadable }) => unreadable === undefined && !files.has(relative(directory, path)),
  )
  const sources = await readSources(
    paths.map(({ path }) => path),
    { tellsOthers: false },
  )
  const left = sources.filter((source) => {
    const id = isManifest ? manifestId(source) : definitionId(source)
    return id !== undefined && ids.has(id)
  })
  return [...new Set(left.map(({ file }) => relative(directory, file)))]
}

function manifestId(source: Source): bigint | undefined {
  return source.kind === 'definition' ? importedId(source.manifest?.metadata) : undefined
}

/** What an Apereo CAS would read beside the files of this export. */
function definitionId(source: Source): bigint | undefined {
  if (source.kind === 'unreadable' || source.origin !== 'apereo') return undefined
  const id = source.document?.['_id']
  return typeof id === 'bigint' ? id : undefined
}
