/** Samples of definitions: those that a real Apereo CAS has read, and one for every class. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDocument } from '../../documents/document-reader.ts'
import type { StoredDocument } from '../../documents/service-definition.ts'
import { readDefinitionText, type TextFormat } from '../definition-text.ts'

const folder = join(import.meta.dirname, '..', 'samples')

export interface Sample {
  readonly file: string
  readonly text: string
}

export function samplesIn(name: 'apereo-6.6.12' | 'classes'): readonly Sample[] {
  return readdirSync(join(folder, name)).map((file) => ({
    file,
    text: readFileSync(join(folder, name, file), 'utf8'),
  }))
}

/** The document in a text that holds one. */
export function documentIn(text: string, format: TextFormat = 'json'): StoredDocument {
  const read = readDefinitionText(text, format)
  if (read.kind === 'unreadable') throw new Error(JSON.stringify(read.problems))
  return read.document
}

/** Lists of texts in an order of their own: Apereo's sets have none. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(sorted)
    return items.every((item) => typeof item === 'string') ? items.toSorted() : items
  }
  if (!isDocument(value) || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, sorted(item)]))
}
