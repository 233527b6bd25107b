/** The objects of Kubernetes in a document, which may be a list of them, as `kubectl get` writes several. Pure. */
import { isObject } from './schema.ts'

/** Lists in lists. */
const maxDepth = 8

/**
 * The objects of a list and of the lists in it, each with what its list says of all of them (`CasServiceList`), as
 * kubectl takes them; else the one object. A list that lies too deep, or in itself by an alias of YAML, stays what it is.
 */
export function listedObjects(document: unknown, depth = 0): readonly unknown[] {
  if (depth === maxDepth || !isObject(document) || !Array.isArray(document['items'])) return [document]
  const { apiVersion, kind, items } = document
  if (typeof kind !== 'string' || !kind.endsWith('List')) return [document]
  const itemKind = kind.replace(/List$/, '')
  const stated = itemKind === '' ? {} : { apiVersion, kind: itemKind }
  return items.flatMap((item) => listedObjects(isObject(item) ? { ...stated, ...item } : item, depth + 1))
}
