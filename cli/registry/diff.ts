/** `caspool diff`: what a registry would have to change to say what files or manifests say. */
import type { StoredDocument } from '../../common/documents/service-definition.ts'
import { Fault } from '../../common/fault.ts'
import type { DefinitionSource, Source } from '../lint/source.ts'
import { printable, printableJson } from '../printable.ts'
import { choiceOf, parseArguments, UsageError } from '../usage.ts'
import { type Difference, differences, valueText } from './difference.ts'
import { databaseOfHome } from './home.ts'
import { importedIdProblem, withImportedId } from './imported-id.ts'
import { isDatabase } from './location.ts'
import { nothingFound, readSources } from './sources.ts'

const help = `usage: caspool diff SRC… mongodb://… [OPTION…]
       caspool diff SRC… --home DIR [OPTION…]

What differs between service definitions in files (an Apereo CAS's, or CasService manifests) and the registry of a live
pool: + is only in the files, - only in the registry, ~ in both with other fields. Definitions are told apart by id: that
of the file or, of a manifest, the one that derives from its namespace and name. Defaults that one side writes out are no
difference. Against the API server, kubectl diff --filename does the same.

Text shows a field as FIELD: WHAT THE REGISTRY SAYS -> WHAT THE FILES SAY. In json, left is what the files say and right what
the registry says, absent where the field is not there; kind is onlyLeft (only in the files), onlyRight or changed; id is
absent where a definition has none.

  --imported-ids        manifests that an import wrote have the ids that their definitions had before it, as in the
                        registry of the Apereo CAS that they come from
  --home DIR            the pool that caspool demo --home DIR runs, in place of mongodb://…
  --namespace NAME      of manifests that name none; default: default
  --format FORMAT       text (default) or json
  --database NAME       of a mongodb:// without one; default: cas
  --collection NAME     default: cas-service-registry
  --help

exit status: 0 nothing differs, 1 something does, 2 it cannot be told, as where SRC holds no definition; a registry without any
may be that of a new pool, and is noted

  caspool diff crds/samples/services --home ~/.local/share/caspool/demo
  caspool diff services/ mongodb://127.0.0.1:27017/cas
  caspool diff services/ mongodb://cas.example.org/cas --imported-ids
`

const options = {
  'imported-ids': { type: 'boolean' },
  home: { type: 'string' },
  namespace: { type: 'string', default: 'default' },
  format: { type: 'string', default: 'text' },
  database: { type: 'string' },
  collection: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

export async function diff(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments(args, options)
  if (values.help) {
    process.stdout.write(help)
    return 0
  }
  const format = choiceOf('--format', values.format, ['text', 'json'])
  const { files, database } = await sidesOf(positionals, values.home)
  const [left, right] = await bothSides(files, database, values)
  const documentOf = values['imported-ids'] === true ? withImportedId : asItIs
  const found = differences(documentsOf(left, documentOf), documentsOf(right, asItIs))
  if (format === 'json') process.stdout.write(`${printableJson(jsonText(found))}\n`)
  else {
    process.stdout.write(found.map(differenceText).join(''))
    if (found.length > 0) process.stderr.write(`${summary(found)}\n`)
  }
  return found.length === 0 ? 0 : 1
}

async function sidesOf(positionals: readonly string[], home: string | undefined) {
  const databases = positionals.filter(isDatabase)
  const files = positionals.filter((location) => !isDatabase(location))
  if (home !== undefined) databases.push(await databaseOfHome(home))
  const [database] = databases
  if (database === undefined || databases.length > 1)
    throw new UsageError('name one pool: mongodb://… or --home DIR')
  if (files.length === 0) throw new UsageError('name files or directories to compare the pool with')
  return { files, database }
}

type Values = Parameters<typeof readSources>[1] & {
  readonly namespace: string
  readonly 'imported-ids'?: boolean | undefined
}

/** What cannot be read is no difference: it ends the command with another status. */
async function bothSides(files: readonly string[], database: string, values: Values) {
  try {
    const left = await readSources(files, { ...values, mayBeEmpty: false })
    if (left.length === 0) throw await nothingFound(files.join(', '), values)
    const unreadable = left.flatMap((source) => [
      ...problemLines(source),
      ...(values['imported-ids'] === true ? idProblemLines(source) : []),
    ])
    if (unreadable.length > 0) throw new UsageError(`cannot be read:\n  ${unreadable.join('\n  ')}`)
    const right = await readSources([database], values)
    if (right.length === 0) tellEmpty(await nothingFound(database, values))
    return [left, right] as const
  } catch (error) {
    throw error instanceof Fault ? new UsageError(error.message) : error
  }
}

/** A new pool is empty, and so is what a mistyped name leads to: only people can tell. */
function tellEmpty({ message }: Fault): void {
  process.stderr.write(`${printable(`note     ${message}`)}\n`)
}

/** Why there is nothing to compare with, with the lines. */
function problemLines(source: Source): readonly string[] {
  const { file } = source
  const text = (line: number, path: string, message: string) =>
    printable(`${file}:${line}: ${path === '' ? '' : `${path} `}${message}`)
  if (source.kind === 'unreadable')
    return source.problems.map(({ line, path, message }) => text(line, path, message))
  if (source.document !== undefined) return []
  return source.problems.map(({ path, message }) => text(source.lineOf(path), path, message))
}

/** Compared under another id, it would be on one side only. */
function idProblemLines(source: Source): readonly string[] {
  if (source.kind === 'unreadable') return []
  const problem = importedIdProblem(source)
  const place = `${source.file}:${source.lineOf('metadata.annotations')}`
  return problem === undefined ? [] : [printable(`${place}: ${problem}`)]
}

type DocumentOf = (source: DefinitionSource) => StoredDocument | undefined

const asItIs: DocumentOf = ({ document }) => document

function documentsOf(sources: readonly Source[], documentOf: DocumentOf): readonly StoredDocument[] {
  const documents = sources.map((source) => (source.kind === 'definition' ? documentOf(source) : undefined))
  return documents.filter((document) => document !== undefined)
}

const marks = { onlyLeft: '+', onlyRight: '-', changed: '~' } as const

function differenceText(difference: Difference): string {
  const head = `${printable(`${marks[difference.kind]} ${difference.name} (${difference.id ?? 'no id'})`)}\n`
  if (difference.kind !== 'changed') return head
  const lines = difference.fields.map(
    ({ path, left, right }) => `    ${printable(`${path}: ${valueText(right)} -> ${valueText(left)}`)}\n`,
  )
  return `${head}${lines.join('')}`
}

function summary(found: readonly Difference[]): string {
  const count = (kind: Difference['kind']) => found.filter((one) => one.kind === kind).length
  return `${count('onlyLeft')} only in the files, ${count('onlyRight')} only in the registry, ${count('changed')} changed`
}

function jsonText(found: readonly Difference[]): string {
  return JSON.stringify(
    found,
    (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
    2,
  )
}
