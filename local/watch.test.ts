import { expect, it } from '@jest/globals'
import { type Resting, rested } from './watch.ts'

/** A directory that looks, one look after the other, like this; the last look stays. */
function directory(looks: string[], msPerPause = 0): Resting<string> {
  let now = 0
  let current = ''
  return {
    look: async () => {
      current = looks.shift() ?? current
      return current
    },
    read: async () => `read at ${current}`,
    pause: async () => {
      now += msPerPause
    },
    now: () => now,
  }
}

it('what is read is believed when the directory looks the same before and after it', async () => {
  expect(await rested(directory(['written']))).toEqual({ look: 'written', found: 'read at written' })
})

it('a file that is emptied for a moment before it is written is read when it is written', async () => {
  expect(await rested(directory(['emptied', 'half', 'written']))).toEqual({
    look: 'written',
    found: 'read at written',
  })
})

it('a directory that never rests is taken after a while', async () => {
  const looks = Array.from({ length: 100 }, (_, i) => `look ${i}`)
  const { look } = await rested(directory(looks, 500))
  expect(looks).toContain('look 99')
  expect(look).toBe('look 7')
})
