/**
 * A service definition as text in Apereo's JSON or YAML, and as the document that Apereo's MongoDB registry stores.
 * Nothing here decides what a definition means: `decodeDefinition` does, on the document.
 */
import type { StoredDocument } from '../documents/service-definition.ts'
import { lineOf, writtenPath } from './document-line.ts'
import { nodeOf } from './document-to-node.ts'
import { readHjson } from './hjson-reader.ts'
import { writeJson } from './json-writer.ts'
import type { TextProblem } from './tree.ts'
import { documentOf } from './tree-to-document.ts'
import { readYaml } from './yaml-reader.ts'
import { writeYaml } from './yaml-writer.ts'

export type { TextProblem } from './tree.ts'

export type TextFormat = 'json' | 'yaml'

export type ReadText =
  | {
      readonly kind: 'read'
      readonly document: StoredDocument
      /** What Apereo's classes do not know, or know as another type; carried in the document as it stands. */
      readonly notes: readonly TextProblem[]
      /** 1-based line of the node at a path of `decodeDefinition`, else of the nearest one above. */
      lineOf(path: string): number
      /** A path of `decodeDefinition` with the names that stand in the text: `_id` -> `id`. */
      pathOf(path: string): string
    }
  /** Paths as they stand in the text. */
  | { readonly kind: 'unreadable'; readonly problems: readonly TextProblem[] }

/** The document in a text. Never throws, whatever the text holds. */
export function readDefinitionText(text: string, format: TextFormat): ReadText {
  const read = format === 'json' ? readHjson(text) : readYaml(text)
  if (read.kind === 'unreadable') return { kind: 'unreadable', problems: [read.problem] }
  const { tree } = read
  const converted = documentOf(tree)
  const pathOf = (path: string) => writtenPath(tree, path)
  if (converted.kind === 'unreadable') {
    const problems = converted.problems.map((problem) => ({ ...problem, path: pathOf(problem.path) }))
    return { kind: 'unreadable', problems }
  }
  const { document, notes } = converted
  return { kind: 'read', document, notes, lineOf: (path) => lineOf(tree, path), pathOf }
}

/** The text of a document, as Apereo writes it: fields that hold Apereo's defaults are left out. */
export function writeDefinitionText(document: StoredDocument, format: TextFormat): string {
  const node = nodeOf(document)
  return format === 'json' ? writeJson(node) : writeYaml(node)
}
