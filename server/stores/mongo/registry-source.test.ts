/** What a server says while MongoDB refuses it, on a database that is none. */
import { expect, it } from '@jest/globals'
import { type Db, MongoNotConnectedError } from 'mongodb'
import { monotonicClock } from '../../../common/clock.ts'
import { createLog } from '../../../common/log.ts'
import { mongoRegistrySource } from './registry-source.ts'

/** Follows a database that refuses each attempt for the next of these reasons, and then is closed. */
async function refusedBy(reasons: readonly string[]): Promise<readonly string[]> {
  const lines: string[] = []
  const write = (line: string) => {
    const { level, reason } = JSON.parse(line)
    lines.push(`${level} ${reason}`)
  }
  const refusals = reasons.values()
  const command = async () => {
    const { value, done } = refusals.next()
    throw done === true ? new MongoNotConnectedError('closed') : new Error(value)
  }
  const source = mongoRegistrySource({
    db: { command } as unknown as Db,
    clock: monotonicClock,
    log: createLog('test', 'debug', { write }),
  })
  await expect(source.follow(() => undefined)).rejects.toThrow('load the registry')
  return lines
}

it('tells of a cause that stays once, and of another one again', async () => {
  const reasons = ['no route', 'not authorized', 'not authorized', 'not authorized', 'no route']
  expect(await refusedBy(reasons)).toEqual([
    'warn no route',
    'warn not authorized',
    'debug not authorized',
    'debug not authorized',
    'warn no route',
  ])
})
