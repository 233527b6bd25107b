/** `caspool export`: a registry as files of an Apereo CAS, or as CasService manifests. */
import { collections } from '../../common/contract.ts'
import { Fault } from '../../common/fault.ts'
import { casServiceSchema } from '../../operator/api/crd-schemas.ts'
import { printable } from '../printable.ts'
import { choiceOf, parseArguments, UsageError } from '../usage.ts'
import { definitionFiles, manifestFiles } from './exported-files.ts'
import { databaseOfHome } from './home.ts'
import { leftFiles } from './left-files.ts'
import { type DatabaseOptions, isDatabase } from './location.ts'
import { leftText, namesIn, writeFiles } from './output.ts'
import { nothingFound, readSources } from './sources.ts'

const help = `usage: caspool export SRC… --output DIR [OPTION…]

Writes service definitions as files that an Apereo CAS reads, under the names that it gives them, or as CasService
manifests. SRC is mongodb://… for a registry, or a directory or file with manifests or Apereo's definitions.

  --home DIR            the pool that caspool demo --home DIR runs
  --output DIR          made if it is not there
  --format FORMAT       json (default) or yaml, as Apereo CAS reads them, or manifest
  --imported-ids        definitions from imported manifests get back the ids that they had before the import
  --cluster NAME        CasCluster of the manifests; needed with --format manifest
  --namespace NAME      namespace of the manifests; of manifests in SRC that name none, which ids derive from: default
  --force               write into a directory that is not empty: files that differ are replaced, others stay,
                        and those of the same definitions under other names are told
  --database NAME       of a mongodb:// without one; default: cas
  --collection NAME     default: cas-service-registry
  --help

Definitions that servers here would refuse are written as they are to json and yaml: nothing of them is lost. As
manifests they become disabled services that keep their URLs; those of a pool keep the names of its CasServices, but not
the annotations that import made there: export those manifests from where they are kept. What import --keep-going wrote in
place of refused definitions is written to json and yaml, disabled as it is, and told.

exit status: 0 all is written, 1 something could not be, or was disabled, or there are no definitions in a SRC; 2 the
command is not understood

  caspool export mongodb://127.0.0.1:27017/cas --output services/
  caspool export manifests/ --format yaml --imported-ids --output services/
`

const options = {
  home: { type: 'string' },
  output: { type: 'string', short: 'o' },
  format: { type: 'string', default: 'json' },
  'imported-ids': { type: 'boolean' },
  cluster: { type: 'string' },
  namespace: { type: 'string' },
  force: { type: 'boolean' },
  database: { type: 'string' },
  collection: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

export async function exportDefinitions(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments(args, options)
  if (values.help) {
    process.stdout.write(help)
    return 0
  }
  const format = choiceOf('--format', values.format, ['json', 'yaml', 'manifest'])
  const { output, cluster } = values
  const locations = [...positionals]
  if (values.home !== undefined) locations.push(await databaseOfHome(values.home))
  if (locations.length === 0)
    throw new UsageError('name mongodb://…, --home DIR, a directory or a file to export from')
  if (output === undefined) throw new UsageError('--output DIR is needed')
  if (format === 'manifest' && cluster === undefined)
    throw new UsageError('--format manifest needs --cluster NAME')
  const there = await namesIn(output)
  if (there.length > 0 && values.force !== true) {
    throw new UsageError(`${output} holds ${there.length} files already: name an empty directory, or --force`)
  }
  const sources = await readSources(locations, { ...values, mayBeEmpty: false })
  if (sources.length === 0) throw await nothingFound(locations.join(', '), values)
  const {
    files,
    disabled,
    problems,
    renamed = [],
    missing,
    ids,
  } = format === 'manifest'
    ? manifestFiles(sources, {
        clusterRef: { name: cluster ?? '' },
        namespace: values.namespace,
        kept: await namesInPools(locations.filter(isDatabase), values),
        schema: casServiceSchema(),
      })
    : definitionFiles(sources, { format, hasImportedIds: values['imported-ids'] === true })
  const left =
    there.length === 0 ? [] : await leftFiles(output, { files, ids, isManifest: format === 'manifest' })
  const { changed, unchanged } = await writeFiles(output, files)
  const lines = [
    ...disabled.map((one) => `disabled     ${one}`),
    ...problems.map((one) => `not written  ${one}`),
    ...renamed.map((one) => `renamed      ${one}`),
  ]
  for (const line of lines) process.stderr.write(`${printable(line)}\n`)
  const disabledText = disabled.length === 0 ? '' : `${disabled.length} disabled, `
  process.stderr.write(
    `${printable(output)}: ${changed} files written, ${unchanged} as they were, ${disabledText}${missing} not written${left.length === 0 ? '' : `; ${printable(leftText(left))}`}\n`,
  )
  return disabled.length + missing === 0 ? 0 : 1
}

/** Services that a pool has made of CasServices are called as those are. */
async function namesInPools(
  uris: readonly string[],
  options: DatabaseOptions,
): Promise<ReadonlyMap<bigint, string>> {
  const isOfPool = (options.collection ?? collections.services) === collections.services
  if (uris.length === 0 || !isOfPool) return new Map()
  const { readServiceNames } = await import('./database.ts')
  const names = await Promise.all(
    uris.map((uri) =>
      readServiceNames(uri, options).catch((thrown: unknown) => {
        if (!(thrown instanceof Fault)) throw thrown
        process.stderr.write(
          `${printable(`note     names are made of the definitions': ${thrown.message}`)}\n`,
        )
        return new Map<bigint, string>()
      }),
    ),
  )
  return new Map(names.flatMap((some) => [...some]))
}
