import { describe, expect, it } from '@jest/globals'
import { entry, tombstone } from '../../replication/testing/replicas.ts'
import type { ReplicatedEntry } from '../../replication/transport.ts'
import { readDefinitionFile } from './definition-file.ts'
import { PublicationOrder } from './publication-order.ts'

const definition = (id: string, evaluationOrder: number, name = `app${id}`): ReplicatedEntry =>
  entry(id, 1, {
    text: JSON.stringify({
      '@class': 'org.apereo.cas.services.CasRegisteredService',
      serviceId: `^https://${name}\\.example\\.org/.*`,
      name,
      id: Number(id),
      evaluationOrder,
    }),
  })

const sorted = async (...entries: ReplicatedEntry[]) =>
  (await new PublicationOrder().sorted(entries, () => undefined)).map(({ id }) => id)

describe('entries are published', () => {
  it('in the order in which services are asked, whatever their ids are', async () => {
    const wide = definition('1', 100_000)
    expect(
      await sorted(wide, definition('2', 5, 'b'), definition('3', 5, 'A'), definition('999', 1)),
    ).toEqual(['999', '3', '2', '1'])
  })

  it('with deletions at the end, so that a definition is there under its new id before the old one goes', async () => {
    expect(await sorted(tombstone('2', 3), definition('1', 100_000), definition('9', 1))).toEqual([
      '9',
      '1',
      '2',
    ])
  })

  it('with what cannot be read ahead of all: other servers may read it, and ask it first', async () => {
    expect(await sorted(definition('1', 0), tombstone('2', 1), entry('3', 1, { text: '{' }))).toEqual([
      '3',
      '1',
      '2',
    ])
  })

  it('and the text of each is read once, or not at all where its document is known', async () => {
    const order = new PublicationOrder()
    const entries = [definition('1', 9), definition('2', 1)]
    const asked: string[] = []
    const documentOf = ({ id, file, text }: Extract<ReplicatedEntry, { kind: 'definition' }>) => {
      asked.push(id)
      const read = readDefinitionFile(file, text)
      return read.kind === 'definition' ? read.definition.document : undefined
    }
    for (let times = 0; times < 2; times++)
      expect((await order.sorted(entries, documentOf)).map(({ id }) => id)).toEqual(['2', '1'])
    expect(asked).toEqual(['1', '2'])
  })

  /** Ids with their orders: as the store holds them, and as they are published. */
  async function renumbered(
    before: Readonly<Record<string, number>>,
    after: Readonly<Record<string, number>>,
  ) {
    const order = new PublicationOrder()
    const entries = (of: Readonly<Record<string, number>>) =>
      Object.entries(of).map(([id, evaluationOrder]) => definition(id, evaluationOrder))
    order.heard(entries(before), { isWhole: true })
    return (await order.sorted(entries(after), () => undefined)).map(({ id }) => id)
  }

  it('so that one which is raised never stands behind one that has yet to be: the last is raised first', async () => {
    const before = { 1: 1, 2: 2, 3: 650 }
    expect(await renumbered(before, { 1: 1_000, 2: 2_000, 3: 650_000 })).toEqual(['3', '2', '1'])
    expect(await renumbered({ 1: 1_000, 2: 2_000, 3: 650_000 }, before)).toEqual(['1', '2', '3'])
  })

  it('with what is new, and what moves forward, behind what moves back', async () => {
    const before = { 1: 1, 2: 2, 3: 650 }
    expect(await renumbered(before, { 1: 10, 2: 1, 3: 1_000, 4: 5 })).toEqual(['3', '1', '2', '4'])
  })

  it('but not before others where one that moves back has other URLs by now, as a service for everything', async () => {
    const order = new PublicationOrder()
    order.heard([definition('1', 1, 'app')])
    const entries = [definition('1', 1_000, 'everything'), definition('2', 5)]
    expect((await order.sorted(entries, () => undefined)).map(({ id }) => id)).toEqual(['2', '1'])
  })

  it('as if all were new where the store was emptied, and one of which it holds a deletion is', async () => {
    const order = new PublicationOrder()
    order.heard([definition('1', 1), definition('2', 2)])
    order.heard([tombstone('2', 9)])
    const entries = [definition('1', 10), definition('2', 20)]
    const ids = async () => (await order.sorted(entries, () => undefined)).map(({ id }) => id)
    expect(await ids()).toEqual(['1', '2'])
    order.heard([definition('1', 1), definition('2', 2)])
    expect(await ids()).toEqual(['2', '1'])
    order.heard([], { isWhole: true })
    expect(await ids()).toEqual(['1', '2'])
  })
})
