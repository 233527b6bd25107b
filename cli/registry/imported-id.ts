/** The ids that definitions had before they were imported; the pool knows them by others. Pure. */
import type { StoredDocument } from '../../common/documents/service-definition.ts'
import type { ObjectMeta } from '../../operator/api/meta.ts'
import { importedIdAnnotation } from '../../operator/registry/manifest.ts'
import type { DefinitionSource } from '../lint/source.ts'

/** The id that a manifest's definition had; undefined: no import wrote it, or the definition had none. */
export function importedId(metadata: ObjectMeta | undefined): bigint | undefined {
  const id = metadata?.annotations?.[importedIdAnnotation]
  return id !== undefined && /^-?\d{1,19}$/.test(id) ? BigInt(id) : undefined
}

/** The document under that id, where there is one. */
export function withImportedId(source: DefinitionSource): StoredDocument | undefined {
  const { document } = source
  const id = importedId(source.manifest?.metadata)
  return document === undefined || id === undefined ? document : { ...document, _id: id }
}
