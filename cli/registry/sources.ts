/** Definitions from everywhere that commands take them from: files, directories, standard input, databases. */
import { readFile, stat } from 'node:fs/promises'
import { text as textOf } from 'node:stream/consumers'
import type { TextFormat, TextProblem } from '../../common/apereo/definition-text.ts'
import { textFormatOf } from '../../common/apereo/file-names.ts'
import { Fault, reasonOf } from '../../common/fault.ts'
import { utf8Text } from '../definition-bytes.ts'
import { sourcesOf } from '../lint/read-source.ts'
import type { ClusterSource, OtherObject, Source } from '../lint/source.ts'
import { printable, withoutUserInfo } from '../printable.ts'
import { UsageError } from '../usage.ts'
import { type FoundFile, filesBelow } from './definition-files.ts'
import { type DatabaseOptions, isDatabase, looksLikeUri } from './location.ts'
import { progressOf } from './progress.ts'

export interface SourceOptions extends DatabaseOptions {
  /** Of manifests that name none: ids derive from it. Default: default. */
  readonly namespace?: string | undefined
  /** False: a directory, database or standard input without any definition is refused. A file may be about something else. */
  readonly mayBeEmpty?: boolean
  /** False: nothing is said of Kubernetes objects that are passed over. */
  readonly tellsOthers?: boolean
  /** Takes CasClusters, which are passed over otherwise. */
  readonly onCluster?: (cluster: ClusterSource) => void
}

/** Standard input as a location. */
const standardInput = '-'
const atOnce = 32

/**
 * Everything at the locations, in their order and by path inside of directories. Files that cannot be read are
 * sources, too; Kubernetes objects that are no CasServices are none, and told on standard error. Throws UsageError for
 * a location that is not there, Fault for a database that cannot be read and for what is empty and must not be.
 */
export async function readSources(
  locations: readonly string[],
  options: SourceOptions = {},
): Promise<readonly Source[]> {
  const found = await Promise.all(locations.map(filesAt))
  const progress = progressOf(
    'files read',
    found.reduce((sum, files) => sum + (files?.length ?? 0), 0),
  )
  const held: Held[] = []
  const { onCluster } = options
  const end = () => {
    progress.end()
    if (options.tellsOthers !== false) tellOthers(held.filter((one) => !isTaken(one, options)))
    if (onCluster !== undefined)
      for (const { cluster } of held.filter(isOther)) if (cluster) onCluster(cluster)
  }
  for (const [i, location] of locations.entries()) {
    const files = found[i]
    const before = held.length
    if (isDatabase(location)) {
      // The driver costs more to load than most files to read.
      const { readDatabase } = await import('./database.ts')
      held.push(...(await readDatabase(location, options)))
    } else if (files === undefined) held.push(...parsedInput(await textOf(process.stdin), options))
    else {
      for (let at = 0; at < files.length; at += atOnce) {
        const read = await Promise.all(
          files.slice(at, at + atOnce).map((file) => readFileSource(file, options)),
        )
        held.push(...read.flat())
        progress.advance(read.length)
      }
    }
    const isFile = files?.length === 1 && files[0]?.path === location
    if (options.mayBeEmpty === false && !isFile && !held.slice(before).some((one) => isTaken(one, options))) {
      end()
      throw await nothingFound(location, options)
    }
  }
  end()
  return held.filter(isSource)
}

/** What a location holds. */
type Held = Source | OtherObject

const isSource = (one: Held): one is Source => one.kind !== 'other'
const isOther = (one: Held): one is OtherObject => one.kind === 'other'
const isTaken = (one: Held, { onCluster }: SourceOptions): boolean =>
  isSource(one) || (one.cluster !== undefined && onCluster !== undefined)

function tellOthers(held: readonly Held[]): void {
  for (const { file, line, what } of held.filter(isOther)) {
    const note = `note     ${file}:${line}: is passed over: ${what} is no service definition`
    process.stderr.write(`${printable(note)}\n`)
  }
}

/** The code of `nothingFound`. */
export const noDefinitions = 'NO_DEFINITIONS'

/** Said where nothing looks like success, and is a name that was mistyped more often than not. */
export async function nothingFound(location: string, options: SourceOptions): Promise<Fault> {
  const place = isDatabase(location)
    ? await (await import('./database.ts')).emptyText(location, options)
    : location === standardInput
      ? 'standard input'
      : `${location}: looked for files that end in .json, .yaml and .yml`
  return new Fault(`no definitions found in ${place}`, { code: noDefinitions, retryable: false })
}

/** The files of a location; undefined for what is none. */
async function filesAt(location: string): Promise<readonly FoundFile[] | undefined> {
  if (location === standardInput || isDatabase(location)) return undefined
  try {
    const found = await stat(location)
    return found.isDirectory() ? await filesBelow(location) : [{ path: location }]
  } catch (thrown) {
    throw notThere(location, thrown)
  }
}

/** Shows no password: what is not there may be a connection string with a slip in it. */
function notThere(location: string, error: unknown): UsageError {
  const shown = withoutUserInfo(location)
  if (looksLikeUri(location)) {
    const forms = 'mongodb://… or mongodb+srv://…, without blanks or quotes before it'
    return new UsageError(`${shown} is no file, and no connection string: that is ${forms}`)
  }
  // The system's words end in the path.
  return new UsageError(`${shown} cannot be read: ${reasonOf(error).replace(/, \w+ '[\s\S]*$/, '')}`)
}

async function readFileSource(found: FoundFile, options: SourceOptions): Promise<readonly Held[]> {
  const { path } = found
  const unreadable = (problem: TextProblem): readonly Held[] => {
    return [{ kind: 'unreadable', file: path, problems: [problem] }]
  }
  if (found.unreadable !== undefined) return unreadable({ path: '', line: 1, message: found.unreadable })
  try {
    const decoded = utf8Text(await readFile(path))
    return decoded.kind === 'text' ? parsed(path, decoded.text, options) : unreadable(decoded.problem)
  } catch (thrown) {
    return unreadable({ path: '', line: 1, message: `cannot be read: ${reasonOf(thrown)}` })
  }
}

/** An empty file is a source with a problem: whoever wrote it meant to write something. */
function parsed(file: string, text: string, { namespace }: SourceOptions): readonly Held[] {
  return sourcesOf(text, { file, format: formatOf(file, text), namespace })
}

/** Nothing on standard input is what a command writes that had nothing to say. */
function parsedInput(text: string, options: SourceOptions): readonly Held[] {
  return text.trim() === '' ? [] : parsed(standardInput, text, options)
}

/** By the file's name, else by how the text begins. */
function formatOf(file: string, text: string): TextFormat {
  const named = textFormatOf(file.replace(/^.*[/\\]/, ''))
  return named ?? (/^\s*(?:\{|\/[*/]|#[^\n]*\n\s*\{)/.test(text) ? 'json' : 'yaml')
}
