import { expect, it } from '@jest/globals'
import { needs, testFiles } from './jest.ts'

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
