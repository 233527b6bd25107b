import { expect, it } from '@jest/globals'
import { Lifecycle } from './lifecycle.ts'
import { silentLog } from './log.ts'

it('stops parts in the reverse order of their start, and all of them although one fails', async () => {
  const stopped: string[] = []
  const lifecycle = new Lifecycle(silentLog)
  lifecycle.add('store', async () => void stopped.push('store'))
  lifecycle.add('feed', async () => {
    throw new Error('feed is stuck')
  })
  lifecycle.add('listener', async () => void stopped.push('listener'))
  await Promise.all([lifecycle.stop(), lifecycle.stop()])
  expect(stopped).toEqual(['listener', 'store'])
})

it('stops what is added while everything stops', async () => {
  const stopped: string[] = []
  const lifecycle = new Lifecycle(silentLog)
  lifecycle.add('store', async () => {
    lifecycle.add('late', async () => void stopped.push('late'))
    stopped.push('store')
  })
  await lifecycle.stop()
  await lifecycle.stop()
  expect(stopped).toEqual(['store', 'late'])
})
