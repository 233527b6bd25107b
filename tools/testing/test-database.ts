// The replica set that all integration tests of a run share; each test file uses a database of its own.
import { randomBytes } from 'node:crypto'

/** The variables through which global-setup.ts and the test files meet. */
export const environment = {
  uri: 'CASPOOL_TEST_MONGODB_URI',
  unavailable: 'CASPOOL_TEST_MONGODB_UNAVAILABLE',
} as const

/**
 * Connection string of the shared single-member set, and a database name that no other test file has.
 * Throws when there is none: the test run was started without tools/testing/global-setup.ts, or without a mongod.
 */
export function testDatabase(label = 'test'): { readonly uri: string; readonly databaseName: string } {
  const uri = process.env[environment.uri]
  if (uri === undefined) {
    throw new Error(
      process.env[environment.unavailable] ?? `${environment.uri} is not set: jest ran without globalSetup`,
    )
  }
  return { uri, databaseName: `${label}-${randomBytes(4).toString('hex')}` }
}
