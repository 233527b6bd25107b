import { expect, it } from '@jest/globals'
import { metricsText } from './metrics-file.ts'

const run = { source: 'a "b"\\', destination: 'host:c\nd', endedAt: 1000, seconds: 2 }
const changes = { created: ['x'], changed: [], deleted: ['y', 'z'] }

it('keeps the time of the last success and what it counted through runs that fail', () => {
  const good = metricsText({ ...run, outcome: { kind: 'synced', changes, files: 5, bytes: 7 } }, '')
  expect(good).toContain(
    'caspool_sync_last_success_timestamp_seconds{source="a \\"b\\"\\\\",destination="host:c\\nd"} 1000\n',
  )
  expect(good).toMatch(/^caspool_sync_changes\{.*change="deleted"\} 2$/m)
  const bad = metricsText({ ...run, endedAt: 2000, outcome: { kind: 'failed', reason: 'x' } }, good)
  expect(bad).toMatch(/^caspool_sync_last_success_timestamp_seconds\{.*\} 1000$/m)
  expect(bad).toMatch(/^caspool_sync_last_run_timestamp_seconds\{.*\} 2000$/m)
  expect(bad).toMatch(/^caspool_sync_exit_status\{.*\} 3$/m)
  expect(bad).toMatch(/^caspool_sync_files\{.*\} 5$/m)
})

it('says nothing of a success that never was', () => {
  const text = metricsText({ ...run, outcome: { kind: 'refused', reason: 'x' } }, 'rubbish')
  expect(text).not.toMatch(/^caspool_sync_last_success_timestamp_seconds\{/m)
  expect(text).not.toMatch(/^caspool_sync_files\{/m)
  expect(text).toMatch(/^caspool_sync_exit_status\{.*\} 5$/m)
})
