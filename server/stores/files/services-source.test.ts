import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { monotonicClock } from '../../../common/clock.ts'
import { silentLog } from '../../../common/log.ts'
import { Catalog } from '../../registry/catalog.ts'
import type { RegistryContents, RegistryFeed } from '../../services/registry-source.ts'
import { namesOf, RecordingFollower } from '../contract/registry-samples.ts'
import { memoryRegistrySource } from '../memory/registry-source.ts'
import { DirectoryServices } from './directory-services.ts'
import { withProperties } from './services-source.ts'
import { definitionJson, newDirectory, removeDirectory, writeDefinition } from './testing/directories.ts'

describe('a registry of services in files and properties in MongoDB', () => {
  let root: string
  let directory: string
  let feed: RegistryFeed | undefined
  const properties = (rev: number, value: string) => ({
    rev,
    digest: 'of the database',
    services: new Map([['7', { _id: 7n, name: 'in the database' }]]),
    properties: new Map([['cas.a', { name: 'cas.a', value }]]),
  })
  beforeEach(async () => {
    root = await newDirectory()
    directory = join(root, 'services')
    await mkdir(directory)
  })
  afterEach(async () => {
    await feed?.stop()
    await removeDirectory(root)
  })
  async function follow() {
    const database = memoryRegistrySource(properties(3, '1'))
    const files = new DirectoryServices({ directory, log: silentLog, clock: monotonicClock, settleMs: 20 })
    const follower = new RecordingFollower()
    feed = await withProperties(files, database).follow(follower.apply)
    return { database, follower, files }
  }

  it('has both when it is there, and leaves out services of the database', async () => {
    await writeDefinition(directory, 1)
    const { follower } = await follow()
    expect(follower.seen).toHaveLength(1)
    expect(namesOf(follower.latest)).toEqual(['app1'])
    expect(follower.latest).toMatchObject({ rev: 3, properties: new Map([['cas.a', { value: '1' }]]) })
  })

  it('follows both, with a digest over both, and keeps what did not change', async () => {
    await writeDefinition(directory, 1)
    const { follower, database } = await follow()
    const first = follower.latest
    database.publish(properties(4, '2'))
    const second = await follower.until(({ rev }) => rev === 4)
    await writeDefinition(directory, 2)
    const third = await follower.untilNames('app1', 'app2')
    expect(new Set([first.digest, second.digest, third.digest]).size).toBe(3)
    expect(third.services.get('1')).toBe(first.services.get('1'))
    await rm(join(directory, 'app2-2.json'))
    database.publish(properties(5, '1'))
    await follower.until(({ services, rev }) => services.size === 1 && rev === 5)
    expect(follower.latest.digest).toBe(first.digest)
  })

  it('reports refused files and repeated ids by the names of the files, to all who ask what is refused', async () => {
    await writeDefinition(directory, 1)
    await writeFile(join(directory, 'copy-1.json'), definitionJson(1, 'copy'))
    await writeFile(join(directory, 'half-2.json'), '{ "id": 2, "name": "half')
    const { follower, files } = await follow()
    const { refusedServices, size } = new Catalog().apply(follower.latest)
    expect(size).toBe(1)
    expect(refusedServices).toEqual([
      { id: 'file:copy-1.json', reason: 'copy-1.json: has the id 1 of app1-1.json, and is passed over' },
      { id: 'file:half-2.json', reason: expect.stringMatching(/^half-2\.json: line 1: /) },
    ])
    expect(files.status).toEqual({ definitions: 1, refusedFiles: 2 })
  })

  describe('beside a service that takes everything', () => {
    const answersOf = (contents: RegistryContents) => {
      const { findService, refusals } = new Catalog().apply(contents)
      const answers = ['wiki', 'app', 'other'].map((name) => {
        const found = findService(`https://${name}.example.org/`)
        return found.kind === 'service' ? found.definition.name : found.kind
      })
      return { answers, refusals: refusals.map(({ file, urls }) => [file, urls]) }
    }
    beforeEach(async () => {
      const wide = definitionJson(9, 'wide').replace(/"serviceId": ".*"/, '"serviceId": "^https://.*"')
      await writeFile(join(directory, 'wide-9.json'), wide)
      await writeFile(join(directory, 'wiki-2.json'), definitionJson(2, 'wiki'))
    })

    it('goes on with a service of which there is a copy with its id, and keeps the URLs of the copy', async () => {
      const { follower } = await follow()
      expect(answersOf(follower.latest).answers).toEqual(['wiki', 'wide', 'wide'])
      await writeFile(join(directory, 'app-2.json'), definitionJson(2, 'app'))
      const copied = await follower.until(({ withheld }) => withheld?.size === 1)
      const held = { answers: ['wiki', 'refused', 'wide'], refusals: [['app-2.json', 'closed']] }
      expect(answersOf(copied)).toEqual(held)
      await rm(join(directory, 'wiki-2.json'))
      const renamed = await follower.until(({ fileOf }) => fileOf?.('2') === 'app-2.json')
      expect(answersOf(renamed)).toEqual({ answers: ['wide', 'app', 'wide'], refusals: [] })
    })

    it('starts with the one of two that is named after its id', async () => {
      await writeFile(join(directory, 'app-1.json'), definitionJson(2, 'app'))
      const { follower } = await follow()
      expect(answersOf(follower.latest)).toEqual({
        answers: ['wiki', 'refused', 'wide'],
        refusals: [['app-1.json', 'closed']],
      })
    })

    it('keeps nobody out while a definition stands under two names', async () => {
      const wiki = definitionJson(2, 'wiki')
      const renamed = wiki.replace('"wiki"', '"renamed"')
      await writeFile(join(directory, 'wiki-2.json'), wiki.replace('Order": 2', 'Order": 0'))
      // What is left out is 0.
      await writeFile(join(directory, 'renamed-2.json'), renamed.replace(',\n  "evaluationOrder": 2', ''))
      const { follower } = await follow()
      expect(answersOf(follower.latest)).toEqual({
        answers: ['renamed', 'wide', 'wide'],
        refusals: [['wiki-2.json', 'taken']],
      })
    })

    it('keeps the URLs of a copy that a service between the two would be given, by its name alone', async () => {
      const payroll = definitionJson(5, 'zeta').replace('Order": 5', 'Order": 9')
      await writeFile(join(directory, 'app-5.json'), payroll.replace('//zeta', '//app'))
      const copy = payroll.replace('//zeta', '//app').replace('"zeta"', '"alpha"')
      await writeFile(join(directory, 'copy.json'), copy)
      const { follower } = await follow()
      expect(answersOf(follower.latest)).toEqual({
        answers: ['wiki', 'refused', 'wide'],
        refusals: [['copy.json', 'closed']],
      })
    })

    it('keeps the URLs of a definition without an id', async () => {
      await writeFile(join(directory, 'app.json'), definitionJson(1, 'app').replace('"id": 1,', ''))
      const { follower, files } = await follow()
      expect(answersOf(follower.latest)).toEqual({
        answers: ['wiki', 'refused', 'wide'],
        refusals: [['app.json', 'closed']],
      })
      expect(files.status).toEqual({ definitions: 2, refusedFiles: 1 })
    })
  })

  it('says of a file that cannot be read whether what it said before is served', async () => {
    await writeDefinition(directory, 1)
    await writeDefinition(directory, 2)
    const { follower } = await follow()
    const refusalsOf = ({ refused = [] }: RegistryContents) =>
      refused.map(({ id, file, urls }) => [id, file, urls])
    await writeFile(join(directory, 'app1-1.json'), '{ "id": 1, "name": "half')
    const broken = await follower.until(({ refused = [] }) => refused.length === 1)
    expect(refusalsOf(broken)).toEqual([['1', 'app1-1.json', 'asBefore']])
    expect(broken.fileOf?.('2')).toBe('app2-2.json')
    await feed?.stop()
    const later = (await follow()).follower.latest
    expect(refusalsOf(later)).toEqual([['file:app1-1.json', 'app1-1.json', 'open']])
  })

  it('waits for a directory that is not there, and says so', async () => {
    const later = directory
    await rm(later, { recursive: true })
    const files = new DirectoryServices({
      directory: later,
      log: silentLog,
      clock: monotonicClock,
      settleMs: 20,
    })
    const follower = new RecordingFollower()
    const following = withProperties(files, memoryRegistrySource(properties(3, '1'))).follow(follower.apply)
    while (files.status.problem !== 'does not exist') await new Promise((resolve) => setImmediate(resolve))
    expect(follower.seen).toHaveLength(0)
    await mkdir(later)
    feed = await following
    expect(follower.latest.services.size).toBe(0)
  })
})
