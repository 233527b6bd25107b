/** Whether a text is a definition at all, whatever server it is for. Pure. */
import type { TextFormat, TextProblem } from '../../common/apereo/definition-text.ts'
import { readHjson } from '../../common/apereo/hjson-reader.ts'
import type { TreeMap } from '../../common/apereo/tree.ts'
import { readYaml } from '../../common/apereo/yaml-reader.ts'

/**
 * Why no server can read it: a broken text, no class, or no id of its own. Which class it is, and what its fields hold,
 * is not asked: an Apereo CAS serves more than the servers here.
 */
export function syntaxProblems(text: string, format: TextFormat): readonly TextProblem[] {
  const read = treeIn(text, format)
  if (read.kind === 'unreadable') return [read.problem]
  const { tree } = read
  if (tree.kind !== 'map') return [{ path: '', line: tree.line, message: 'must be a map of fields' }]
  const problems: TextProblem[] = []
  if (!hasClass(tree)) {
    const message = `is missing: ${format === 'json' ? 'every definition names its class' : 'the text begins with --- !<CLASS>'}`
    problems.push({ path: '@class', line: tree.line, message })
  }
  if (!hasId(tree)) {
    const line = tree.entries.get('id')?.line ?? tree.line
    const message = 'every definition needs a whole number of its own'
    problems.push({ path: 'id', line, message })
  }
  return problems
}

/** The id of what servers can read as a definition; undefined of all else. */
export function definitionId(text: string, format: TextFormat): string | undefined {
  const read = treeIn(text, format)
  if (read.kind === 'unreadable' || read.tree.kind !== 'map') return undefined
  const id = read.tree.entries.get('id')
  if (!hasClass(read.tree) || !hasId(read.tree) || id?.kind !== 'scalar') return undefined
  return String(BigInt(String(id.value)))
}

const treeIn = (text: string, format: TextFormat) => (format === 'json' ? readHjson(text) : readYaml(text))

function hasClass({ entries, tag }: TreeMap): boolean {
  const stated = entries.get('@class')
  const name = stated?.kind === 'scalar' ? stated.value : tag
  return typeof name === 'string' && name !== '' && !name.startsWith('tag:yaml.org,2002:')
}

/** Apereo takes numbers in quotes as well; -1 is its value of an id that was not given. */
function hasId({ entries }: TreeMap): boolean {
  const id = entries.get('id')
  return id?.kind === 'scalar' && /^-?\d+$/.test(String(id.value)) && String(id.value) !== '-1'
}
