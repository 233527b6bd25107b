/** Documents of replicated definitions, each made once for one text: pure. */
import type { StoredDocument } from '../../../common/documents/service-definition.ts'
import { shortText } from '../../../common/documents/short-text.ts'
import type { FoundFile } from '../../replication/directory-state.ts'
import { entryHash } from '../../replication/entry.ts'
import type { Replica } from '../../replication/replica.ts'
import type { DefinitionEntry } from '../../replication/transport.ts'
import type { Refusal } from '../../services/registry-source.ts'
import { claimOf, takesUrlsOf } from '../../services/service-claim.ts'
import { readDefinitionFile } from './definition-file.ts'
import type { DirectoryContents } from './directory-contents.ts'
import { problemText, refusedServices } from './refusals.ts'
import { noServices, type Services } from './services-source.ts'

export interface ServedDefinition {
  readonly hash: string
  /** Absent: no text of this id was ever readable here. */
  readonly document?: StoredDocument
  readonly refused?: Refusal
}

export type ServedDefinitions = ReadonlyMap<string, ServedDefinition>

/** What is served of these texts, by id; what is as it was before keeps its identity. */
export function servedDefinitions(
  texts: Iterable<readonly [string, FoundFile]>,
  before: ServedDefinitions,
  contents: DirectoryContents | undefined,
): ServedDefinitions {
  const next = new Map<string, ServedDefinition>()
  for (const [id, text] of texts) {
    const known = before.get(id)
    next.set(id, known?.hash === text.hash ? known : served(id, text, { known, contents }))
  }
  return next
}

/** The document of an entry's text, if it is that which is served. */
export function servedDocument(
  served: ServedDefinitions,
  entry: DefinitionEntry,
): StoredDocument | undefined {
  const { hash, document, refused } = served.get(entry.id) ?? {}
  return hash === entryHash(entry) && refused === undefined ? document : undefined
}

export function isSameServed(one: ServedDefinitions, other: ServedDefinitions): boolean {
  return one.size === other.size && one.entries().every(([id, served]) => other.get(id) === served)
}

function served(
  id: string,
  { file, hash, text }: FoundFile,
  { known, contents }: { known: ServedDefinition | undefined; contents: DirectoryContents | undefined },
): ServedDefinition {
  const own = contents?.definitions.get(id)
  if (own?.hash === hash) return { hash, document: own.document }
  const read = readDefinitionFile(file, text)
  if (read.kind === 'definition' && read.definition.id === id)
    return { hash, document: read.definition.document }
  // Another node reads what this one does not, or somebody else wrote into the store.
  const reason = read.kind === 'refused' ? read.problems.map(problemText).join('; ') : `does not define ${id}`
  const before = known?.document
  const urls = before === undefined ? 'open' : 'asBefore'
  const refused: Refusal = { id, file, urls, reason: `${shortText(file)}: ${reason}` }
  return { hash, refused, ...(before !== undefined && { document: before }) }
}

/** What there is to be served of these definitions, and what this node's directory has that cannot be. */
export function servicesOf(
  served: ServedDefinitions,
  { contents, replica }: { readonly contents: DirectoryContents | undefined; readonly replica: Replica },
): Services {
  const documents = new Map<string, StoredDocument>()
  const fileOf = (id: string): string | undefined => {
    const entry = replica.entries.get(id)
    const file = entry?.kind === 'definition' ? entry.file : contents?.definitions.get(id)?.file
    // A node gives a file another name where its own is taken.
    return replica.knownFiles.get(id)?.file ?? file
  }
  // A file that this node cannot read, also since its start, stands for what others hold of it.
  const servedFiles = new Map(
    Array.from(served).flatMap(([id, { document }]) =>
      document === undefined ? [] : [[fileOf(id), document]],
    ),
  )
  const ofFiles = contents === undefined ? noServices : refusedServices(contents)
  const refused = ofFiles.refused.map((refusal) =>
    refusal.urls === 'open' && servedFiles.has(refusal.file)
      ? { ...refusal, urls: 'asBefore' as const }
      : refusal,
  )
  const withheld = new Map(ofFiles.withheld)
  for (const [key, { file, reason, document }] of ofFiles.withheld) {
    const counting = servedFiles.get(file)
    if (counting === undefined || !takesUrlsOf(claimOf(counting), claimOf(document))) continue
    withheld.delete(key)
    refused.push({ id: key, file, reason, urls: 'asBefore' })
  }
  for (const [id, definition] of served) {
    if (definition.document !== undefined) documents.set(id, definition.document)
    if (definition.refused !== undefined) refused.push(definition.refused)
  }
  return { documents, refused, withheld, fileOf }
}
