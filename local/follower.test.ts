import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { Fault, StoreFault } from '../common/fault.ts'
import { silentLog } from '../common/log.ts'
import { resolveClusterSpec } from '../operator/api/defaults.ts'
import { Follower } from './follower.ts'
import type { LoadedManifests, PoolManifests } from './manifests.ts'
import type { Synced } from './registry.ts'

const cluster = resolveClusterSpec({ serverUrl: 'http://127.0.0.1:8080/cas' }, { server: '', mongodb: '' })
const manifests = (usersFile: string, ...files: string[]): PoolManifests => ({
  pool: 'default/sso',
  cluster,
  services: [],
  files: new Set(files),
  usersFile,
  trustedCAs: [],
})
const good = (pool: PoolManifests): LoadedManifests => ({ kind: 'pool', pool })
const synced = (sentence: string, more: Partial<Synced> = {}): Synced => ({
  sentence,
  isNews: true,
  nextPassInMs: undefined,
  ...more,
})
const away = new StoreFault('write the registry', { retryable: true })
const started = manifests('a', 'first.yaml')
const edited = manifests('b', 'second.yaml')

/** What the registry answers, one pass after the other. */
let answers: (Synced | Error)[]
let said: string[]
let taken: PoolManifests[]
let users: (string | undefined)[]
let pauses: { readonly ms: number; end(): void }[]
let follower: Follower

beforeEach(() => {
  ;[answers, said, taken, users, pauses] = [[], [], [], [], []]
  follower = new Follower({
    registry: {
      sync: async (wanted) => {
        taken.push(wanted)
        const answer = answers.shift()
        if (answer instanceof Error) throw answer
        return answer ?? synced('nothing changed', { isNews: false })
      },
    },
    servers: ['server-0'],
    running: started,
    keep: async ({ usersFile }) => void users.push(usersFile),
    progress: (sentence) => said.push(sentence),
    log: silentLog,
    pause: (ms) => new Promise((end) => pauses.push({ ms, end })),
  })
})
afterEach(() => follower.stop())

/** Lets everything happen that waits for nothing but promises. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('an edit', () => {
  it('is taken over, with what it does besides', async () => {
    answers = [synced('registry at revision 2: a')]
    follower.edited(good(edited))
    await settle()
    expect(said).toEqual(['registry at revision 2: a; users were read again'])
    expect([taken, users]).toEqual([[edited], ['b']])
    expect(pauses).toEqual([])
  })

  it('that is refused leaves what stands, and what stands is what files are held against', async () => {
    follower.edited({ kind: 'refused', problems: ['second.yaml is empty'] })
    await settle()
    expect(said).toEqual(['manifests refused, the pool goes on with what it had:\n  second.yaml is empty'])
    expect(taken).toEqual([])
    expect(follower.held).toEqual(new Set(['first.yaml']))
    follower.edited(good(edited))
    expect(follower.held).toEqual(new Set(['second.yaml']))
  })

  it('that the database does not take is tried again with growing pauses, and said once', async () => {
    answers = [...Array.from({ length: 7 }, () => away), synced('registry at revision 2: a')]
    follower.edited(good(edited))
    for (let i = 0; i < 7; i++) {
      await settle()
      pauses[i]?.end()
    }
    await settle()
    expect(pauses.map(({ ms }) => ms)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
    expect(said).toEqual([
      'manifests not taken over (write the registry); trying again, every 30 s at least',
      'manifests taken over: registry at revision 2: a; users were read again',
    ])
  })

  it('ends the pause of another one that was not taken', async () => {
    answers = [away, away, synced('registry at revision 2: b')]
    follower.edited(good(started))
    await settle()
    pauses[0]?.end()
    await settle()
    follower.edited(good(edited))
    await settle()
    expect(taken).toEqual([started, started, edited])
    expect(said.at(-1)).toBe('registry at revision 2: b; users were read again')
  })

  it('is not tried again where that cannot help', async () => {
    answers = [new Fault('written by another pool', { code: 'FENCED', retryable: false })]
    follower.edited(good(edited))
    await settle()
    expect(said).toEqual(['manifests not taken over (written by another pool); the next edit tries again'])
    expect(pauses).toEqual([])
  })
})

describe('what others write', () => {
  it('is mended and said', async () => {
    answers = [synced('registry at revision 3: a, b')]
    follower.written()
    await settle()
    expect(said).toEqual(['somebody else has written the registry: registry at revision 3: a, b'])
    expect(taken).toEqual([started])
    expect(users).toEqual([])
  })

  it('is not spoken of where it changes nothing of the pool', async () => {
    follower.written()
    await settle()
    expect(taken).toEqual([started])
    expect(said).toEqual([])
  })

  it('is compared again after a failure, and when it is time', async () => {
    answers = [away, synced('not taken: a', { nextPassInMs: 60_000 })]
    follower.written()
    await settle()
    pauses[0]?.end()
    await settle()
    expect(said).toEqual([
      'registry not compared with the manifests (write the registry); trying again, every 30 s at least',
      'registry compared: not taken: a',
    ])
    pauses[1]?.end()
    await settle()
    expect(pauses.map(({ ms }) => ms)).toEqual([1000, 60_000])
    expect(taken).toHaveLength(3)
  })
})

it('says nothing after it was stopped', async () => {
  answers = [away]
  follower.edited(good(edited))
  follower.stop()
  await settle()
  expect(said).toEqual([])
})
