import { join } from 'node:path'
import { expect, it } from '@jest/globals'
import { programPath } from '../../tools/cluster/build.ts'
import { run } from '../../tools/system/command.ts'
import { startApiServer } from '../../tools/testing/api-server.ts'

it('shows a CronJob that a real API server takes, field by field', async () => {
  const file = join(import.meta.dirname, '../../docs/examples/sync/cronjob.yaml')
  const server = await startApiServer()
  try {
    const args = ['apply', '--dry-run=server', '--validate=strict', '--filename', file]
    const answer = await run(programPath('kubectl'), [`--kubeconfig=${server.kubeconfig}`, ...args])
    expect(answer).toContain('cronjob.batch/caspool-sync created')
  } finally {
    await server.stop()
  }
}, 120_000)
