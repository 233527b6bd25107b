import { EventEmitter } from 'node:events'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { type Clock, FixedClock } from '../../../common/clock.ts'
import { databaseClock } from './database-clock.ts'

describe('the clock of the database', () => {
  let own: FixedClock
  let client: EventEmitter
  let clock: Clock
  const heartbeat = (aheadMs: number, change: { connectionId?: string; isWritablePrimary?: boolean } = {}) =>
    client.emit('serverHeartbeatSucceeded', {
      connectionId: change.connectionId ?? 'a:1',
      reply: {
        isWritablePrimary: change.isWritablePrimary ?? true,
        localTime: new Date(own.now() + aheadMs),
      },
    })
  const aheadMs = () => clock.now() - own.now()

  beforeEach(() => {
    own = new FixedClock()
    client = new EventEmitter()
    clock = databaseClock(client as never, own)
  })

  it('is our own before the primary was heard', () => {
    expect(aheadMs()).toBe(0)
  })

  it('follows the primary, by the heartbeat that came fastest', () => {
    for (const late of [40, 3, 25]) heartbeat(1_000 - late)
    expect(aheadMs()).toBe(997)
  })

  it('follows a new primary at once', () => {
    heartbeat(1_000)
    heartbeat(-500, { connectionId: 'b:1' })
    expect(aheadMs()).toBe(-500)
  })

  it('does not listen to others', () => {
    heartbeat(1_000)
    heartbeat(9_000, { connectionId: 'b:1', isWritablePrimary: false })
    expect(aheadMs()).toBe(1_000)
  })

  it('forgets a heartbeat after ten more: clocks drift', () => {
    heartbeat(1_000)
    for (let n = 0; n < 10; n++) heartbeat(900)
    expect(aheadMs()).toBe(900)
  })
})
