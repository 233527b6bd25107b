/** The ids that definitions had before they were imported; the pool knows them by others. Pure. */
import type { StoredDocument } from '../../common/documents/service-definition.ts'
import { shortText } from '../../common/documents/short-text.ts'
import type { ObjectMeta } from '../../operator/api/meta.ts'
import { importedIdAnnotation } from '../../operator/registry/manifest.ts'
import type { DefinitionSource } from '../lint/source.ts'

/**
 * The id that a manifest's definition had; undefined: no import wrote it, the definition had none, or what stands there
 * is none that a definition can have.
 */
export function importedId(metadata: ObjectMeta | undefined): bigint | undefined {
  const stated = metadata?.annotations?.[importedIdAnnotation]
  if (stated === undefined || !/^-?\d{1,19}$/.test(stated)) return undefined
  const id = BigInt(stated)
  return BigInt.asIntN(64, id) === id ? id : undefined
}

/** Why a manifest cannot get back the id that it states; undefined: it can, or it states none. */
export function importedIdProblem({ manifest }: DefinitionSource): string | undefined {
  const stated = manifest?.metadata.annotations?.[importedIdAnnotation]
  if (stated === undefined || importedId(manifest?.metadata) !== undefined) return undefined
  return `annotation ${importedIdAnnotation}: "${shortText(stated, maxShownLength)}" is no id, which is a whole number of 64 bits`
}

const maxShownLength = 40

/** The document under that id, where there is one. */
export function withImportedId(source: DefinitionSource): StoredDocument | undefined {
  const { document } = source
  const id = importedId(source.manifest?.metadata)
  return document === undefined || id === undefined ? document : { ...document, _id: id }
}
