import { describe, expect, it } from '@jest/globals'
import { MongoNetworkError, MongoServerError, MongoWriteConcernError } from 'mongodb'
import { systemClock, systemRandom } from '../../../common/clock.ts'
import { StoreFault } from '../../../common/fault.ts'
import { again, attempts } from './attempts.ts'
import { factsOf, isTransient, toStoreFault } from './faults.ts'

const serverError = (code: number) => new MongoServerError({ code, message: `code ${code}` })
const quick = attempts({ clock: systemClock, random: systemRandom, deadlineMs: 60 })
const patient = attempts({ clock: systemClock, random: systemRandom })

describe('an operation', () => {
  it('is tried again until it is certain', async () => {
    const answers = [new MongoNetworkError('gone'), again, serverError(10107), 'certain'] as const
    let n = 0
    const outcome = await patient.run('ask', async () => {
      const answer = answers[n++]!
      if (Error.isError(answer)) throw answer
      return answer
    })
    expect([outcome, n]).toEqual(['certain', 4])
  })

  it('that stays uncertain is a fault that may be retried, with its last reason', async () => {
    const never = quick.run('ask', async () => {
      throw new MongoNetworkError('gone')
    })
    await expect(never).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true })
    await expect(never).rejects.toThrow('ask (not certain within 60 ms): gone')
  })

  it('that hangs is left at the deadline', async () => {
    await expect(quick.run('ask', () => new Promise(() => undefined))).rejects.toThrow(
      'not certain within 60 ms',
    )
  })

  it('that the database refuses for good is not tried again', async () => {
    let tries = 0
    const refused = patient.run('ask', async () => {
      tries++
      throw serverError(13)
    })
    await expect(refused).rejects.toMatchObject({ retryable: false, message: 'ask: code 13' })
    expect(tries).toBe(1)
  })

  it('can be aborted at its deadline, where the driver knows how', async () => {
    let reason: unknown
    const asked = quick.run('ask', (signal) => {
      signal.addEventListener('abort', () => (reason = signal.reason))
      return new Promise(() => undefined)
    })
    await expect(asked).rejects.toThrow(StoreFault)
    expect(reason).toMatchObject({ name: 'TimeoutError' })
  })
})

describe('an error of the driver', () => {
  it.each([
    ['a broken connection', new MongoNetworkError('reset'), true],
    ['a primary that stepped down', serverError(189), true],
    [
      'no majority in time',
      new MongoWriteConcernError({ writeConcernError: { code: 64, errmsg: 'timeout' }, ok: 1 }),
      true,
    ],
    [
      'a majority that cannot be',
      new MongoWriteConcernError({ writeConcernError: { code: 100, errmsg: 'no' }, ok: 1 }),
      false,
    ],
    ['missing rights', serverError(13), false],
    ['lost history', serverError(286), false],
    ['a connection reset while it is made', Object.assign(new Error(), { code: 'ECONNRESET' }), true],
    ['a file that is not there', Object.assign(new Error(), { code: 'ENOENT' }), false],
    ['a mistake in our code', new TypeError('undefined is not a function'), false],
  ])('%s: transient %p', (_title, error, expected) => {
    expect(isTransient(error)).toBe(expected)
    expect(toStoreFault('ask', error)).toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: expected })
  })
})

it('says what to do about missing rights and a wrong password, and nothing about what passes', () => {
  const failure = (code: number) => new MongoServerError({ message: 'not authorized on cas', code })
  expect(factsOf(failure(13))).toEqual({
    reason: 'not authorized on cas',
    advice: expect.stringContaining('readWrite'),
  })
  expect(factsOf(failure(18))).toMatchObject({ advice: expect.stringContaining('authSource') })
  expect(factsOf(failure(91))).toEqual({ reason: 'not authorized on cas' })
})
