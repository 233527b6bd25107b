import { describe, expect, it } from '@jest/globals'
import { hashQueue } from './hash-queue.ts'

/** A queue of one place that is taken until `open` is called, and what became of who asked. */
function crowdedQueue(waiting: number) {
  const queue = hashQueue({ atOnce: 1, waiting })
  const gate = Promise.withResolvers<void>()
  const served: string[] = []
  const busy: string[] = []
  const asked = [queue.run({ client: 'first', user: 'first' }, () => gate.promise)]
  return {
    served,
    busy,
    ask(client: string, user: string): void {
      const name = `${client} ${user}`
      const work = async () => void served.push(name)
      asked.push(queue.run({ client, user }, work).catch(({ code }) => void busy.push(`${name} ${code}`)))
    },
    async open(): Promise<void> {
      gate.resolve()
      await Promise.all(asked)
    },
  }
}

describe('turns to hash', () => {
  it('go round from client to client, and for one client from user to user', async () => {
    const queue = crowdedQueue(10)
    for (const user of ['ann', 'ann', 'ann', 'bob']) queue.ask('one', user)
    queue.ask('two', 'cid')
    await queue.open()
    expect(queue.served).toEqual(['one ann', 'two cid', 'one bob', 'one ann', 'one ann'])
  })

  it('are given up by the client that waits most, so that none keeps the others out', async () => {
    const queue = crowdedQueue(10)
    for (let i = 0; i < 30; i++) queue.ask('greedy', `user${i}`)
    for (let i = 0; i < 4; i++) queue.ask('other', 'ann')
    await queue.open()
    expect(queue.served).toHaveLength(10)
    expect(queue.served.filter((name) => name === 'other ann')).toHaveLength(4)
    expect(queue.busy).toHaveLength(24)
    expect(queue.busy.every((name) => /^greedy .* BUSY$/.test(name))).toBe(true)
  })

  it('behind one proxy are given up by the user name that waits most', async () => {
    const queue = crowdedQueue(10)
    for (let i = 0; i < 30; i++) queue.ask('proxy', 'target')
    for (const user of ['ann', 'bob']) queue.ask('proxy', user)
    await queue.open()
    expect(queue.served).toEqual(expect.arrayContaining(['proxy ann', 'proxy bob']))
    expect(queue.served).toHaveLength(10)
  })

  it('come again after work that failed', async () => {
    const queue = hashQueue({ atOnce: 1, waiting: 1 })
    const asker = { client: 'one', user: 'ann' }
    await expect(queue.run(asker, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(await queue.run(asker, async () => 'done')).toBe('done')
  })

  it('are never more than so many at once', async () => {
    const queue = hashQueue({ atOnce: 2, waiting: 100 })
    let running = 0
    let most = 0
    const work = async (): Promise<void> => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
    }
    await Promise.all(
      Array.from({ length: 50 }, (_, i) => queue.run({ client: `${i % 7}`, user: 'u' }, work)),
    )
    expect([running, most]).toEqual([0, 2])
  })
})
