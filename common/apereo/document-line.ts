/** Finds the line of a path of a document in the text that the document was read from. */
import type { TreeNode } from './tree.ts'

/** Fields of documents under the names that they have in texts. */
const textNames: Readonly<Record<string, string>> = {
  _id: 'id',
  _class: '@class',
  multifactorAuthenticationPolicy: 'multifactorPolicy',
}

/** The line of the node at a path such as `accessStrategy.requiredAttributes.memberOf`, else of the nearest above. */
export function lineOf(root: TreeNode, path: string): number {
  let node = root
  let rest = path
  while (rest !== '') {
    const step = child(node, rest)
    if (step === undefined) break
    node = step.node
    rest = step.rest
  }
  return node.line
}

/** Keys may hold dots: of those that fit, the longest is meant. */
function child(node: TreeNode, path: string): { readonly node: TreeNode; readonly rest: string } | undefined {
  if (node.kind === 'scalar') return undefined
  for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) {
    const found = member(node, path.slice(0, end))
    if (found !== undefined) return { node: found, rest: path.slice(end + 1) }
  }
  return undefined
}

function member(node: TreeNode, key: string): TreeNode | undefined {
  if (node.kind === 'map') return node.entries.get(key) ?? node.entries.get(textNames[key] ?? key)
  if (node.kind === 'list') return /^\d{1,6}$/.test(key) ? unwrapped(node).items[Number(key)] : undefined
  return undefined
}

/** The list inside `["java.util.HashSet", [ … ]]`. */
function unwrapped(node: TreeNode & { kind: 'list' }): TreeNode & { kind: 'list' } {
  const [first, second] = node.items
  const isWrapped = node.items.length === 2 && first?.kind === 'scalar' && second?.kind === 'list'
  return isWrapped ? second : node
}
