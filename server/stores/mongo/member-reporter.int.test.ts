import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { systemClock } from '../../../common/clock.ts'
import { collections } from '../../../common/contract.ts'
import type { MemberDocument } from '../../../common/documents/pool.ts'
import { createLog, silentLog } from '../../../common/log.ts'
import { until } from '../../../tools/system/ports.ts'
import { testDatabase } from '../../../tools/testing/test-database.ts'
import { connectMongo, type MongoConnection } from './connect.ts'
import { mongoMemberReporter } from './member-reporter.ts'

describe('a member', () => {
  const { uri, databaseName } = testDatabase('members')
  const report = (rev: number) => ({ rev, digest: `of ${rev}`, refusedServices: [], refusedProperties: [] })
  let connection: MongoConnection
  beforeAll(() => {
    connection = connectMongo({ uri, database: databaseName, log: silentLog, appName: 'test' })
  })
  afterAll(async () => {
    await connection.db.dropDatabase()
    await connection.close()
  })
  const reporterOf = (name: string, options: { debounceMs?: number; heartbeatMs?: number } = {}) =>
    mongoMemberReporter({
      db: connection.db,
      member: { name, address: '127.0.0.1:8080', version: '1', bootId: 'boot' },
      log: silentLog,
      clock: systemClock,
      ...options,
    })
  const stored = (_id: string) =>
    connection.db.collection<MemberDocument>(collections.poolMembers).findOne({ _id })
  async function storedWhen(name: string, isWanted: (member: MemberDocument) => boolean) {
    for (;;) {
      const member = await stored(name)
      if (member !== null && isWanted(member)) return member
    }
  }

  it('reports itself under its name, the newest state only', async () => {
    const reporter = reporterOf('newest')
    for (const rev of [1, 2, 3]) reporter.report(report(rev))
    expect(await storedWhen('newest', () => true)).toMatchObject({
      ...report(3),
      bootId: 'boot',
      address: '127.0.0.1:8080',
      version: '1',
    })
    await reporter.stop()
  })

  it('reports again without a change, as a heartbeat', async () => {
    const reporter = reporterOf('alive', { debounceMs: 1, heartbeatMs: 5 })
    reporter.report(report(1))
    const first = await storedWhen('alive', () => true)
    const later = await storedWhen('alive', ({ at }) => at > first.at)
    expect(later.rev).toBe(1)
    await reporter.stop()
  })

  it('tells once, in both logs, of another live process that has its name, and not of one that has ended', async () => {
    const lines: unknown[] = []
    const started = (bootId: string) =>
      mongoMemberReporter({
        db: connection.db,
        member: { name: 'twin', address: `${bootId}:8080`, version: '1', bootId },
        log: createLog(bootId, 'info', { write: (line) => void lines.push(JSON.parse(line)) }),
        clock: systemClock,
        debounceMs: 1,
        heartbeatMs: 5,
      })
    const ended = started('ended')
    ended.report(report(1))
    await storedWhen('twin', ({ bootId }) => bootId === 'ended')
    await ended.stop()
    const alone = started('alone')
    alone.report(report(2))
    const first = await storedWhen('twin', ({ bootId }) => bootId === 'alone')
    await storedWhen('twin', ({ at }) => at > first.at)
    expect(lines).toEqual([])
    const other = started('other')
    other.report(report(3))
    await until('both have told', async () => lines.length > 1)
    await alone.stop()
    await other.stop()
    const told = [
      { level: 'error', other: 'alone:8080', msg: expect.stringContaining('CASPOOL_MEMBER_NAME') },
      { level: 'error', other: 'other:8080', msg: expect.stringContaining('cloned') },
    ]
    expect(lines).toHaveLength(2)
    expect(lines).toEqual(expect.arrayContaining(told.map((one) => expect.objectContaining(one))))
  })

  it('warns once when its report cannot be written', async () => {
    const lines: string[] = []
    const warned = Promise.withResolvers<void>()
    const write = (line: string) => {
      lines.push(line)
      warned.resolve()
    }
    const away = connectMongo({ uri, database: databaseName, log: silentLog, appName: 'away' })
    await away.close()
    const reporter = mongoMemberReporter({
      db: away.db,
      member: { name: 'away', address: '127.0.0.1:8080', version: '1', bootId: 'boot' },
      log: createLog('test', 'info', { write }),
      clock: systemClock,
      debounceMs: 1,
    })
    reporter.report(report(1))
    await warned.promise
    await reporter.stop()
    expect(lines).toEqual([expect.stringContaining('member report was not written')])
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'warn' })
  })

  it('reports nothing after it has stopped', async () => {
    const reporter = reporterOf('stopped')
    reporter.report(report(1))
    await reporter.stop()
    reporter.report(report(2))
    expect(await stored('stopped')).toBeNull()
  })
})
