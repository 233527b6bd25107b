// Checks package-lock.json: no download addresses, a hash for every package, and every platform's optional packages
// listed (npm leaves out what a registry lacks, and then refuses its own lock on another machine).
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

type Entry = {
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const path = join(resolve(import.meta.dirname, '..'), 'package-lock.json')
const packages: Readonly<Record<string, Entry>> = JSON.parse(readFileSync(path, 'utf8')).packages
const problems = Object.entries(packages).flatMap(([name, entry]) => problemsOf(name, entry))
if (problems.length > 0) {
  process.stderr.write(`package-lock.json:\n${problems.map((problem) => `  ${problem}`).join('\n')}\n`)
  process.exit(1)
}

function problemsOf(name: string, entry: Entry): string[] {
  const missing = Object.keys(entry.optionalDependencies ?? {}).filter(
    (optional) =>
      !(`node_modules/${optional}` in packages) && !(`${name}/node_modules/${optional}` in packages),
  )
  return [
    ...(entry.resolved === undefined ? [] : [`${name} holds a download address`]),
    ...(name === '' || entry.integrity !== undefined ? [] : [`${name} has no hash`]),
    ...missing.map((optional) => `${name} wants ${optional}, which has no entry`),
  ]
}
