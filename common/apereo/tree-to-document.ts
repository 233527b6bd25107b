/** A tree becomes the document that Apereo stores. */
import { mapKeyProblem } from '../documents/document-reader.ts'
import type { StoredDocument } from '../documents/service-definition.ts'
import type { TextProblem, TreeMap, TreeNode } from './tree.ts'

export type ToDocument =
  | { readonly kind: 'document'; readonly document: StoredDocument; readonly notes: readonly TextProblem[] }
  | { readonly kind: 'unreadable'; readonly problems: readonly TextProblem[] }

export function documentOf(tree: TreeNode): ToDocument {
  const problems: TextProblem[] = []
  if (tree.kind !== 'map') {
    const message = 'must be a map of fields'
    return { kind: 'unreadable', problems: [{ path: '', line: tree.line, message }] }
  }
  const { id, multifactorPolicy, ...rest } = mapValue(tree, '', problems)
  const document = {
    ...(id === undefined ? {} : { _id: typeof id === 'number' ? BigInt(id) : id }),
    ...rest,
    ...(multifactorPolicy === undefined ? {} : { multifactorAuthenticationPolicy: multifactorPolicy }),
  }
  if (problems.length > 0) return { kind: 'unreadable', problems }
  return { kind: 'document', document, notes: [] }
}

function mapValue(map: TreeMap, path: string, problems: TextProblem[]): Record<string, unknown> {
  const entries: [string, unknown][] = []
  if (map.tag !== undefined && !map.tag.startsWith('java.util.')) entries.push(['_class', map.tag])
  for (const [key, node] of map.entries) {
    const at = path === '' ? key : `${path}.${key}`
    const problem = mapKeyProblem(key)
    if (key === '@class') {
      const isCollection = node.kind === 'scalar' && String(node.value).startsWith('java.util.')
      if (!isCollection && node.kind === 'scalar') entries.push(['_class', node.value])
    } else if (problem !== undefined) problems.push({ path: at, line: node.line, message: problem })
    else entries.push([key.replaceAll('.', '_#_'), nodeValue(node, at, problems)])
  }
  return Object.fromEntries(entries)
}

function nodeValue(node: TreeNode, path: string, problems: TextProblem[]): unknown {
  if (node.kind === 'map') return mapValue(node, path, problems)
  if (node.kind === 'list') {
    const [first, second] = node.items
    const isWrapped =
      node.items.length === 2 &&
      first?.kind === 'scalar' &&
      String(first.value).startsWith('java.util.') &&
      second?.kind === 'list'
    const items = isWrapped ? second.items : node.items
    return items.map((item, i) => nodeValue(item, `${path}.${i}`, problems))
  }
  if (typeof node.value === 'bigint' && BigInt.asIntN(32, node.value) === node.value)
    return Number(node.value)
  if (typeof node.value === 'bigint' && BigInt.asIntN(64, node.value) !== node.value) {
    problems.push({ path, line: node.line, message: 'does not fit 64 bits' })
  }
  return node.value
}
