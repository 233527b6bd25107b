/**
 * Random histories of replicated directories, for any transport: edits, deletions and renames on three nodes that stop,
 * start, and are cut off at any moment. The model knows of each edit which one it was made on: what holds in the end
 * may be no edit that another one was made on, and so no deleted definition comes back.
 */
import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { delay } from '../../../common/clock.ts'
import { type PoolNode, ReplicationPool } from './replication-pool.ts'
import type { ReplicationHarness } from './replication-samples.ts'

export type HistoryStep = { readonly node: number; readonly pauseMs: number } & (
  | { readonly kind: 'put' | 'remove' | 'rename'; readonly id: number }
  | { readonly kind: 'stop' | 'crash' | 'start' | 'cut' | 'heal' | 'emptyStore' }
)

export interface HistoriesOptions {
  readonly mode: 'active' | 'passive'
  readonly harness: () => Promise<ReplicationHarness>
  readonly count: number
  /** Histories that run side by side. */
  readonly parallel?: number
}

/** What one edit made of a definition; undefined: it was deleted. */
interface Edit {
  readonly name: string | undefined
  readonly file: string | undefined
  readonly madeOn: Edit | undefined
}

const minuteMs = 60_000
/** Shorter than the pool's own patience, which would not say how the nodes stand. */
const restMs = 50_000
const ids = [1, 2, 3]

/** One test: all histories, from a seed that a failure prints. */
export function replicationHistories({ mode, harness, count, parallel = 10 }: HistoriesOptions): void {
  it(
    `after ${count} random histories in mode ${mode} all nodes are equal, and nothing deleted is back`,
    async () => {
      const seed = Number(process.env['CASPOOL_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
      const histories = fc.sample(history(mode), { seed, numRuns: count })
      const work = histories.entries()
      const worker = async (): Promise<void> => {
        for (const [index, steps] of work) {
          await runHistory(steps, { mode, harness }).catch((thrown) => {
            const story = steps.map((step) => JSON.stringify(step)).join('\n')
            throw new Error(`history ${index} of seed ${seed}: ${thrown}\n${story}`, { cause: thrown })
          })
        }
      }
      await Promise.all(Array.from({ length: parallel }, worker))
    },
    5 * minuteMs,
  )
}

function history(mode: 'active' | 'passive'): fc.Arbitrary<readonly HistoryStep[]> {
  const node = fc.integer({ min: 0, max: 2 })
  const editor = mode === 'active' ? node : fc.constant(0)
  const pauseMs = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 80 }))
  const id = fc.constantFrom(...ids)
  const edit = fc.record({
    kind: fc.constantFrom('put' as const, 'put' as const, 'remove' as const, 'rename' as const),
    node: editor,
    id,
    pauseMs,
  })
  const event = fc.record({
    kind: fc.constantFrom(
      'stop' as const,
      'crash' as const,
      'start' as const,
      'cut' as const,
      'heal' as const,
    ),
    node,
    pauseMs,
  })
  const loss = fc.record({ kind: fc.constant('emptyStore' as const), node, pauseMs })
  const step = fc.oneof(
    { weight: 8, arbitrary: edit },
    { weight: 4, arbitrary: event },
    { weight: 1, arbitrary: loss },
  )
  return fc.array(step, { minLength: 4, maxLength: 24 })
}

async function runHistory(
  steps: readonly HistoryStep[],
  { mode, harness }: Pick<HistoriesOptions, 'mode' | 'harness'>,
): Promise<void> {
  const store = await harness()
  const pool = await ReplicationPool.create({ store, mode, settleMs: 10 })
  try {
    // It is never touched: a directory without any definition counts as lost.
    await pool.node(0).put(99, 'stays')
    await pool.start()
    await pool.untilNames('stays')
    const model = new Model()
    for (const step of steps) {
      await takeStep(step, { pool, store, model })
      if (step.pauseMs > 0) await delay(step.pauseMs)
    }
    for (const node of pool.nodes) {
      node.setCut(false)
      await node.start()
    }
    await within(restMs, pool.untilEqual({ tidies: true }), () => describeNodes(pool))
    await checkEnd(pool, model)
  } finally {
    await pool.stop()
  }
}

interface Running {
  readonly pool: ReplicationPool
  readonly store: ReplicationHarness
  readonly model: Model
}

