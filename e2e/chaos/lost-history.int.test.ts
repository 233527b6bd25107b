import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals'
import type { Timestamp } from 'mongodb'
import { until } from '../../tools/system/ports.ts'
import { type ChaosPool, startChaosPool } from './chaos-pool.ts'
import type { ServerProcess } from './processes.ts'

// The smallest oplog that there is, and a checkpoint every second, without which nothing is cut off it: its history is
// soon lost.
const minuteMs = 60_000
let starting: Promise<ChaosPool>
let pool: ChaosPool

beforeAll(async () => {
  const mongodArgs = ['--oplogSize', '1', '--syncdelay', '1', '--setParameter', 'enableTestCommands=1']
  starting = startChaosPool({ proxied: true, mongodArgs })
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
  'a server that was cut off for longer than the oplog reaches back serves on, and then has everything',
  async () => {
    const [server, proxy] = [pool.servers[0]!, pool.proxies[0]!]
    const loads = await loadsOf(server)
    pool.observer.exceptSignInsAt(server)
    const { operationTime } = await pool.db.command({ ping: 1 })
    proxy.stall()
    await until('the server notices', async () => (await metric(server, 'caspool_registry_current')) === 0)
    await pool.apply('meanwhile')
    await pool.exchange()
    await pool.rename()
    await pool.untilWritten()
    await loseHistory(operationTime)
    await pool.observer.untilAsked(2)
    proxy.heal()
    await pool.untilSame()
    await pool.untilServed()
    expect(await loadsOf(server)).toBe(loads + 1)
    pool.observer.exceptSignInsAt(undefined)
    await pool.observer.untilAsked(2)
  },
  3 * minuteMs,
)

it.each([
  ['InvalidResumeToken', 260],
  ['ChangeStreamFatalError', 280],
  ['ChangeStreamHistoryLost', 286],
])(
  'a server whose change stream ends with %s reads everything again, and misses nothing of it',
  async (_name, errorCode) => {
    const server = pool.servers[1]!
    const loads = await loadsOf(server)
    const admin = pool.mongo.db('admin')
    const data = { failCommands: ['getMore'], appName: `caspool-server ${server.name}`, errorCode }
    await admin.command({ configureFailPoint: 'failCommand', mode: 'alwaysOn', data })
    await pool.exchange()
    await pool.rename()
    await until('the server has loaded again', async () => (await loadsOf(server)) > loads)
    await admin.command({ configureFailPoint: 'failCommand', mode: 'off' })
    await pool.untilSame()
    await pool.untilServed()
  },
  3 * minuteMs,
)

it(
  'a dropped database is written anew from the CasServices, and no server forgets them in between',
  async () => {
    // Sessions and tickets are gone with the database.
    await pool.observer.pauseSignIns()
    await pool.db.dropDatabase()
    await pool.untilSame()
    await pool.exchange()
    await pool.rename()
    await pool.untilSame()
    await pool.untilServed()
    await until('the indexes are there again', async () => {
      const tickets = await pool.db.listCollections({ name: 'tickets' }).toArray()
      return tickets.length === 1 && (await pool.db.collection('tickets').indexes()).length > 1
    })
    pool.observer.resumeSignIns()
    await pool.observer.untilAsked(2)
  },
  3 * minuteMs,
)

/** How often a server has read the whole registry. */
async function loadsOf(server: ServerProcess): Promise<number> {
  return (await server.log()).filter(({ msg }) => msg === 'registry was loaded').length
}

async function metric(server: ServerProcess, name: string): Promise<number> {
  const line = (await server.metrics()).split('\n').find((text) => text.startsWith(`${name} `))
  return Number(line?.split(' ')[1])
}

/** Writes until the oplog begins after `time`. */
async function loseHistory(time: Timestamp): Promise<void> {
  const filler = pool.mongo.db('filler').collection('filler')
  const oplog = pool.mongo.db('local').collection('oplog.rs')
  const text = 'x'.repeat(100_000)
  await until('the history is lost', async () => {
    await filler.insertMany(Array.from({ length: 10 }, () => ({ text })))
    const oldest = await oplog.find().sort({ $natural: 1 }).limit(1).next()
    return oldest !== null && (oldest['ts'] as Timestamp).greaterThan(time)
  })
}
