import { expect, it } from '@jest/globals'
import { failuresOf, needs, testFiles } from './jest.ts'

it('knows which integration tests need an API server, and which take members of a replica set away', () => {
  const files = testFiles('.int.test.ts')
  const withApiServer = needs(files, 'api-server.ts', 'test-cluster.ts')
  expect(withApiServer).toContain('operator/test/operator.int.test.ts')
  expect(withApiServer).toContain('tools/testing/api-server.int.test.ts')
  expect(withApiServer).not.toContain('server/test/pool.int.test.ts')
  expect(needs(files, 'replica-set.ts')).toContain('server/test/outage.int.test.ts')
  expect(needs(files, 'python-cas.ts')).toHaveLength(1)
})

it('finds every test file in exactly one tier', () => {
  const tiers = (['.test.ts', '.int.test.ts', '.demo.test.ts', '.cluster.test.ts'] as const).map(testFiles)
  const all = tiers.flat()
  expect(new Set(all).size).toBe(all.length)
  expect(tiers.every((files) => files.length > 0)).toBe(true)
})

it('tells each failure once more: file, test and how; a file that could not run at all as well', () => {
  const name = `${process.cwd()}/server/a.test.ts`
  const test = (fullName: string, status: string, ...failureMessages: string[]) => ({
    fullName,
    status,
    failureMessages,
  })
  const assertionResults = [
    test('a b', 'passed'),
    test('a c', 'failed', '\u001b[31mexpected 1\u001b[39m\ngot 2'),
  ]
  expect(failuresOf({ name, status: 'failed', message: 'all of it', assertionResults })).toEqual([
    'server/a.test.ts: a c\n    expected 1\n    got 2',
  ])
  expect(failuresOf({ name, status: 'failed', message: 'no module x', assertionResults: [] })).toEqual([
    'server/a.test.ts\n    no module x',
  ])
  expect(
    failuresOf({ name, status: 'passed', message: '', assertionResults: [test('a', 'passed')] }),
  ).toEqual([])
})
