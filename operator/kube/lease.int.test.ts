import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals'
import { monotonicClock, systemClock } from '../../common/clock.ts'
import { silentLog } from '../../common/log.ts'
import { until } from '../../tools/system/ports.ts'
import { startTestCluster, type TestCluster } from '../test/test-cluster.ts'
import type { ApiClient } from './api-client.ts'
import { type Election, type LeaseTiming, startElection } from './lease.ts'
import { readLease } from './lease-record.ts'

let cluster: TestCluster
beforeAll(async () => {
  cluster = await startTestCluster()
}, 90_000)
afterAll(() => cluster?.stop(), 30_000)

const namespace = 'default'
const timing: LeaseTiming = { durationMs: 3_000, renewWithinMs: 1_500, retryMs: 100 }

const running: Election[] = []
afterEach(async () => {
  for (const election of running.splice(0)) await election.stop()
})

/** A contender, and when it won and lost, on the monotonic clock that all contenders of this process share. */
function contend(name: string, identity: string, client: ApiClient = cluster.client) {
  const wins: { epoch: number; at: number; lostAt?: number }[] = []
  const election = startElection({
    client,
    namespace,
    name,
    identity,
    clock: systemClock,
    monotonic: monotonicClock,
    log: silentLog,
    timing,
    onLeading: ({ epoch, signal }) => {
      const win: (typeof wins)[number] = { epoch, at: monotonicClock.now() }
      wins.push(win)
      signal.addEventListener('abort', () => {
        win.lostAt = monotonicClock.now()
      })
    },
  })
  running.push(election)
  const leads = (count = 1) =>
    until(`${identity} leads`, async () => wins.length >= count && election.current())
  return { election, wins, leads }
}

it('lets one of two contenders lead that start at the same moment', async () => {
  const both = [contend('both', 'a'), contend('both', 'b')]
  await until('a leader', async () => both.some(({ election }) => election.current()))
  const leader = both.findIndex(({ election }) => election.current())
  const renewals = new Set<number>()
  await until('renewals', async () => {
    expect(both[1 - leader]?.wins).toEqual([])
    const lease = await cluster.client.get({ kind: 'Lease', namespace, name: 'both' })
    if (lease !== undefined) renewals.add(readLease(lease).renewedAt)
    return renewals.size > 10
  })
})

it('hands over at once, with a greater epoch, when the leader stops', async () => {
  const first = contend('handed', 'a')
  await first.leads()
  const second = contend('handed', 'b')
  await first.election.stop()
  const stoppedAt = monotonicClock.now()
  await second.leads()
  expect(second.wins[0]!.at - stoppedAt).toBeLessThan(timing.durationMs / 2)
  expect(first.wins[0]!.lostAt).toBeLessThan(second.wins[0]!.at)
  expect(second.wins[0]!.epoch).toBeGreaterThan(first.wins[0]!.epoch)
  expect(first.election.current()).toBeUndefined()
})

it('ends a leadership that cannot be renewed before another contender takes over', async () => {
  const { client, proxy } = await cluster.connectThroughProxy()
  const first = contend('cut', 'a', client)
  await first.leads()
  const second = contend('cut', 'b')
  proxy.stall()
  await second.leads()
  expect(first.wins[0]!.lostAt).toBeLessThan(second.wins[0]!.at)
  expect(second.wins[0]!.epoch).toBe(first.wins[0]!.epoch + 1)
  proxy.heal()
  // The first one contends again, and waits its turn.
  await second.election.stop()
  await first.leads(2)
  expect(first.wins[1]!.epoch).toBe(first.wins[0]!.epoch + 2)
}, 20_000)

it('keeps a leadership through one lost connection and a foreign change of the lease', async () => {
  const { client, proxy } = await cluster.connectThroughProxy()
  const leader = contend('kept', 'a', client)
  const { epoch } = await leader.leads()
  const ref = { kind: 'Lease', namespace, name: 'kept' } as const
  const renewedAt = async () => readLease((await cluster.client.get(ref))!).renewedAt
  for (const disturb of [
    async () => proxy.reset(),
    async () => {
      const annotations = { 'example.org/note': 'somebody was here' }
      const metadata = { namespace, name: 'kept', annotations }
      await cluster.client.apply({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata })
    },
  ]) {
    await disturb()
    const before = await renewedAt()
    await until('another renewal', async () => (await renewedAt()) > before)
  }
  expect(leader.election.current()).toMatchObject({ epoch })
  expect(leader.wins).toHaveLength(1)
})

it('gives a greater epoch to the leader of a lease that somebody deleted', async () => {
  const leader = contend('deleted', 'a')
  const { epoch } = await leader.leads()
  await until('the next second', async () => monotonicClock.now() - leader.wins[0]!.at > 1_100)
  await cluster.client.delete({ kind: 'Lease', namespace, name: 'deleted' })
  const again = await leader.leads(2)
  expect(leader.wins[0]!.lostAt).toBeDefined()
  expect(again.epoch).toBeGreaterThan(epoch)
})

it('raises the epoch above one that a database has seen, only as long as the lease is its own', async () => {
  const leader = contend('outgrown', 'a')
  const { epoch } = await leader.leads()
  leader.election.outgrow(epoch + 300)
  await until('the epoch is raised', async () => leader.election.current()?.epoch === epoch + 301)
  leader.election.outgrow(epoch)
  const next = contend('outgrown', 'b')
  await leader.election.stop()
  leader.election.outgrow(epoch + 1000)
  expect((await next.leads()).epoch).toBe(epoch + 302)
  expect(leader.wins).toHaveLength(1)
})
