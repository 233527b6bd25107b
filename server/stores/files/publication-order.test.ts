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
})
