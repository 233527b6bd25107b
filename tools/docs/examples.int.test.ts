import { globSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'
import { unitComplaints } from '../rsync/units.ts'

it('shows systemd units that systemd takes', async () => {
  const examples = join(import.meta.dirname, '../../docs/examples')
  const units = globSync('*/*.{service,timer}', { cwd: examples }).map((name) => join(examples, name))
  expect(units.length).toBeGreaterThan(2)
  expect(await unitComplaints(units)).toBe('')
}, 60_000)
