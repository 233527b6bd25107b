/** Finds a path of a document in the text that the document was read from: its line, and how it is called there. */
import { itemsOf, type TreeNode } from './tree.ts'

/** Fields of documents under the names that they have in texts. */
const textNames: ReadonlyMap<string, string> = new Map([
  ['_id', 'id'],
  ['_class', '@class'],
  ['multifactorAuthenticationPolicy', 'multifactorPolicy'],
])

const textName = (key: string): string => textNames.get(key) ?? key

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

/** The same path with the names that stand in the text; what does not stand there, as it should be written. */
export function writtenPath(root: TreeNode, path: string): string {
  const steps: string[] = []
  let node = root
  let rest = path
  while (rest !== '') {
    const step = child(node, rest)
    if (step === undefined) return [...steps, ...rest.split('.').map(textName)].join('.')
    steps.push(step.name)
    node = step.node
    rest = step.rest
  }
  return steps.join('.')
}

interface Step {
  readonly node: TreeNode
  /** As it is written. */
  readonly name: string
  readonly rest: string
}

/** Keys may hold dots: of those that fit, the longest is meant. */
function child(node: TreeNode, path: string): Step | undefined {
  if (node.kind === 'scalar') return undefined
  for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) {
    const key = path.slice(0, end)
    for (const name of [key, textName(key)]) {
      const found = member(node, name)
      if (found !== undefined) return { node: found, name, rest: path.slice(end + 1) }
    }
  }
  return undefined
}

function member(node: TreeNode, key: string): TreeNode | undefined {
  if (node.kind === 'map') return node.entries.get(key)
  if (node.kind === 'list') return /^\d{1,6}$/.test(key) ? itemsOf(node)[Number(key)] : undefined
  return undefined
}
