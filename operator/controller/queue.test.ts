import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { silentLog } from '../../common/log.ts'
import { type WorkQueue, type WorkQueueOptions, workQueue } from './queue.ts'

beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(() => {
  jest.useRealTimers()
})

const clock = { now: () => jest.now() }
const done = { kind: 'done' } as const

/** Work that a test ends by hand: `begun` lists the keys in order, `end` finishes the oldest run of a key. */
function manualWork() {
  const begun: string[] = []
  const open: { key: string; end: () => void; fail: (err: Error) => void }[] = []
  const work: WorkQueueOptions['work'] = (key) => {
    begun.push(key)
    return new Promise((resolve, reject) => {
      open.push({ key, end: () => resolve(done), fail: reject })
    })
  }
  const take = (key: string) => {
    const at = open.findIndex((entry) => entry.key === key)
    const [entry] = open.splice(at, at < 0 ? 0 : 1)
    if (entry === undefined) throw new Error(`${key} is not being handled`)
    return entry
  }
  const settle = () => jest.advanceTimersByTimeAsync(0)
  return {
    begun,
    work,
    end: (key: string) => {
      take(key).end()
      return settle()
    },
    fail: (key: string, err = new Error('no')) => {
      take(key).fail(err)
      return settle()
    },
    running: () => open.map((entry) => entry.key),
  }
}

function started(options: Partial<WorkQueueOptions> & Pick<WorkQueueOptions, 'work'>): WorkQueue {
  const queue = workQueue({ workers: 1, clock, log: silentLog, ...options })
  queue.start()
  return queue
}

