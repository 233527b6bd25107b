/** `caspool import`: definitions of an Apereo CAS become CasService manifests. */
import { mkdir, readFile, rm, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { systemClock } from '../../common/clock.ts'
import type { CasService } from '../../operator/api/cas-service.ts'
import { casServiceSchema } from '../../operator/api/crd-schemas.ts'
import { printable } from '../printable.ts'
import { parseArguments, UsageError } from '../usage.ts'
import { type Conversion, convert, type Remarked } from './conversion.ts'
import { importedHashAnnotation, sealed, uneditedManifests } from './import-hash.ts'
import { lintText } from './import-lint.ts'
import { isPlaceholder } from './import-refused.ts'
import { importedId } from './imported-id.ts'
import { isDatabase } from './location.ts'
import { endsInId } from './manifest-names.ts'
import { manifestsText, manifestText } from './manifest-text.ts'
import { isWithin, leftText, namesIn, writeFileIfChanged, writeFiles } from './output.ts'
import { nothingFound, readSources } from './sources.ts'

const help = `usage: caspool import SRC… --cluster NAME [OPTION…]

Turns service definitions of an Apereo CAS into CasService manifests. SRC is a directory or file with Apereo's JSON or
YAML, - for standard input, or mongodb://… for a MongoDB service registry. The same input gives the same bytes.

  --cluster NAME             CasCluster of the services
  --cluster-namespace NAME   namespace of the CasCluster, where it is another one than that of the services
  --namespace NAME           namespace of the services; default: none is written, kubectl chooses
  --output DIR|FILE          a directory with one file per service, or a .yaml file with all; default: standard output.
                             Services that are there keep the names that they have
  --id-in-names              names of new services end in the definition's id, so that none depends on other definitions
  --keep-going               write what can be imported although something is refused. For what is refused, a disabled
                             service is written that keeps its URLs from wider services
  --force                    replace files that no import has written, or that somebody has edited since
  --database NAME            of a mongodb:// without one; default: cas
  --collection NAME          default: cas-service-registry
  --help

What restricts access and has no place in a CasService refuses its definition, with file, line and field; nothing is
written then without --keep-going. What is left out and restricts nothing is told, as are definitions that stand twice or
that no URL reaches.

exit status:
  0  all is imported
  1  something is refused, or there is nothing to import, or the database cannot be read: nothing is written, but with
     --keep-going the rest, and what keeps the URLs of all that is refused
  2  the command is not understood, or a file is in the way that no import has written or that was edited: nothing is
     written
  3  with --keep-going: all is written, and URLs of something refused are not kept (its line begins with error)

  caspool import /etc/cas/services --cluster sso --output services/
  caspool import mongodb://cas.example.org/cas --cluster sso | kubectl apply --namespace sso --filename -
`

const options = {
  cluster: { type: 'string' },
  'cluster-namespace': { type: 'string' },
  namespace: { type: 'string' },
  output: { type: 'string', short: 'o' },
  'id-in-names': { type: 'boolean' },
  'keep-going': { type: 'boolean' },
  force: { type: 'boolean' },
  database: { type: 'string' },
  collection: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

/** 2 is a UsageError. */
const exitStatuses = {
  /** Without --keep-going nothing is written; with it no URL changes hands. */
  refused: 1,
  /** Something that was written may take URLs of what was refused. */
  open: 3,
} as const

export async function importDefinitions(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments(args, options)
  if (values.help) {
    process.stdout.write(help)
    return 0
  }
  if (positionals.length === 0)
    throw new UsageError('name a directory, a file, - or mongodb://… to import from')
  const cluster = values.cluster ?? ''
  if (cluster === '') throw new UsageError('--cluster NAME is needed: the CasCluster that shall serve them')
  for (const name of [cluster, values.namespace, values['cluster-namespace']]) {
    if (name !== undefined && !/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name)) {
      throw new UsageError(`"${name}" is no name in Kubernetes: lower-case letters, digits, hyphens`)
    }
  }
  const { output } = values
  if (output !== undefined) await refuseAmongSources(output, positionals)
  const before = output === undefined ? nothingBefore : await manifestsBefore(output)
  const clusterNamespace = values['cluster-namespace']
  const sources = await readSources(positionals, { ...values, mayBeEmpty: false })
  if (sources.length === 0) throw await nothingFound(positionals.join(', '), values)
  const conversion = convert(sources, {
    clusterRef: { name: cluster, ...(clusterNamespace === undefined ? {} : { namespace: clusterNamespace }) },
    namespace: values.namespace,
    idInNames: values['id-in-names'],
    kept: before.names,
    schema: casServiceSchema(),
  })
  const isRefused = conversion.refusedCount > 0
  tell(conversion, { isKeepGoing: values['keep-going'] === true })
  if (values['id-in-names'] === true) tellNames(conversion, before)
  const lintErrors = lintText(conversion, systemClock.now())
  if (lintErrors !== undefined) process.stderr.write(`${lintErrors}\n`)
  if (isRefused && values['keep-going'] !== true) {
    process.stderr.write('nothing is written: correct what is refused, or --keep-going\n')
    return exitStatuses.refused
  }
  const services = [...conversion.services, ...conversion.keeping]
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .map(sealed)
  if (output === undefined) process.stdout.write(manifestsText(services))
  else {
    const isWhole = await areMany(positionals)
    await write(services, { output, before, isForced: values.force === true, isWhole })
  }
  if (conversion.open.length > 0) return exitStatuses.open
  return isRefused ? exitStatuses.refused : 0
}

function tell(conversion: Conversion, { isKeepGoing }: { readonly isKeepGoing: boolean }): void {
  const { services, refused, refusedCount, keeping, notes } = conversion
  const line = ({ file, line: at, path, message }: Remarked) =>
    `${file}:${at}: ${path === '' ? '' : `${path} `}${message}`
  const keepingText = isKeepGoing && refusedCount > 0 ? ` (${keeping.length} kept as disabled services)` : ''
  const lines = [
    ...refused.map((one) => `refused  ${line(one)}`),
    ...(isKeepGoing ? conversion.kept.map((one) => `kept     ${line(one)}`) : []),
    ...(isKeepGoing ? conversion.open.map((one) => `error    ${line(one)}`) : []),
    ...notes.map((one) => `note     ${line(one)}`),
    `${services.length} imported, ${refusedCount} refused${keepingText}, ${notes.length} notes`,
  ]
  process.stderr.write(`${lines.map(printable).join('\n')}\n`)
}

/** A service that was there has its name for good: Kubernetes knows no other identity. */
function tellNames({ services, keeping }: Conversion, before: Before): void {
  const given = [...services, ...keeping].filter(({ metadata }) => {
    const id = importedId(metadata)
    return id !== undefined && before.names.get(id) === metadata.name && !endsInId(metadata.name, id)
  })
  if (given.length === 0) return
  const what =
    given.length === 1
      ? 'one service keeps the name that it has'
      : `${given.length} services keep the names that they have`
  process.stderr.write(`note     ${what}: --id-in-names is for new ones\n`)
}

interface Before {
  /** Names of services that an import has written, by the id of the definition. */
  readonly names: ReadonlyMap<bigint, string>
  /** Files there that no import has written. */
  readonly foreign: ReadonlySet<string>
  /** Files that an import has written, */
  readonly own: ReadonlySet<string>
  /** and of these those that are as it wrote them, with what is in them. */
  readonly unedited: ReadonlyMap<string, readonly CasService[]>
}

const nothingBefore: Before = {
  names: new Map(),
  foreign: new Set(),
  own: new Set(),
  unedited: new Map(),
}

const isFile = (output: string): boolean => ['.yaml', '.yml'].includes(extname(output))

const directoryOf = (output: string): string => (isFile(output) ? dirname(output) : output)

/** Manifests among definitions would be read as such by the next import, and by an Apereo CAS. */
async function refuseAmongSources(output: string, locations: readonly string[]): Promise<void> {
  const directory = directoryOf(output)
  for (const location of locations) {
    const isDirectory = !isDatabase(location) && (await stat(location).catch(() => undefined))?.isDirectory()
    if (isDirectory !== true || !(await isWithin(directory, location))) continue
    throw new UsageError(
      `--output ${output} lies in ${location}, where the definitions are: name a place outside of it`,
    )
  }
}

/** What stands where the manifests go. */
async function manifestsBefore(output: string): Promise<Before> {
  const directory = directoryOf(output)
  const found = await stat(directory).catch(() => undefined)
  if (found !== undefined && !found.isDirectory()) {
    throw new UsageError(`--output ${output} is a file: name a directory, or a file that ends in .yaml`)
  }
  const there = await namesIn(directory)
  const files = isFile(output)
    ? there.filter((name) => name === basename(output))
    : there.filter((name) => isFile(name))
  return writtenBefore(directory, files)
}

async function writtenBefore(directory: string, files: readonly string[]): Promise<Before> {
  const names = new Map<bigint, string>()
  const unedited = new Map<string, readonly CasService[]>()
  for (const name of files) {
    // One that is as an import wrote it has no problems to be looked for.
    const manifests = uneditedManifests(await readFile(join(directory, name), 'utf8').catch(() => ''))
    if (manifests === undefined) continue
    unedited.set(name, manifests)
    for (const { metadata } of manifests) {
      const id = importedId(metadata)
      if (id !== undefined) names.set(id, metadata.name)
    }
  }
  const sources = await readSources(
    files.filter((name) => !unedited.has(name)).map((name) => join(directory, name)),
    { tellsOthers: false },
  )
  const own = new Set(unedited.keys())
  const foreign = new Set<string>()
  for (const source of sources) {
    const metadata = source.kind === 'definition' ? source.manifest?.metadata : undefined
    const id = importedId(metadata)
    // A definition that had no id of its own is known by the hash alone.
    const isOwn = id !== undefined || metadata?.annotations?.[importedHashAnnotation] !== undefined
    ;(isOwn ? own : foreign).add(basename(source.file))
    if (id !== undefined && metadata !== undefined) names.set(id, metadata.name)
  }
  for (const name of files) if (!own.has(name)) foreign.add(name)
  return { names, own, unedited, foreign }
}

interface Target {
  readonly output: string
  readonly before: Before
  readonly isForced: boolean
  /** What is imported is more than single files: what it lacks is gone, as a rule. */
  readonly isWhole: boolean
}

async function write(services: readonly CasService[], target: Target): Promise<void> {
  const { output, before, isForced, isWhole } = target
  const files = isFile(output)
    ? new Map([[basename(output), manifestsText(services)]])
    : new Map(services.map((service) => [`${service.metadata.name}.yaml`, manifestText(service)]))
  if (!isForced) await refuseToReplace(files, { directory: directoryOf(output), before })
  if (isFile(output)) {
    await mkdir(dirname(output), { recursive: true })
    const isChanged = await writeFileIfChanged(output, files.get(basename(output)) ?? '')
    process.stderr.write(`${printable(output)} is ${isChanged ? 'written' : 'as it was'}\n`)
    return
  }
  const { changed, unchanged } = await writeFiles(output, files)
  const unneeded = [...before.unedited]
    .filter(([name, kept]) => !files.has(name) && kept.every((one) => isCorrected(one, services)))
    .map(([name]) => name)
  for (const name of unneeded) await rm(join(output, name))
  const left = [...before.own].filter((name) => !files.has(name) && !unneeded.includes(name))
  const told = [
    `${changed} files written, ${unchanged} as they were`,
    ...(unneeded.length === 0
      ? []
      : [`removed, as what they kept URLs for is imported now: ${unneeded.join(', ')}`]),
    ...(isWhole && left.length > 0 ? [leftText(left)] : []),
  ]
  process.stderr.write(`${printable(`${output}: ${told.join('; ')}`)}\n`)
}

/** A placeholder whose URLs have a service now. It would go on keeping them, from that one. */
function isCorrected(before: CasService, services: readonly CasService[]): boolean {
  if (!isPlaceholder(before)) return false
  const urls = [before.spec.serviceId, before.spec.match]
  return services.some(
    (other) => !isPlaceholder(other) && isDeepStrictEqual([other.spec.serviceId, other.spec.match], urls),
  )
}

async function areMany(locations: readonly string[]): Promise<boolean> {
  for (const location of locations) {
    if (isDatabase(location) || (location !== '-' && (await stat(location)).isDirectory())) return true
  }
  return false
}

/** Throws UsageError when a file would be replaced whose text is not an import's. */
async function refuseToReplace(
  files: ReadonlyMap<string, string>,
  { directory, before }: { readonly directory: string; readonly before: Before },
): Promise<void> {
  const inTheWay = [...files.keys()].filter((name) => before.foreign.has(name))
  if (inTheWay.length > 0) {
    throw new UsageError(
      `${inTheWay.join(', ')} in ${directory} was not written by an import; --force replaces it`,
    )
  }
  const edited: string[] = []
  for (const [name, text] of files) {
    if (!before.own.has(name) || before.unedited.has(name)) continue
    if ((await readFile(join(directory, name), 'utf8')) !== text) edited.push(name)
  }
  if (edited.length === 0) return
  throw new UsageError(
    `${edited.join(', ')} in ${directory} was edited after its import, and would be replaced; nothing is written. Move the edits into the definition, or --force replaces the file`,
  )
}
