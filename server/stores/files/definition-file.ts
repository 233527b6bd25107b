/** One file of a directory of definitions, read: pure. */
import { readDefinitionText } from '../../../common/apereo/definition-text.ts'
import { textFormatOf } from '../../../common/apereo/file-names.ts'
import { unsetId } from '../../../common/documents/definition-codec.ts'
import type { StoredDocument } from '../../../common/documents/service-definition.ts'
import { textHash } from '../../replication/entry.ts'
import { maxTextBytes } from '../../replication/transport.ts'

/** What is wrong with a file, or worth knowing about it. */
export interface FileProblem {
  /** Path inside the directory, with slashes. */
  readonly file: string
  /** 1-based; absent: the file as a whole. */
  readonly line?: number
  /** Field, as `decodeDefinition` names it. */
  readonly path?: string
  readonly message: string
}

/** A definition that was read from a file. */
export interface DefinitionFile {
  readonly file: string
  /** Decimal text of the definition's id. */
  readonly id: string
  readonly text: string
  /** `textHash` of the text. */
  readonly hash: string
  readonly document: StoredDocument
  /** What Apereo's classes do not know. */
  readonly notes: readonly FileProblem[]
  /** 1-based line of a field by its path, or of the nearest one above it. */
  lineOf(path: string): number
}

export type ReadFile =
  | { readonly kind: 'definition'; readonly definition: DefinitionFile }
  /** Nothing but blanks: what many programs leave for a moment before they write. */
  | { readonly kind: 'empty' }
  | {
      readonly kind: 'refused'
      readonly problems: readonly FileProblem[]
      /** What it says, where that could be read. */
      readonly document?: StoredDocument
    }

/** Never throws, whatever the bytes. */
export function readDefinitionBytes(file: string, bytes: Uint8Array): ReadFile {
  if (bytes.length > maxTextBytes) return refused(file, `is larger than ${maxTextBytes} bytes`)
  try {
    return readDefinitionFile(file, new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return refused(file, 'is not text in UTF-8')
  }
}

/** As `readDefinitionBytes`, of the text. */
export function readDefinitionFile(file: string, text: string): ReadFile {
  if (text.trim() === '') return { kind: 'empty' }
  const format = textFormatOf(file.slice(file.lastIndexOf('/') + 1))
  if (format === undefined) return refused(file, 'must end in .json, .yml or .yaml')
  const read = readDefinitionText(text, format)
  if (read.kind === 'unreadable') {
    return { kind: 'refused', problems: read.problems.map((problem) => ({ file, ...problem })) }
  }
  const { document, notes, lineOf } = read
  if (isManifest(document)) return refused(file, manifestMessage)
  const id = document['_id']
  if (typeof id !== 'bigint' || id === unsetId) {
    const message = 'is missing: every definition needs a whole number of its own'
    return { kind: 'refused', problems: [{ file, line: lineOf('id'), path: 'id', message }], document }
  }
  const definition = {
    file,
    id: id.toString(),
    text,
    hash: textHash(text),
    document,
    notes: notes.map((note) => ({ file, ...note })),
    lineOf,
  }
  return { kind: 'definition', definition }
}

const manifestMessage =
  "is a CasService manifest: servers read only Apereo's definitions from files; caspool export makes them"

function isManifest({ apiVersion, kind, serviceId }: StoredDocument): boolean {
  return typeof apiVersion === 'string' && kind === 'CasService' && serviceId === undefined
}

const refused = (file: string, message: string): ReadFile => ({
  kind: 'refused',
  problems: [{ file, message }],
})
