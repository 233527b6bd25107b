/** The page that says which test holds which sentence of the CAS protocol; made from the suite itself. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { notTested } from '../../server/test/conformance/not-tested.ts'
import { generatedFrom, table } from './markdown.ts'

export interface TestedSentence {
  /** `2.5.4`, `App. C` or `REST`. */
  readonly section: string
  readonly sentence: string
  /** File of the test, from the root of the tree. */
  readonly file: string
}

const folder = 'server/test/conformance'
const title = /^\s*it\(\s*'((?:[^'\\]|\\.)*)'/gm
const titleForm = /^(\d[\d.]*|App\. [A-C]|REST) (.+)$/

/** The sentences of the suite under `root`. Throws for a title that does not begin with a section. */
export function testedSentences(root: string): TestedSentence[] {
  const files = globSync(`${folder}/*.test.ts`, { cwd: root }).sort()
  return files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(title)].map(([, text = '']) => {
      const [, section, sentence] = titleForm.exec(text) ?? []
      if (section === undefined || sentence === undefined) throw new Error(`${file}: no section in "${text}"`)
      return { section, sentence, file }
    }),
  )
}

export function conformancePage(root: string): string {
  const tested = bySection(testedSentences(root)).map(({ section, sentence, file }) => [
    section,
    sentence,
    `[${file.slice(folder.length + 1)}](../${file})`,
  ])
  const untested = bySection(notTested).map(({ section, sentence, reason }) => [section, sentence, reason])
  return `${generatedFrom(`the tests in ${folder}`)}

# Conformance

Which test holds which sentence of the CAS protocol 3.0.3 and of the REST protocol. The suite runs in \`make test\` over
HTTP against two servers on one MongoDB; each request goes to the other server than the one before.

${table(['Section', 'Sentence', 'Test'], tested)}

## Not tested by this suite

${table(['Section', 'Sentence', 'Why'], untested)}
`
}

/** In the order of the specification, REST at the end; within a section as they stand. */
function bySection<T extends { readonly section: string }>(sentences: readonly T[]): T[] {
  return sentences.toSorted((a, b) => a.section.localeCompare(b.section, 'en', { numeric: true }))
}
