// Jest's globalSetup: one single-member replica set for all *.int.test.ts of a run, if the run has any of them.
// Tests reach it through test-database.ts. $CASPOOL_TEST_MONGODB_URI, if set before, is used instead.
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { NoMongodFault } from '../mongod/find.ts'
import { type ReplicaSet, startReplicaSet } from './replica-set.ts'
import { environment } from './test-database.ts'

/** The part of Jest's configuration that says which tests run. */
type RunConfig = {
  readonly rootDir: string
  readonly testPathPatterns?: { readonly patterns?: readonly string[] }
}
type ProjectConfig = { readonly testPathIgnorePatterns?: readonly string[] }

declare global {
  var caspoolTestReplicaSet: ReplicaSet | undefined
}

// biome-ignore lint/style/noDefaultExport: Jest asks for it
export default async function setUp(run: RunConfig, project: ProjectConfig): Promise<void> {
  if (process.env[environment.uri] !== undefined || !runsIntegrationTests(run, project)) return
  try {
    globalThis.caspoolTestReplicaSet = await startReplicaSet()
    process.env[environment.uri] = globalThis.caspoolTestReplicaSet.uri
  } catch (error) {
    if (!(error instanceof NoMongodFault)) throw error
    process.env[environment.unavailable] = error.message
  }
}

/** Whether the patterns of this run select at least one integration test. */
export function runsIntegrationTests(run: RunConfig, project: ProjectConfig): boolean {
  const wanted = (run.testPathPatterns?.patterns ?? []).map((pattern) => new RegExp(pattern, 'i'))
  const ignored = (project.testPathIgnorePatterns ?? []).map((pattern) => new RegExp(pattern))
  const exclude = ['**/node_modules', '**/dist', '**/build']
  return globSync('**/*.int.test.ts', { cwd: run.rootDir, exclude })
    .map((file) => join(run.rootDir, file))
    .filter((file) => !ignored.some((pattern) => pattern.test(file)))
    .some((file) => wanted.length === 0 || wanted.some((pattern) => pattern.test(file)))
}
