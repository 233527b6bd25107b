// Asks Java about the patterns of common/documents/testing/java-questions.ts; writes java-answers.golden.json there.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JavaAnswers } from '../common/documents/testing/java-answers.ts'
import { rarePatterns, texts, usualPatterns } from '../common/documents/testing/java-questions.ts'
import { askJavaPatterns, javaUnavailable, javaVersion } from './testing/java.ts'

const reason = await javaUnavailable()
if (reason !== undefined) throw new Error(reason)
const patterns = [...usualPatterns, ...rarePatterns]
const digits = await askJavaPatterns(patterns.map((pattern) => ({ pattern, texts })))
const kept: JavaAnswers = {
  java: await javaVersion(),
  texts,
  answers: patterns.map((pattern, i) => [pattern, digits[i] ?? '']),
}
const lines = kept.answers.map((answer) => `    ${JSON.stringify(answer)}`).join(',\n')
const head = `{\n  "java": ${JSON.stringify(kept.java)},\n  "texts": ${JSON.stringify(kept.texts)},\n`
writeFileSync(
  join(import.meta.dirname, '../common/documents/java-answers.golden.json'),
  `${head}  "answers": [\n${lines}\n  ]\n}\n`,
)
