// `make check`: everything that can be said about the tree without running the product.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { programPath } from '../cluster/build.ts'
import { CommandFault, findProgram, run } from '../system/command.ts'
import { runJest } from './jest.ts'
import { sum, type TierResult } from './tier.ts'

const root = resolve(import.meta.dirname, '../..')
const binary = (name: string): string => join(root, 'node_modules/.bin', name)

type Step = { readonly name: string; readonly file: string; readonly args: readonly string[] }

const steps: readonly Step[] = [
  { name: 'types', file: binary('tsc'), args: ['--noEmit'] },
  {
    name: 'lint and format',
    file: binary('biome'),
    args: ['ci', '--colors=off', '--error-on-warnings', '.'],
  },
  { name: 'unused code', file: binary('knip'), args: [] },
  { name: 'CRDs in the chart', file: process.execPath, args: ['tools/crds.ts', '--check'] },
  { name: 'generated documentation', file: process.execPath, args: ['tools/docs.ts', '--check'] },
  { name: 'lock file', file: process.execPath, args: ['tools/lockfile.ts'] },
]

const charts = [
  { name: 'cas-operator', values: [] },
  { name: 'cas-pool', values: ['--set', 'serverUrl=https://sso.example.org/cas'] },
]

/** Runs all steps, whatever fails on the way. */
export async function check(): Promise<TierResult> {
  const results: TierResult[] = []
  for (const step of steps) results.push(await runStep(step))
  results.push(await lintCharts())
  results.push(await runJest({ files: ['common/boundaries.test.ts'], workers: 1 }))
  return sum(results)
}

async function runStep(step: Step): Promise<TierResult> {
  try {
    await run(step.file, step.args, { cwd: root })
    process.stderr.write(`ok    ${step.name}\n`)
    return { passed: 1, failed: 0, skipped: [] }
  } catch (error) {
    if (!(error instanceof CommandFault)) throw error
    process.stderr.write(`FAIL  ${step.name}\n${error.message}\n`)
    return { passed: 0, failed: 1, skipped: [] }
  }
}

async function lintCharts(): Promise<TierResult> {
  const helm = findHelm()
  if (helm === undefined) {
    return {
      passed: 0,
      failed: 0,
      skipped: ['charts: no helm on PATH (tools/cluster/cluster build makes one)'],
    }
  }
  const results: TierResult[] = []
  for (const chart of charts) {
    results.push(
      await runStep({
        name: `chart ${chart.name}`,
        file: helm,
        args: ['lint', '--strict', `helm/${chart.name}`, ...chart.values],
      }),
    )
  }
  return sum(results)
}

function findHelm(): string | undefined {
  const built = programPath('helm')
  return findProgram('helm') ?? (existsSync(built) ? built : undefined)
}
