/** Contract suite of RegistrySource. */
import { afterEach, describe, expect, it } from '@jest/globals'
import type { RegistryFeed } from '../../services/registry-source.ts'
import { aService, namesOf, RecordingFollower, type RegistryHarness } from './registry-samples.ts'

/** `harness` gives an empty registry to each test. */
export function registrySourceContract(harness: () => Promise<RegistryHarness>): void {
  const feeds: RegistryFeed[] = []
  afterEach(async () => {
    await Promise.all(feeds.splice(0).map((feed) => feed.stop()))
  })
  async function followed({ source }: RegistryHarness) {
    const follower = new RecordingFollower()
    const feed = await source.follow(follower.apply)
    feeds.push(feed)
    return { follower, feed }
  }

  describe('a follower', () => {
    it('has everything when follow resolves, applied once', async () => {
      const registry = await harness()
      await registry.commit({ put: [aService(1n), aService(2n)], properties: { 'cas.a': '1' } })
      const { follower, feed } = await followed(registry)
      expect(follower.seen).toHaveLength(1)
      expect([...follower.latest.services.keys()].sort()).toEqual(['1', '2'])
      expect(follower.latest.properties.get('cas.a')).toMatchObject({ name: 'cas.a', value: '1' })
      expect(follower.latest.rev).toBe(1)
      expect(feed.isCurrent).toBe(true)
    })

    it('of an empty registry starts, at rev 0', async () => {
      const { follower } = await followed(await harness())
      expect(follower.latest).toMatchObject({ rev: 0, services: { size: 0 }, properties: { size: 0 } })
    })

    it('is given each batch whole: all of a rename, never both names or none', async () => {
      const registry = await harness()
      await registry.commit({ put: [aService(1n, { name: 'old' }), aService(2n), aService(3n)] })
      const { follower } = await followed(registry)
      await registry.commit({
        put: [aService(4n, { name: 'new' }), aService(2n, { theme: 't' })],
        remove: [1n],
      })
      await follower.until(({ rev }) => rev === 2)
      expect(follower.seen.map(namesOf)).toEqual([
        ['old', 'service 2', 'service 3'],
        ['new', 'service 2', 'service 3'],
      ])
      expect(follower.latest.services.get('2')).toMatchObject({ theme: 't' })
    })

    it('keeps the identity of documents that did not change', async () => {
      const registry = await harness()
      await registry.commit({ put: [aService(1n), aService(2n)], properties: { 'cas.a': '1', 'cas.b': '2' } })
      const { follower } = await followed(registry)
      const before = follower.latest
      await registry.commit({ put: [aService(2n, { theme: 't' })], properties: { 'cas.b': '3' } })
      const after = await follower.until(({ rev }) => rev === 2)
      expect(after.services.get('1')).toBe(before.services.get('1'))
      expect(after.properties.get('cas.a')).toBe(before.properties.get('cas.a'))
      expect(after.services.get('2')).not.toBe(before.services.get('2'))
      expect(before.services.get('2')).not.toHaveProperty('theme')
    })

    it('has the same digest as any other with the same contents', async () => {
      const registry = await harness()
      await registry.commit({ put: [aService(1n), aService(2n)] })
      const early = await followed(registry)
      await registry.commit({ put: [aService(3n)], remove: [2n] })
      await early.follower.until(({ rev }) => rev === 2)
      const late = await followed(registry)
      expect(late.follower.latest.digest).toBe(early.follower.latest.digest)
      expect(late.follower.latest.digest).not.toBe(early.follower.seen[0]?.digest)
    })

    it('hears nothing after it has stopped', async () => {
      const registry = await harness()
      const stopped = await followed(registry)
      const other = await followed(registry)
      await stopped.feed.stop()
      await registry.commit({ put: [aService(1n)] })
      await other.follower.until(({ rev }) => rev === 1)
      expect(stopped.follower.seen).toHaveLength(1)
    })
  })
}
