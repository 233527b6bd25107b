// The test command: `node tools/test/main.ts [TIER…]`. Without names all tiers run, cheapest first. Prints what was
// skipped and why, and ends in a line of counts. Exit status 0 only when nothing failed and something ran.
import { check } from './check.ts'
import { heading, sum, type Tier, type TierResult } from './tier.ts'
import { clusterTier, demoTier, integrationTier, unitTier } from './tiers.ts'

const tiers: readonly Tier[] = [
  { name: 'check', what: 'types, lint, boundaries, unused code, charts', run: check },
  unitTier,
  integrationTier,
  demoTier,
  clusterTier,
]

const names = process.argv.slice(2)
if (names.includes('--help')) {
  process.stdout.write(
    `usage: node tools/test/main.ts [TIER…]\n${tiers.map((t) => `  ${t.name.padEnd(8)} ${t.what}`).join('\n')}\n`,
  )
  process.exit(0)
}
const unknown = names.filter((name) => !tiers.some((tier) => tier.name === name))
if (unknown.length > 0) {
  process.stderr.write(
    `no tier is called ${unknown.join(', ')}; there are ${tiers.map((t) => t.name).join(', ')}\n`,
  )
  process.exit(2)
}

const results: TierResult[] = []
for (const tier of tiers.filter((t) => names.length === 0 || names.includes(t.name))) {
  heading(`${tier.name}: ${tier.what}`)
  const start = performance.now()
  const result = await tier.run().catch(broken)
  results.push(result)
  const seconds = ((performance.now() - start) / 1000).toFixed(0)
  process.stderr.write(`${tier.name}: ${result.passed} passed, ${result.failed} failed in ${seconds} s\n`)
}

const total = sum(results)
for (const failure of total.failures ?? []) process.stdout.write(`FAILED ${failure}\n`)
for (const reason of total.skipped) process.stdout.write(`SKIPPED ${reason}\n`)
const skipped = total.skipped.length > 0 ? `, ${total.skipped.length} skipped` : ''
process.stdout.write(`${total.passed} passed, ${total.failed} failed${skipped}\n`)
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1

/** A tier that could not even be prepared (no image, no cluster) has failed; the others still run. */
function broken(error: unknown): TierResult {
  const message = Error.isError(error) ? error.message : String(error)
  process.stderr.write(`FAIL  ${message}\n`)
  return { passed: 0, failed: 1, skipped: [], failures: [message] }
}
