/** Definitions as files of an Apereo CAS. Pure. */
import { type TextFormat, writeDefinitionText } from '../../common/apereo/definition-text.ts'
import { definitionFileName } from '../../common/apereo/file-names.ts'
import type { StoredDocument } from '../../common/documents/service-definition.ts'

export interface DefinitionText {
  readonly id: bigint
  readonly name: string
  readonly text: string
}

/** A file of Apereo's name and form; undefined for a document without id or name, which has no file. */
export function definitionText(document: StoredDocument, format: TextFormat): DefinitionText | undefined {
  const { _id: id, name } = document
  const isNumber = typeof id === 'bigint' || (typeof id === 'number' && Number.isSafeInteger(id))
  if (!isNumber || typeof name !== 'string' || name.trim() === '') return undefined
  const text = writeDefinitionText({ ...document, _id: BigInt(id) }, format)
  return {
    id: BigInt(id),
    name: definitionFileName({ name, id: BigInt(id) }, format),
    text: text.endsWith('\n') ? text : `${text}\n`,
  }
}
