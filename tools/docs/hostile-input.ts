/** The page that says which test holds which group of hostile inputs; made from the titles of the tests. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { generatedFrom, table } from './markdown.ts'

export interface HostileTest {
  readonly group: number
  readonly what: string
  /** The promise, with dots for what differs from case to case. */
  readonly promise: string
  /** From the root of the tree. */
  readonly file: string
}

/** A block of tests at the left margin, named `hostile input N: what`. */
const block = /^describe\('hostile input (\d+): ([^']+)', [\s\S]*?^\}\)$/gm
const title = /\bit\(\s*'((?:[^'\\]|\\.)*)'|\b(describe|it)\.each\b|\)\(\s*'((?:[^'\\]|\\.)*)'/g

/** The tests under `root`, by group. */
export function hostileTests(root: string): HostileTest[] {
  const files = globSync('server/**/*.test.ts', { cwd: root }).sort()
  const tests = files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(block)].flatMap(([text, group, what = '']) =>
      promisesIn(text).map((promise) => ({ group: Number(group), what, promise, file })),
    ),
  )
  return tests.toSorted((a, b) => a.group - b.group)
}

function promisesIn(text: string): string[] {
  const promises: string[] = []
  let each = ''
  for (const [, plain, opened, cases] of text.matchAll(title)) {
    if (opened !== undefined) each = opened
    else if (plain !== undefined || each === 'it') promises.push(plain ?? cases ?? '')
  }
  return promises.map((promise) => promise.replace(/%[sji]/g, '…').replace(/\\(.)/g, '$1'))
}

export function hostileInputPage(root: string): string {
  const rows = hostileTests(root).map(({ group, what, promise, file }) => [
    String(group),
    what,
    promise,
    `[${file.replace('server/', '')}](../${file})`,
  ])
  return `${generatedFrom('the tests named "hostile input"')}

# Hostile input

What people with bad intentions send, by group, and what they get: each row is a test in \`make test\`. The cases behind the
dots stand in the test. Groups that are missing belong to protocols that this server does not speak (SAML 2.0), or are held
beside what they attack: the registry (\`server/registry\`), the operator's grants, and the limits of password checks.

${table(['Group', 'What', 'Promise', 'Test'], rows)}
`
}
