import { expect, it } from '@jest/globals'
import { unlessAborted } from './abort.ts'

const never = new Promise<string>(() => undefined)

it('answers what the work comes to, be it a value or a fault', async () => {
  const { signal } = new AbortController()
  expect(await unlessAborted(Promise.resolve('done'), signal)).toBe('done')
  await expect(unlessAborted(Promise.reject(new Error('broken')), signal)).rejects.toThrow('broken')
})

it('waits no longer than the signal says, nor at all when that has ended already', async () => {
  const controller = new AbortController()
  const waiting = unlessAborted(never, controller.signal)
  controller.abort(new Error('too late'))
  await expect(waiting).rejects.toThrow('too late')
  await expect(unlessAborted(never, controller.signal)).rejects.toThrow('too late')
})

it('drops the fault of work that ends afterwards', async () => {
  const controller = new AbortController()
  const { promise, reject } = Promise.withResolvers<string>()
  const waiting = unlessAborted(promise, controller.signal)
  controller.abort(new Error('too late'))
  await expect(waiting).rejects.toThrow('too late')
  // An unhandled rejection would end the process of the tests.
  reject(new Error('broken'))
  await new Promise((resolve) => setImmediate(resolve))
})
