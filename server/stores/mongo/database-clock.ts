/**
 * An estimate of the primary's clock, so that all servers of a pool agree on when a ticket expires although their own
 * clocks differ. Each heartbeat (once a second) carries the primary's time; it is late by the way back, never early, so
 * the largest difference of the last few is the best.
 */
import type { MongoClient } from 'mongodb'
import type { Clock } from '../../../common/clock.ts'

const samplesKept = 10

/** `own` corrected by what the primary's heartbeats say; before the first one, `own` as it is. */
export function databaseClock(client: Pick<MongoClient, 'on'>, own: Clock): Clock {
  let primary = ''
  let samples: number[] = []
  let offsetMs = 0
  client.on('serverHeartbeatSucceeded', ({ connectionId, reply }) => {
    const { localTime, isWritablePrimary } = reply
    if (isWritablePrimary !== true || !(localTime instanceof Date)) return
    if (connectionId !== primary) samples = []
    primary = connectionId
    samples = [...samples, localTime.getTime() - own.now()].slice(-samplesKept)
    offsetMs = Math.max(...samples)
  })
  return { now: () => own.now() + offsetMs }
}
