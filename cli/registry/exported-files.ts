/** The files that an export writes, as texts by name. Pure. */
import type { DefinitionSource, Source } from '../lint/source.ts'
import { type ConversionOptions, convert, type Remarked } from './conversion.ts'
import { definitionText } from './definition-text.ts'
import { refusalBehind } from './import-refused.ts'
import { importedId, importedIdProblem, withImportedId } from './imported-id.ts'
import { manifestText } from './manifest-text.ts'

/** What an export writes, and what is to be said of it. */
export interface ExportedFiles {
  /** Text by name. */
  readonly files: ReadonlyMap<string, string>
  /** What is written and only keeps URLs, each with all that speaks against the definition in whose place it stands. */
  readonly disabled: readonly string[]
  /** What is not written, and why. */
  readonly problems: readonly string[]
  /** Services that could not keep their names. */
  readonly renamed?: readonly string[]
  /** How many definitions and files `problems` is about. */
  readonly missing: number
  /** What is written stands under these ids: those of definitions, or those that manifests say they were imported with. */
  readonly ids: ReadonlySet<bigint>
}

/** CasServices, one per file. */
export function manifestFiles(sources: readonly Source[], options: ConversionOptions): ExportedFiles {
  const conversion = convert(sources, options)
  const { services, keeping, refused, refusedCount, kept } = conversion
  const written = [...services, ...keeping].map(
    (one) => [`${one.metadata.name}.yaml`, manifestText(one)] as const,
  )
  const keptFiles = new Set(kept.map(({ file }) => file))
  const reasonsByFile = Map.groupBy(refused, ({ file }) => file)
  const disabled: string[] = []
  const problems: string[] = []
  for (const [file, reasons] of reasonsByFile) {
    if (keptFiles.has(file)) disabled.push(`${file}: ${reasons.map(reasonText).join('; ')}`)
    else problems.push(...reasons.map((one) => `${file}:${one.line}: ${reasonText(one)}`))
  }
  const renamed = [...services, ...keeping].flatMap(({ metadata }) => {
    const name = options.kept?.get(importedId(metadata) ?? 0n) ?? metadata.name
    return name === metadata.name ? [] : [`${name} to ${metadata.name}: another service has that name`]
  })
  const ids = new Set([...services, ...keeping].flatMap(({ metadata }) => importedId(metadata) ?? []))
  const missing = refusedCount - keeping.length
  return { files: new Map(written), disabled, problems, renamed, missing, ids }
}

const reasonText = ({ path, message }: Pick<Remarked, 'path' | 'message'>): string =>
  path === '' ? message : `${path} ${message}`

interface DefinitionFormat {
  readonly format: 'json' | 'yaml'
  /** Ids of manifests are those that their definitions had before an import. */
  readonly hasImportedIds: boolean
}

/** Definitions as an Apereo CAS reads them, one per file. */
export function definitionFiles(
  sources: readonly Source[],
  { format, hasImportedIds }: DefinitionFormat,
): ExportedFiles {
  const files = new Map<string, string>()
  const ids = new Set<bigint>()
  const problems: string[] = []
  const disabled: string[] = []
  let missing = 0
  for (const source of sources) {
    const written = source.kind === 'definition' ? fileOf(source, { format, hasImportedIds }) : undefined
    if (written !== undefined && !files.has(written.name)) {
      files.set(written.name, written.text)
      ids.add(written.id)
      disabled.push(...placeholderText(source))
      continue
    }
    missing += 1
    if (written === undefined) problems.push(...reasons(source, hasImportedIds))
    else problems.push(`${source.file}: ${written.name} is written already`)
  }
  return { files, disabled, problems, missing, ids }
}

/** Copied to an Apereo CAS, it would replace the definition that works there. */
function placeholderText(source: Source): readonly string[] {
  const reason = source.kind === 'definition' ? refusalBehind(source) : undefined
  if (reason === undefined) return []
  return [
    `${source.file}: only keeps the URLs of a definition that import refused, and lets nobody in: ${reason}`,
  ]
}

function fileOf(source: DefinitionSource, { format, hasImportedIds }: DefinitionFormat) {
  if (hasImportedIds && importedIdProblem(source) !== undefined) return undefined
  const document = hasImportedIds ? withImportedId(source) : source.document
  return document === undefined ? undefined : definitionText(document, format)
}

function reasons(source: Source, hasImportedIds: boolean): readonly string[] {
  const idProblem = hasImportedIds && source.kind === 'definition' ? importedIdProblem(source) : undefined
  if (idProblem !== undefined) return [`${source.file}: ${idProblem}`]
  if (source.problems.length === 0) return [`${source.file}: has no id, or no name`]
  return source.problems.map(({ path, message }) => `${source.file}: ${reasonText({ path, message })}`)
}
