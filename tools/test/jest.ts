// Runs Jest over some test files and counts. Files that this machine cannot run are left out, with the reason said.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TierResult } from './tier.ts'

const root = resolve(import.meta.dirname, '../..')

/** Which files, and how many at a time. */
export type JestRun = {
  /** Paths relative to the project. */
  readonly files: readonly string[]
  readonly workers: number
  readonly env?: Readonly<Record<string, string>>
}

/** Test files of the project, by their ending: `.test.ts` without a tier's name before it, `.int.test.ts`, … */
export function testFiles(
  ending: '.test.ts' | '.int.test.ts' | '.demo.test.ts' | '.cluster.test.ts',
): string[] {
  const exclude = ['**/node_modules', '**/dist', '**/build']
  const all = globSync('**/*.test.ts', { cwd: root, exclude }).sort()
  if (ending !== '.test.ts') return all.filter((file) => file.endsWith(ending))
  return all.filter((file) => !/\.(int|demo|cluster)\.test\.ts$/.test(file))
}

/** Test files that import one of these modules, named by their file names: they need what it starts. */
export function needs(files: readonly string[], ...modules: readonly string[]): string[] {
  return files.filter((file) => {
    const text = readFileSync(join(root, file), 'utf8')
    return modules.some((module) => text.includes(`/${module}'`))
  })
}

/** Runs the files. Jest's own output goes to the terminal. A run that dies without a report counts as one failure. */
export async function runJest(run: JestRun): Promise<TierResult> {
  if (run.files.length === 0) return { passed: 0, failed: 0, skipped: [] }
  const directory = await mkdtemp(join(tmpdir(), 'caspool-test-'))
  const report = join(directory, 'report.json')
  try {
    const child = spawn(process.execPath, argumentsFor(run, report), {
      cwd: root,
      env: { ...process.env, ...run.env },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    const [status] = await once(child, 'exit')
    return countsOf(report, status === 0)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function argumentsFor(run: JestRun, report: string): string[] {
  return [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    `--maxWorkers=${run.workers}`,
    '--json',
    `--outputFile=${report}`,
    '--runTestsByPath',
    ...run.files,
  ]
}

function countsOf(report: string, succeeded: boolean): TierResult {
  try {
    const counts = JSON.parse(readFileSync(report, 'utf8'))
    const broken = counts.numRuntimeErrorTestSuites
    const failed = counts.numFailedTests + broken
    return {
      passed: counts.numPassedTests,
      failed: failed + (failed === 0 && !succeeded ? 1 : 0),
      skipped: [],
    }
  } catch {
    return { passed: 0, failed: 1, skipped: [] }
  }
}
