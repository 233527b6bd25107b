import { expect, it } from '@jest/globals'
import type { TreeNode } from './tree.ts'
import { readYaml } from './yaml-reader.ts'

function treeIn(text: string): TreeNode {
  const read = readYaml(text)
  if (read.kind === 'unreadable') throw new Error(JSON.stringify(read.problem))
  return read.tree
}

function plain(node: TreeNode): unknown {
  if (node.kind === 'scalar') return node.value
  if (node.kind === 'list') return node.items.map(plain)
  return Object.fromEntries([...node.entries].map(([key, item]) => [key, plain(item)]))
}

it('takes words for what Jackson takes them for', () => {
  const text = [
    'a: [1, -2, +3, 1.5, 1e3, 0, 012, 0x1f, 1_000, 12:30, 2026-01-01]',
    'b: [true, TRUE, False, yes, off, null, ~, "true", \'1\', !!str 1, !<java.lang.String> 2]',
    'c:',
  ].join('\n')
  expect(plain(treeIn(text))).toEqual({
    a: [1n, -2n, 3n, 1.5, 1000, 0n, '012', '0x1f', '1_000', '12:30', '2026-01-01'],
    b: [true, true, false, 'yes', 'off', null, null, 'true', '1', '1', '2'],
    c: null,
  })
})

it('keeps whole numbers of 64 bits exactly', () => {
  expect(plain(treeIn('id: 9223372036854775807'))).toEqual({ id: 2n ** 63n - 1n })
})

it('takes classes from tags at any level, with and without fields', () => {
  const tree = treeIn('--- !<org.example.A>\nb: !<org.example.B> {}\nd: !org.example.D%24E {x: 1}\n')
  if (tree.kind !== 'map') throw new Error(tree.kind)
  expect(tree.tag).toBe('org.example.A')
  expect([...tree.entries.values()].map((node) => [node.kind, node.tag])).toEqual([
    ['map', 'org.example.B'],
    ['map', 'org.example.D$E'],
  ])
})

it('takes a class or collection of which everything is commented out for nothing', () => {
  const text = 'a: !<org.example.A>\n# b: 1\nb: !<java.util.HashMap>\n#  c: []\nc: !<org.example.A> ""\n'
  expect(plain(treeIn(text))).toEqual({ a: null, b: null, c: null })
})

it('takes aliases for what they stand for', () => {
  expect(plain(treeIn('a: &x {b: [1]}\nc: *x'))).toEqual({ a: { b: [1n] }, c: { b: [1n] } })
})

// A block's line is the first of its text.
it('knows the line of everything, with the line ends of Windows too', () => {
  const text = '# 1\r\na:\r\n  b: 1\r\n  c:\r\n  - x\r\n  - |\r\n    y\r\n  - z\r\n'
  const tree = treeIn(`\uFEFF${text}`)
  const a = tree.kind === 'map' ? tree.entries.get('a') : undefined
  const c = a?.kind === 'map' ? a.entries.get('c') : undefined
  expect([a?.line, c?.line, c?.kind === 'list' && c.items.map(({ line }) => line)]).toEqual([2, 4, [5, 7, 8]])
})

it.each([
  ['an empty file', '', 1, 'holds nothing'],
  ['two documents', 'a: 1\n---\nb: 2\n', 1, 'more than one document'],
  ['a key that stands twice', 'a:\n  b: 1\n  b: 2\n', 3, 'stands twice'],
  ['a key that is a list', '? [a]\n: 1\n', 1, 'a key that is no text'],
  ['an alias of nothing', 'a: 1\nb: *x\n', 2, 'alias'],
  ['an alias of what it stands in', 'a: &x\n  - 1\n  - *x\n', 3, 'alias'],
  ['tags that are written short', '%TAG !e! tag:example.org,2000:\n---\na: !e!b {}\n', 1, '%TAG'],
  ['a tab as indentation', 'a:\n\tb: 1\n', 2, ''],
  ['quotes without end', 'a: "b\n', 2, ''],
  [
    'a backslash in double quotes',
    'a: b\nc: "^https://a\\.org/"\n',
    2,
    'twice in double quotes, or once in single',
  ],
  ['half an escape', 'a: "\\x4"\n', 1, 'twice in double quotes, or once in single'],
])('refuses %s, with its line', (_what, text, line, message) => {
  const read = readYaml(text)
  expect(read).toMatchObject({ kind: 'unreadable', problem: { line } })
  expect(read.kind === 'unreadable' && read.problem.message).toContain(message)
})

it('refuses few aliases that stand for endlessly much', () => {
  const lines = ['a0: &a0 [x,x,x,x,x,x,x,x,x,x]']
  for (let i = 1; i < 12; i++) {
    const alias = `*a${i - 1}`
    lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => alias).join(',')}]`)
  }
  expect(readYaml(lines.join('\n'))).toMatchObject({
    kind: 'unreadable',
    problem: { message: 'holds more than 200000 values' },
  })
})
