/** `make bench`: measures what the documentation claims, prints it as a table, and stops by itself (half an hour, most of it for `registry`). */
import { availableParallelism, loadavg } from 'node:os'
import { cloneFigures } from './clone.ts'
import type { Figure } from './figure.ts'
import { importFigures } from './import.ts'
import { matchingFigures } from './matching.ts'
import { operatorFigures } from './operator.ts'
import { poolFigures } from './pool.ts'
import { registryFigures } from './registry.ts'

const parts: Readonly<Record<string, () => Promise<Figure[]>>> = {
  matching: async () => matchingFigures(),
  import: importFigures,
  clone: cloneFigures,
  pool: poolFigures,
  operator: operatorFigures,
  registry: registryFigures,
}

const names = process.argv.slice(2)
const unknown = names.filter((name) => !Object.hasOwn(parts, name))
if (unknown.length > 0) {
  process.stderr.write(`unknown: ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}\n`)
  process.exit(2)
}

const [load = 0] = loadavg()
const machine = `${availableParallelism()} cores, ${process.platform} ${process.arch}`
console.log(`Node.js ${process.versions.node}, ${machine}, load average ${load.toFixed(1)} at the start`)
console.log('\n| figure | measured | target |\n| --- | --- | --- |')
for (const [name, measure] of Object.entries(parts)) {
  if (names.length > 0 && !names.includes(name)) continue
  for (const { what, value, target } of await measure())
    console.log(`| ${what} | ${value} | ${target ?? ''} |`)
}
process.exit(0)
