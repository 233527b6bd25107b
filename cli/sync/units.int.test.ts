import { join } from 'node:path'
import { expect, it } from '@jest/globals'
import { unitComplaints } from '../../tools/rsync/units.ts'

it('shows systemd units that systemd takes', async () => {
  const examples = join(import.meta.dirname, '../../docs/examples/sync')
  const units = ['caspool-sync.service', 'caspool-sync.timer'].map((name) => join(examples, name))
  expect(await unitComplaints(units)).toBe('')
}, 60_000)