async function takeStep(step: HistoryStep, { pool, store, model }: Running): Promise<void> {
  const node = pool.node(step.node)
  switch (step.kind) {
    case 'put':
    case 'remove':
    case 'rename':
      return await edit(step, node, model)
    case 'stop':
      return await node.stop()
    case 'crash':
      model.crashed.add(node)
      return await node.crash()
    case 'start':
      model.crashed.delete(node)
      return await node.start()
    case 'cut':
      return node.setCut(true)
    case 'heal':
      return node.setCut(false)
    case 'emptyStore':
      return await store.empty()
  }
}

/** As a person edits: what is found in the directory is what the edit is made on. */
async function edit(
  { kind, id }: { readonly kind: 'put' | 'remove' | 'rename'; readonly id: number },
  node: PoolNode,
  model: Model,
): Promise<void> {
  const found = (await node.found()).get(String(id))
  const madeOn = found && model.find(id, found)
  // Whether a crash came before or after the writing of a file that is not there cannot be told.
  if (kind === 'remove' && model.crashed.has(node)) return
  if (found !== undefined && kind === 'remove') {
    model.noteAt(node, id, { name: undefined, file: undefined, madeOn })
    await node.remove(id, found.file)
  } else if (found !== undefined && kind === 'rename') {
    const file = model.newFile(id)
    const noted = model.noteAt(node, id, { name: found.name, file, madeOn })
    // It may be gone by now: another node's deletion was written.
    await node.rename(found.file, file).catch(() => model.forget(id, noted))
  } else if (kind === 'put') {
    const file = found?.file ?? `app-${id}.json`
    const name = model.newName(id)
    model.noteAt(node, id, { name, file, madeOn: madeOn ?? model.deletionAt(node, id) })
    await node.put(id, name, file)
  }
}

/** Every edit that was made, by id. */
class Model {
  readonly #edits = new Map<number, Edit[]>()
  /** By node and id. */
  readonly #last = new Map<string, Edit>()
  /** Nodes that crashed and were not started since. */
  readonly crashed = new Set<PoolNode>()
  #count = 0

  newName(id: number): string {
    this.#count++
    return `name${id}-${this.#count}`
  }

  newFile(id: number): string {
    this.#count++
    return `file${this.#count}-${id}.json`
  }

  noteAt(node: PoolNode, id: number, made: Edit): Edit {
    this.#edits.set(id, [...this.editsOf(id), made])
    this.#last.set(`${node.directory} ${id}`, made)
    return made
  }

  /** What is made where none is was made on the node's own deletion, if that was its last edit. */
  deletionAt(node: PoolNode, id: number): Edit | undefined {
    const last = this.#last.get(`${node.directory} ${id}`)
    return last !== undefined && last.name === undefined ? last : undefined
  }

  forget(id: number, made: Edit): void {
    this.#edits.set(
      id,
      this.editsOf(id).filter((other) => other !== made),
    )
  }

  editsOf(id: number): readonly Edit[] {
    return this.#edits.get(id) ?? []
  }

  /** The edit that left this name in this file; a definition keeps its name when its file is renamed. */
  find(id: number, { name, file }: { readonly name: string; readonly file: string }): Edit | undefined {
    const named = this.editsOf(id).filter((made) => made.name === name)
    return named.find((made) => made.file === file) ?? named.at(-1)
  }

  /** Edits that no other one was made on. */
  lastOf(id: number): readonly Edit[] {
    const edits = this.editsOf(id)
    return edits.filter((made) => !edits.some(({ madeOn }) => madeOn === made))
  }
}

async function checkEnd(pool: ReplicationPool, model: Model): Promise<void> {
  const found = await pool.node(0).found()
  for (const id of ids) {
    const { name } = found.get(String(id)) ?? { name: undefined }
    const possible = model.lastOf(id).map((made) => made.name)
    if (model.editsOf(id).length === 0) expect(name).toBeUndefined()
    else expect({ id, possible }).toMatchObject({ possible: expect.arrayContaining([name]) })
  }
  const served = [...found.values()].map(({ name }) => name).sort()
  for (const node of pool.nodes) expect(node.names).toBe(served.join())
}

function describeNodes(pool: ReplicationPool): string {
  return pool.nodes
    .map((node) => `${node.names} ${node.isRunning ? JSON.stringify(node.status) : 'stopped'}`)
    .join('\n')
}

async function within(ms: number, work: Promise<void>, state: () => string): Promise<void> {
  const late = new AbortController()
  const timeout = delay(ms, late.signal).then(
    () => {
      throw new Error(`not at rest after ${ms} ms:\n${state()}`)
    },
    () => undefined,
  )
  await Promise.race([work, timeout]).finally(() => late.abort())
}
