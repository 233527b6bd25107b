import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals'
import { until } from '../../tools/system/ports.ts'
import { type ChaosPool, namespace, startChaosPool } from './chaos-pool.ts'
import type { Process } from './processes.ts'

// Two operators and three servers whose clocks are up to ten minutes apart. A transaction that its client forgets is
// ended by the database after five seconds, so that nobody has to wait a minute for it here.
const minuteMs = 60_000
const fiveMinutesMs = 5 * minuteMs
const transactionSeconds = 5
const services = Array.from({ length: 100 }, (_, i) => `many-${i}`)
let starting: Promise<ChaosPool>
let pool: ChaosPool

beforeAll(async () => {
  starting = startChaosPool({
    operatorClocksMs: [fiveMinutesMs, 0],
    serverClocksMs: [0, fiveMinutesMs, -fiveMinutesMs],
    mongodArgs: ['--setParameter', `transactionLifetimeLimitSeconds=${transactionSeconds}`],
  })
  pool = await starting
}, 3 * minuteMs)
afterEach(async () => {
  expect(pool.observer.violations).toEqual([])
  expect(await pool.uncommittedStates()).toEqual([])
})
afterAll(async () => {
  // Also one that did not start in time.
  await (await starting).stop()
}, 3 * minuteMs)

it(
  'clocks that are five minutes apart change nothing: edits are served, and tickets of one server hold at the next',
  async () => {
    const signIns = pool.observer.signIns.count
    await pool.exchange()
    await pool.rename()
    await pool.untilSame()
    await pool.untilServed()
    await until('people signed in at each server', async () => pool.observer.signIns.count >= signIns + 6)
  },
  3 * minuteMs,
)

it(
  'a leader that is frozen in mid-batch and wakes up after another has taken over writes nothing any more',
  async () => {
    await pool.applyAll(services)
    await pool.untilServed()
    const [former, next] = [pool.operators[0]!, pool.operators[1]!]
    await freezeInMidBatch(former)
    await until('the other one leads', () => hasWon(next))
    await pool.applyAll(['from-the-next', ...services.slice(0, 10)], { description: 'by the next leader' })
    await pool.exchange()
    await pool.rename()
    await pool.untilSame()
    await pool.untilServed()
    const before = await pool.head()
    former.thaw()
    await until('the former leader has given up', async () => former.starts === 2)
    await pool.untilSame()
    expect(await pool.head()).toEqual(before)
    const epochs = pool.heads.heads.map(({ epoch }) => epoch)
    expect(epochs).toEqual(epochs.toSorted((a, b) => a - b))
  },
  3 * minuteMs,
)

it(
  'a leader whose clock is behind still writes after somebody has deleted the Lease',
  async () => {
    const [ahead, behind] = [pool.operators[0]!, pool.operators[1]!]
    const { epoch } = await pool.head()
    const starts = behind.starts
    ahead.freeze()
    await pool.client.delete({ kind: 'Lease', namespace, name: 'caspool-operator' })
    await until('the leader begins anew', async () => behind.starts > starts)
    await pool.exchange()
    await pool.rename()
    await pool.untilSame()
    await pool.untilServed()
    expect((await pool.head()).epoch).toBeGreaterThan(epoch)
    expect((await behind.log()).map(({ msg }) => msg)).toContain('epoch was raised')
    ahead.thaw()
  },
  3 * minuteMs,
)

const hasWon = async (operator: Process): Promise<boolean> =>
  (await operator.log()).some(({ msg }) => msg === 'leadership was won')

/** Edits everything, until the operator is caught with a transaction that has begun and is not committed. */
async function freezeInMidBatch(operator: Process): Promise<void> {
  for (let round = 0; ; round++) {
    const edits = pool.applyAll(services, { description: `edit ${round}` })
    await until('a batch is under way', isInTransaction, { everyMs: 1 })
    operator.freeze()
    await edits
    if (await isInTransaction()) return
    operator.thaw()
  }
}

/** Whether the database knows a transaction of an operator that is open. */
async function isInTransaction(): Promise<boolean> {
  const pipeline = [
    { $currentOp: { idleSessions: true } },
    { $match: { appName: 'caspool-operator', 'transaction.parameters': { $exists: true } } },
  ]
  return (await pool.mongo.db('admin').aggregate(pipeline).toArray()).length > 0
}
