import { describe, expect, it } from '@jest/globals'
import { Decimal128 } from 'mongodb'
import { collections } from '../../../common/contract.ts'
import { aService } from '../contract/registry-samples.ts'
import { parseEvent, TransactionAssembler } from './registry-events.ts'
import type { RegistryChange } from './registry-held.ts'

const remove = (id: string): RegistryChange => ({ kind: 'remove', part: 'services', id })
const head: RegistryChange = { kind: 'head', head: { rev: 1, digest: 'd' } }

describe('events of one transaction', () => {
  it('are complete with the head', () => {
    const assembler = new TransactionAssembler()
    expect(assembler.add(remove('1'), 't')).toEqual([])
    expect(assembler.add(remove('2'), 't')).toEqual([])
    expect(assembler.isPending).toBe(true)
    expect(assembler.add(head, 't')).toEqual([[remove('1'), remove('2'), head]])
    expect(assembler.isPending).toBe(false)
  })

  it('without a head are complete with the next event of another', () => {
    const assembler = new TransactionAssembler()
    assembler.add(remove('1'), 't')
    expect(assembler.add(remove('2'), 'u')).toEqual([[remove('1')]])
    expect(assembler.add(remove('3'), undefined)).toEqual([[remove('2')], [remove('3')]])
  })

  it('without a head are complete when the stream is idle', () => {
    const assembler = new TransactionAssembler()
    assembler.add(remove('1'), 't')
    expect(assembler.flush()).toEqual([[remove('1')]])
    expect(assembler.flush()).toEqual([])
  })
})

describe('an event', () => {
  const ns = { coll: collections.services }
  const documentKey = { _id: 7n }

  it('of a whole document is that document', () => {
    const event = { operationType: 'replace', ns, documentKey, fullDocument: aService(7n) }
    expect(parseEvent(event)).toEqual({
      kind: 'change',
      change: { kind: 'put', part: 'services', id: '7', document: aService(7n) },
      transaction: undefined,
    })
  })

  it.each([
    ['of a dropped collection', { operationType: 'drop', ns }],
    ['of a renamed collection', { operationType: 'rename', ns }],
    ['of an ended stream', { operationType: 'invalidate' }],
    ['of an update in place', { operationType: 'update', ns, documentKey }],
  ])('%s asks for everything to be read again', (_title, event) => {
    expect(parseEvent(event).kind).toBe('reload')
  })

  const headUpdate = (updatedFields: Record<string, unknown>) => ({
    operationType: 'update',
    ns: { coll: collections.poolState },
    documentKey: { _id: 'head' },
    updateDescription: { updatedFields },
  })
  it.each([
    [7n, 7],
    [Decimal128.fromString('7'), 7],
    [7.5, 0],
    ['7', 0],
  ])('of a head whose rev is %p is a head of rev %p, as the operator reads it', (rev, read) => {
    const fullDocument = { _id: 'head', rev, digest: 'd', epoch: 1 }
    const event = {
      operationType: 'replace',
      ns: { coll: collections.poolState },
      documentKey: { _id: 'head' },
    }
    expect(parseEvent({ ...event, fullDocument })).toMatchObject({
      change: { kind: 'head', head: { rev: read, digest: 'd' } },
    })
  })

  it('of an operator that takes over, which raises the epoch of the head, is ignored', () => {
    expect(parseEvent(headUpdate({ epoch: 2 }))).toEqual({ kind: 'ignored' })
    expect(parseEvent(headUpdate({ rev: 2 })).kind).toBe('reload')
  })

  it.each([
    [
      'of another document beside the head',
      { operationType: 'insert', ns: { coll: collections.poolState }, documentKey: { _id: 'x' } },
    ],
    ['of another collection', { operationType: 'insert', ns: { coll: 'other' }, documentKey }],
    ['of an unknown type', { operationType: 'createIndexes', ns, documentKey }],
  ])('%s is ignored', (_title, event) => {
    expect(parseEvent(event)).toEqual({ kind: 'ignored' })
  })
})
