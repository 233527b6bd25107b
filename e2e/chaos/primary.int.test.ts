import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { until } from '../../tools/system/ports.ts'
import { type ChaosPool, startChaosPool } from './chaos-pool.ts'

const minuteMs = 60_000
const services = 200
const editsOfEach = 5
let starting: Promise<ChaosPool>
let pool: ChaosPool

beforeAll(async () => {
  starting = startChaosPool({ members: 3 })
  pool = await starting
}, 3 * minuteMs)
afterAll(async () => {
  // Also one that did not start in time.
  await (await starting).stop()
}, 3 * minuteMs)

it(
  'all servers end with what the CasServices say when the primary is killed in a burst of 1,000 edits',
  async () => {
    const names = Array.from({ length: services }, (_, i) => `burst-${i}`)
    const edit = async (round: number) => pool.applyAll(names, { description: `edit ${round}` })
    await pool.applyAll(names)
    await pool.untilServed()
    const before = await pool.head()
    const primary = await pool.set.primary()
    const burst = (async () => {
      for (let round = 0; round < editsOfEach; round++) await edit(round)
    })()
    await until('the burst reaches the database', async () => (await pool.head()).rev > before.rev, {
      everyMs: 5,
    })
    await primary.kill()
    await Promise.all([burst, pool.exchange(), pool.rename()])
    await pool.untilServed()
    await pool.untilSame()
    await primary.start()
    await pool.observer.untilAsked(2)
    expect(pool.observer.violations).toEqual([])
    expect(await pool.uncommittedStates()).toEqual([])
    expect(pool.observer.signIns.count).toBeGreaterThan(0)
  },
  5 * minuteMs,
)
