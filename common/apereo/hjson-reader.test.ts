import { expect, it } from '@jest/globals'
import { readHjson } from './hjson-reader.ts'
import type { TreeNode } from './tree.ts'

/** What a text holds, as plain values. */
function valueIn(text: string): unknown {
  const read = readHjson(text)
  if (read.kind === 'unreadable') throw new Error(JSON.stringify(read.problem))
  return plain(read.tree)
}

function plain(node: TreeNode): unknown {
  if (node.kind === 'scalar') return node.value
  if (node.kind === 'list') return node.items.map(plain)
  return Object.fromEntries([...node.entries].map(([key, item]) => [key, plain(item)]))
}

it('reads JSON as JSON.parse does, whole numbers exactly', () => {
  const text = '{"a":[1,-2,3.5,1e3,true,false,null,"x\\u00e9\\n\\"\\\\\\/"],"b":{"":{}},"c":[]}'
  expect(valueIn(text)).toEqual({
    a: [1n, -2n, 3.5, 1000, true, false, null, 'xé\n"\\/'],
    b: { '': {} },
    c: [],
  })
  expect(valueIn('{"id": 9223372036854775807, "n": -9223372036854775808}')).toEqual({
    id: 2n ** 63n - 1n,
    n: -(2n ** 63n),
  })
})

it.each([
  ['comments of all kinds', '# a\n{ // b\n a: 1 /* c\n d */, b: 2 # e\n}\n// f'],
  ['commas that are missing', '{\n a: 1\n b: 2\n}'],
  ['commas that trail', '{ "a": 1, "b": 2, }'],
  ['keys without quotes, or in single ones', "{ a: 1, 'b': 2 }"],
  ['a root without braces', 'a: 1\nb: 2\n'],
  ['line ends of Windows, and a byte order mark', '\uFEFF{\r\n  a: 1\r\n  b: 2\r\n}\r\n'],
])('takes %s', (_what, text) => {
  expect(valueIn(text)).toEqual({ a: 1n, b: 2n })
})

it.each([
  [
    'a text without quotes goes on to the end of the line',
    'a: https://x.org/, b: "c" # d\n',
    'https://x.org/, b: "c" # d',
  ],
  ['a text may stand in single quotes', `{a: 'it\\'s "so"'}`, 'it\'s "so"'],
  ['a word that only begins like a number is text', 'a: 0123\n', '0123'],
  ['a word that only begins like true is text', 'a: true story\n', 'true story'],
  ['a number ends at a comma or comment', '{a: 12 /* twelve */}', 12n],
  [
    'three quotes hold lines, less the indentation of the quotes',
    "{\n  a:\n    '''\n    one\n      two\n    '''\n}",
    'one\n  two',
  ],
  ['three quotes keep what looks like quotes', "a: '''x '' \"y\"'''", `x '' "y"`],
])('%s', (_title, text, expected) => {
  expect(valueIn(text)).toEqual({ a: expected })
})

it.each([
  ['nothing at all', '', ''],
  ['nothing but a comment', '# a\n', ''],
  ['an object without end', '{\n "a": {\n', 'a'],
  ['a list without end', '{"a": [1,\n', 'a'],
  ['a text without end', '{"a": "b\n"}', 'a'],
  ['three quotes without end', "{a: '''b", 'a'],
  ['a comment without end', '{a: 1 /*', ''],
  ['a key without value', '{"a" 1}', 'a'],
  ['a value that is a comma', '{"a": ,}', 'a'],
  ['a backslash before a letter that means nothing', '{"a": "^\\d+$"}', 'a'],
  ['an escape of three digits', '{"a": "\\u12g4"}', 'a'],
  ['a tab in quotes', '{"a": "b\tc"}', 'a'],
  ['something behind the end', '{"a": 1} {}', ''],
])('refuses %s', (_what, text, path) => {
  const read = readHjson(text)
  expect(read).toMatchObject({ kind: 'unreadable', problem: { path } })
})

it.each([
  ['{\n "a": {\n  "b": 1\n }\n\n', 1, '', 'the { of this line is not closed'],
  ['{\n "a": {\n  "b": {"c": 1},\n\n\n', 2, 'a', 'the { of this line is not closed'],
  ['{\n "a":\n [\n 1,\n [2],\n', 3, 'a', 'the [ of this line is not closed'],
  ['{\n "a": "b', 2, 'a', 'a text in quotes is not closed'],
  ["{\n a: '''b\nc\n", 2, 'a', "''' of this line is not closed"],
])('says of %j what is not closed, and where that stands', (text, line, path, what) => {
  expect(readHjson(text)).toEqual({
    kind: 'unreadable',
    problem: { path, line, message: `ends too early: ${what}` },
  })
})

it('refuses a key that stands twice, with the line of the second', () => {
  expect(readHjson('{\n "a": {\n  "b": 1,\n  b: 2\n } }')).toEqual({
    kind: 'unreadable',
    problem: { path: 'a.b', line: 4, message: 'stands twice' },
  })
})

it('knows the line of everything, behind comments and lines in quotes too', () => {
  const read = readHjson("/* 1\n2 */ {\n a: '''\n x\n y'''\n b: [\n 1\n 2 ] }")
  if (read.kind === 'unreadable' || read.tree.kind !== 'map') throw new Error('unreadable')
  expect(read.tree.line).toBe(2)
  expect(read.tree.entries.get('a')?.line).toBe(3)
  const list = read.tree.entries.get('b')
  expect(list?.line).toBe(6)
  expect(list?.kind === 'list' && list.items.map(({ line }) => line)).toEqual([7, 8])
})
