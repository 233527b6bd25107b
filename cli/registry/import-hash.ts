/** Whether a manifest still is what an import has written, by a hash in it over the rest of its text. Pure. */
import { hash } from 'node:crypto'
import { loadAll } from 'js-yaml'
import type { CasService } from '../../operator/api/cas-service.ts'
import { apiVersion } from '../../operator/api/meta.ts'
import { isObject } from '../../operator/api/schema.ts'
import { isServiceName } from '../lint/manifest-name.ts'
import { manifestText } from './manifest-text.ts'

/** Annotation with the hash over the manifest's text without this annotation, as the import wrote it. */
export const importedHashAnnotation = 'caspool.io/imported-hash'

/** A manifest as an import writes it: the text of a manifest, and how to tell later that nobody has edited it. */
export function sealed(service: CasService): CasService {
  const { metadata } = service
  const annotations = { ...metadata.annotations, [importedHashAnnotation]: hashOf(manifestText(service)) }
  return { ...service, metadata: { ...metadata, annotations } }
}

/** Is every manifest of a text as an import wrote it? Line ends do not count. */
export function isAsImported(text: string): boolean {
  const parts = text.replaceAll('\r\n', '\n').split(/^---\n/m)
  return parts.every((part) => {
    const found = sealForm.exec(part)
    if (found === null) return false
    const rest = part.replace(found[0], '')
    return [rest, rest.replace('  annotations:\n', '')].some((one) => hashOf(one) === found[1])
  })
}

/**
 * The CasServices of a text that is as an import wrote it; undefined for any other. Anybody can make a hash that fits,
 * so it vouches for nothing: what is taken from the text, its names above all, is looked at as everywhere else.
 */
export function uneditedManifests(text: string): readonly CasService[] | undefined {
  if (!isAsImported(text)) return undefined
  const documents = documentsIn(text)
  return documents?.every(isCasService) ? documents : undefined
}

function documentsIn(text: string): readonly unknown[] | undefined {
  try {
    return loadAll(text)
  } catch {
    return undefined
  }
}

function isCasService(object: unknown): object is CasService {
  if (!isObject(object) || object['apiVersion'] !== apiVersion || object['kind'] !== 'CasService')
    return false
  const metadata = object['metadata']
  if (!isObject(metadata) || !isServiceName(metadata['name'])) return false
  const annotations = metadata['annotations']
  return isObject(annotations) && Object.values(annotations).every((value) => typeof value === 'string')
}

const sealForm = /^ {4}caspool\.io\/imported-hash: '?([A-Za-z0-9_-]+)'?\n/m

const hashOf = (text: string): string => hash('sha256', text, 'hex')
