/** Looks for two files with one id in what a run would leave in the destination. */
import { readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { textFormatOf } from '../../common/apereo/file-names.ts'
import { utf8Text } from '../definition-bytes.ts'
import { type DefinitionText, textsIn } from './definition-texts.ts'
import { rsyncPath } from './endpoint.ts'
import type { ProgramEnd } from './programs.ts'
import { keptArguments } from './rsync-arguments.ts'
import { nameOf, readReport } from './rsync-output.ts'
import { partial, type Run, rsync } from './run-programs.ts'
import { definitionId } from './syntax.ts'
import { type Identified, idInName, isReadByServers, type Twins, twinsOf } from './twins.ts'

export type TwinSearch =
  | { readonly kind: 'found'; readonly twins: readonly Twins[] }
  | { readonly kind: 'failed'; readonly end: ProgramEnd }

/**
 * `behindLinks`: files that stay although all others that the source does not hold are deleted. Files of another host
 * are not fetched for it: their names tell what their ids are, or nothing does.
 */
export async function findTwins(run: Run, behindLinks: readonly string[]): Promise<TwinSearch> {
  const { settings, snapshot } = run
  const { destination, all, transport } = settings
  const end = settings.deletes
    ? undefined
    : await rsync(run, keptArguments(snapshot, rsyncPath(destination), { all, transport }))
  // What cannot be looked into, such as lost+found of another user, is in nobody's way here.
  if (end !== undefined && end.status !== 0 && end.status !== partial) return { kind: 'failed', end }
  const { deleted } = readReport(end?.lines ?? []).changes
  const names = [...deleted, ...behindLinks].map(nameOf).filter(isReadByServers)
  if (names.length === 0) return { kind: 'found', twins: [] }
  const kept = await Promise.all(
    names.map(async (file): Promise<Identified> => {
      return { file, id: destination.kind === 'local' ? await idAt(destination.path, file) : idInName(file) }
    }),
  )
  return { kind: 'found', twins: twinsOf((await textsIn(snapshot, '')).map(identified), kept) }
}

function identified({ file, decoded, format }: DefinitionText): Identified {
  return { file, id: decoded.kind === 'text' ? definitionId(decoded.text, format) : undefined }
}

async function idAt(directory: string, file: string): Promise<string | undefined> {
  const format = textFormatOf(posix.basename(file))
  if (format === undefined) return undefined
  try {
    const decoded = utf8Text(await readFile(join(directory, file)))
    return identified({ file, decoded, format }).id
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // It went meanwhile, or never was a file; what only this user cannot read, servers may.
    return code === 'ENOENT' || code === 'EISDIR' ? undefined : idInName(file)
  }
}
