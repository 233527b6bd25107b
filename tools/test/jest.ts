// Runs Jest over some test files and counts. Files that this machine cannot run are left out, with the reason said.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { TierResult } from './tier.ts'

const root = resolve(import.meta.dirname, '../..')

/** Which files, and how many at a time. */
export type JestRun = {
  /** Paths relative to the project. */
  readonly files: readonly string[]
  readonly workers: number
  readonly env?: Readonly<Record<string, string>>
}

/** What is read of one file in a report of Jest (`--json`). */
export type JestSuite = {
  readonly name: string
  readonly status: string
  readonly message: string
  readonly assertionResults: readonly {
    readonly fullName: string
    readonly status: string
    readonly failureMessages: readonly string[]
  }[]
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
      failures: counts.testResults.flatMap(failuresOf),
    }
  } catch {
    return { passed: 0, failed: 1, skipped: [] }
  }
}

/** The failures of one file in a report of Jest: its tests that failed, or why the file could not run at all. */
export function failuresOf(suite: JestSuite): string[] {
  const failed = suite.assertionResults.filter((test) => test.status === 'failed')
  const file = relative(root, suite.name)
  if (failed.length === 0) return suite.status === 'failed' ? [failure(file, suite.message)] : []
  return failed.map((test) => failure(`${file}: ${test.fullName}`, test.failureMessages.join('\n')))
}

/** A title and the beginning of what was said, without colours: enough to know the failure again. */
function failure(title: string, message: string): string {
  const lines = stripVTControlCharacters(message).trim().split('\n').slice(0, 12)
  return [title, ...lines.map((line) => `    ${line}`.slice(0, 400))].join('\n')
}