describe('a keyed work queue', () => {
  it('handles a key once however often it was added before a worker was free', () => {
    const manual = manualWork()
    const queue = workQueue({ workers: 1, clock, log: silentLog, work: manual.work })
    queue.add('a')
    queue.add('a')
    queue.add('b')
    queue.start()
    expect(manual.begun).toEqual(['a'])
    expect(queue.counts()).toEqual({ waiting: 1, delayed: 0, running: 1 })
  })

  it('never handles one key in two workers, and handles it again when it was added meanwhile', async () => {
    const manual = manualWork()
    const queue = started({ workers: 3, work: manual.work })
    queue.add('a')
    queue.add('a')
    queue.add('a')
    expect(manual.running()).toEqual(['a'])
    await manual.end('a')
    expect(manual.begun).toEqual(['a', 'a'])
    await manual.end('a')
    expect(queue.counts()).toEqual({ waiting: 0, delayed: 0, running: 0 })
  })

  it('handles different keys side by side, up to the number of workers', async () => {
    const manual = manualWork()
    const queue = started({ workers: 2, work: manual.work })
    for (const key of ['a', 'b', 'c']) queue.add(key)
    expect(manual.running()).toEqual(['a', 'b'])
    await manual.end('a')
    expect(manual.running()).toEqual(['b', 'c'])
  })

  it('handles fresh keys before routine ones, and makes a waiting routine key fresh on request', async () => {
    const manual = manualWork()
    const queue = started({ work: manual.work })
    queue.add('busy')
    queue.add('routine-1', 'resync')
    queue.add('routine-2', 'resync')
    queue.add('edited')
    queue.add('routine-2')
    await manual.end('busy')
    await manual.end('edited')
    await manual.end('routine-2')
    expect(manual.begun).toEqual(['busy', 'edited', 'routine-2', 'routine-1'])
  })

  it('waits longer after each failure of a key, up to the longest delay, and never gives up', async () => {
    const manual = manualWork()
    const queue = started({ work: manual.work, firstDelayMs: 100, longestDelayMs: 300 })
    queue.add('a')
    for (const delayMs of [100, 200, 300, 300, 300]) {
      await manual.fail('a')
      await jest.advanceTimersByTimeAsync(delayMs - 1)
      expect(manual.running()).toEqual([])
      await jest.advanceTimersByTimeAsync(1)
      expect(manual.running()).toEqual(['a'])
    }
  })

  it('starts again with the first delay after a success', async () => {
    const manual = manualWork()
    const queue = started({ work: manual.work, firstDelayMs: 100 })
    queue.add('a')
    await manual.fail('a')
    await jest.advanceTimersByTimeAsync(100)
    await manual.end('a')
    queue.add('a')
    await manual.fail('a')
    await jest.advanceTimersByTimeAsync(100)
    expect(manual.running()).toEqual(['a'])
  })

  it('waits at least as long as the API server asked', async () => {
    const manual = manualWork()
    const queue = started({ work: manual.work, firstDelayMs: 100 })
    queue.add('a')
    await manual.fail('a', Object.assign(new Error('slow down'), { retryAfterMs: 1000 }))
    await jest.advanceTimersByTimeAsync(999)
    expect(manual.running()).toEqual([])
    await jest.advanceTimersByTimeAsync(1)
    expect(manual.running()).toEqual(['a'])
  })

  it('brings a key back when its worker asked for that', async () => {
    const handled: string[] = []
    const queue = started({
      work: async (key) => {
        handled.push(key)
        return handled.length < 3 ? { kind: 'again', inMs: 50, why: 'not settled' } : done
      },
    })
    queue.add('a')
    await jest.advanceTimersByTimeAsync(1000)
    expect(handled).toEqual(['a', 'a', 'a'])
  })

  it('counts a delayed addition as served by a run that begins earlier', async () => {
    const manual = manualWork()
    const queue = started({ work: manual.work })
    queue.addAfter('a', 1000)
    queue.add('a')
    await jest.advanceTimersByTimeAsync(1500)
    await manual.end('a')
    await jest.advanceTimersByTimeAsync(5000)
    expect(manual.begun).toEqual(['a'])
  })

  it('takes the earliest of several delayed additions, whatever their order', async () => {
    for (const delays of [
      [500, 100],
      [100, 500],
    ]) {
      const manual = manualWork()
      const queue = started({ work: manual.work })
      for (const delayMs of delays) queue.addAfter('a', delayMs)
      await jest.advanceTimersByTimeAsync(99)
      expect(manual.begun).toEqual([])
      await jest.advanceTimersByTimeAsync(1)
      expect(manual.begun).toEqual(['a'])
      await manual.end('a')
      await jest.advanceTimersByTimeAsync(1000)
      expect(manual.begun).toEqual(['a'])
    }
  })

  it('handles a key at once, with its failures forgotten, when told that its cause may be cured', async () => {
    const manual = manualWork()
    const queue = started({ work: manual.work, firstDelayMs: 1000 })
    queue.add('a')
    await manual.fail('a')
    queue.retryNow('a')
    expect(manual.running()).toEqual(['a'])
    await manual.fail('a')
    await jest.advanceTimersByTimeAsync(1000)
    expect(manual.begun).toHaveLength(3)
  })

  it('survives work that throws before it returns a promise', async () => {
    let calls = 0
    const queue = started({
      work: () => {
        calls += 1
        if (calls === 1) throw new TypeError('a mistake')
        return Promise.resolve(done)
      },
    })
    queue.add('a')
    await jest.advanceTimersByTimeAsync(200)
    expect(calls).toBe(2)
  })

  it('ends what is being handled before it has stopped, and begins nothing new', async () => {
    const manual = manualWork()
    const queue = started({ work: manual.work })
    queue.add('a')
    queue.add('b')
    queue.addAfter('c', 10)
    let stopped = false
    void queue.stop().then(() => {
      stopped = true
    })
    queue.add('d')
    await jest.advanceTimersByTimeAsync(5000)
    expect(stopped).toBe(false)
    await manual.end('a')
    expect(stopped).toBe(true)
    expect(manual.begun).toEqual(['a'])
    expect(jest.getTimerCount()).toBe(0)
  })

  it('aborts work that outlasts the time a stop may take', async () => {
    let aborted = false
    const queue = started({
      work: (_key, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted = true
            reject(signal.reason)
          })
        }),
    })
    queue.add('a')
    const stopped = queue.stop(500)
    await jest.advanceTimersByTimeAsync(499)
    expect(aborted).toBe(false)
    await jest.advanceTimersByTimeAsync(1)
    await stopped
    expect(aborted).toBe(true)
    expect(jest.getTimerCount()).toBe(0)
  })
})
