// A real Java for tests: $JAVA, else on PATH, else installed from Debian's packages when root.
import { join } from 'node:path'
import { run } from '../system/command.ts'
import { findWanted, wantedUnavailable } from '../system/distribution.ts'

const java = {
  what: 'Java development kit of version 17 or later',
  variable: 'JAVA',
  names: ['java'],
  packages: ['openjdk-17-jdk-headless'],
}

/** The path of Java, or undefined. Installs nothing. */
export const findJava = (): string | undefined => findWanted(java)

/** Why there is no Java, after trying to install one; undefined when there is one. */
export const javaUnavailable = (): Promise<string | undefined> => wantedUnavailable(java)

export interface PatternQuestion {
  readonly pattern: string
  readonly texts: readonly string[]
}

/** `x`: no pattern to Java. Else a digit for each text: 1 matches the whole, 2 is found in it, 3 both, t: no answer in 2 s. */
export type PatternAnswer = string

const source = join(import.meta.dirname, 'java/PatternAnswers.java')

/** What Java's engine answers, case aside. Throws CommandFault when Java fails. */
export async function askJavaPatterns(
  questions: readonly PatternQuestion[],
): Promise<readonly PatternAnswer[]> {
  const lines = questions.map(({ pattern, texts }) => [pattern, ...texts].map(encoded).join(' '))
  const answer = await run(findJava() ?? 'java', ['-XX:TieredStopAtLevel=1', source], {
    input: lines.join('\n'),
  })
  return answer.trimEnd().split('\n')
}

function encoded(text: string): string {
  return text === '' ? '-' : Buffer.from(text, 'utf16le').swap16().toString('base64')
}

/** The version of the Java that answers, e.g. `17.0.15`. */
export async function javaVersion(): Promise<string> {
  const text = await run(findJava() ?? 'java', ['--version'])
  return /\d+(?:\.\d+)*/.exec(text)?.[0] ?? 'unknown'
}
