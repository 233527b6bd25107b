/**
 * A service definition as text in Apereo's JSON or YAML, and as the document that Apereo's MongoDB registry stores.
 * Nothing here decides what a definition means: `decodeDefinition` does, on the document.
 */
import type { StoredDocument } from '../documents/service-definition.ts'
import { lineOf } from './document-line.ts'
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
    }
  | { readonly kind: 'unreadable'; readonly problems: readonly TextProblem[] }

/** The document in a text. Never throws, whatever the text holds. */
export function readDefinitionText(text: string, format: TextFormat): ReadText {
  const read = format === 'json' ? readHjson(text) : readYaml(text)
  if (read.kind === 'unreadable') return { kind: 'unreadable', problems: [read.problem] }
  const { tree } = read
  const converted = documentOf(tree)
  if (converted.kind === 'unreadable') return converted
  const { document, notes } = converted
  return { kind: 'read', document, notes, lineOf: (path) => lineOf(tree, path) }
}

/** The text of a document, as Apereo writes it: fields that hold Apereo's defaults are left out. */
export function writeDefinitionText(document: StoredDocument, format: TextFormat): string {
  const node = nodeOf(document)
  return format === 'json' ? writeJson(node) : writeYaml(node)
}
