/** A text as what lint looks at: one definition of Apereo's, or objects of Kubernetes. Never throws. */
import { readDefinitionText, type TextFormat } from '../../common/apereo/definition-text.ts'
import { decodeDefinition, unsetId } from '../../common/documents/definition-codec.ts'
import { patternProblems } from '../../common/documents/definition-patterns.ts'
import { isDocument } from '../../common/documents/document-reader.ts'
import type { DefinitionProblem, StoredDocument } from '../../common/documents/service-definition.ts'
import { kustomization, manifestSources } from './manifest-source.ts'
import type { DefinitionSource, OtherObject, Source } from './source.ts'

export interface TextPlace {
  /** As it was given: a path, or a name for what is no file. */
  readonly file: string
  /** What the name of the file promises. */
  readonly format: TextFormat
  /** Of manifests that name none. */
  readonly namespace?: string | undefined
}

/** What a text holds. */
export function sourcesOf(
  text: string,
  { file, format, namespace }: TextPlace,
): readonly (Source | OtherObject)[] {
  const objects = manifestSources(text, { file, namespace }) ?? kustomization(text, file)
  return objects ?? [apereoSource(file, text, format)]
}

/** A definition in Apereo's JSON or YAML. */
export function apereoSource(file: string, text: string, format: TextFormat): Source {
  const read = readDefinitionText(text, format)
  if (read.kind === 'unreadable') return { kind: 'unreadable', file, problems: read.problems }
  const { document, notes, lineOf, pathOf } = read
  if (namingFields.some((field) => Object.hasOwn(document, field))) {
    const place = { file, origin: 'apereo', notes, lineOf, pathOf } as const
    return documentSource({ ...place, document: withoutUnsetId(document) })
  }
  // Values of Helm, say. It still is an error: what it restricts, if it is a definition, would be lost.
  const message = 'is no service definition: no @class, id, name and serviceId'
  const misspelt = notes.filter(({ meant }) => meant !== undefined)
  return { kind: 'unreadable', file, problems: [{ path: '', line: lineOf(''), message }, ...misspelt] }
}

/** As servers take files: one that says the id of what has none is refused like one that says nothing of it. */
function withoutUnsetId(document: StoredDocument): StoredDocument {
  const { _id: id, ...others } = document
  return id === unsetId ? others : document
}

/** Of a document: whatever is a definition has all of them. */
const namingFields = ['_class', '_id', 'name', 'serviceId']

/** A document as Apereo stores it. */
export function documentSource(place: {
  readonly file: string
  readonly origin: 'apereo' | 'database'
  readonly document: StoredDocument
  readonly notes?: readonly DefinitionProblem[]
  lineOf(path: string): number
  /** Absent: paths are those of the document. */
  pathOf?(documentPath: string): string
}): DefinitionSource {
  const pathOf = place.pathOf ?? ((path: string) => path)
  const inSource = (found: readonly DefinitionProblem[]) =>
    found.map((one) => ({ ...one, path: pathOf(one.path) }))
  const decoded = decodeDefinition(place.document)
  const base = {
    kind: 'definition',
    file: place.file,
    origin: place.origin,
    document: place.document,
    pathOf,
    lineOf: place.lineOf,
  } as const
  const notes = inSource(place.notes ?? [])
  if (decoded.kind === 'refused') {
    const { claim } = decoded
    const problems = inSource(decoded.problems)
    const others = inSource(notesOfKnownClasses(place.notes ?? [], { ...place, ...decoded })).filter(
      ({ path }) => !problems.some((one) => one.path === path || one.path.startsWith(`${path}.`)),
    )
    return { ...base, definition: undefined, claim, problems, notes: others }
  }
  const { definition } = decoded
  const ignored = inSource(decoded.ignored)
  const problems = inSource(patternProblems(definition))
  // Reader and codec may both remark on one field.
  const seen = new Set(notes.map(({ path }) => path))
  return {
    ...base,
    definition: problems.length === 0 ? definition : undefined,
    claim: definition,
    problems,
    notes: [...notes, ...ignored.filter(({ path }) => !seen.has(path))],
  }
}

/** Of the fields of a class that is refused nobody here knows what they mean: nothing is to be done about them. */
function notesOfKnownClasses(
  notes: readonly DefinitionProblem[],
  {
    document,
    problems,
  }: { readonly document: StoredDocument; readonly problems: readonly DefinitionProblem[] },
): readonly DefinitionProblem[] {
  const refused = problems.flatMap(({ path }) =>
    /(^|\.)_class$/.test(path) && isStated(document, path) ? [path.slice(0, -'_class'.length)] : [],
  )
  return notes.filter(({ path }) => !refused.some((above) => path.startsWith(above)))
}

const isStated = (document: StoredDocument, path: string): boolean =>
  path
    .split('.')
    .reduce(
      (at: unknown, step) => (isDocument(at) || Array.isArray(at) ? Object(at)[step] : undefined),
      document,
    ) !== undefined
