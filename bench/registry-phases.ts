/** What the time of an edit consists of, by the logs of operator and servers: all clocks are this machine's. */
import { kubectl } from '../e2e/kubectl.ts'
import { namespace, operatorNamespace } from '../e2e/pool.ts'
import type { WatchedPod } from './registry-pods.ts'
import type { Edit } from './registry-runs.ts'

export interface Phase {
  readonly what: string
  /** Of each edit. */
  readonly ms: readonly number[]
}

interface Line {
  readonly time: string
  readonly rev: number
  /** How long the transaction took. */
  readonly ms?: number
}

export async function phasesOf(
  edits: readonly Edit[],
  pods: readonly WatchedPod[],
): Promise<readonly Phase[]> {
  const since = `--since-time=${new Date((edits[0]?.begunAt ?? 0) - 1000).toISOString()}`
  const linesOf = async (where: string, what: string, message: string) =>
    byRev(await kubectl(where, 'logs', what, since), message)
  const written = await linesOf(operatorNamespace, 'deployment/cas-operator', 'registry written')
  const applied = await Promise.all(
    pods.map(({ name }) => linesOf(namespace, `pod/${name}`, 'registry applied')),
  )
  const known = edits.flatMap(({ rev, begunAt, acceptedMs, servedMs }) => {
    const writing = written.get(rev)
    const last = Math.max(...applied.map((lines) => Date.parse(lines.get(rev)?.time ?? '')))
    if (writing === undefined || Number.isNaN(last)) return []
    const writtenMs = Date.parse(writing.time) - begunAt
    const transactionMs = writing.ms ?? 0
    return [{ acceptedMs, writtenMs, transactionMs, appliedMs: last - begunAt, servedMs }]
  })
  return [
    { what: 'the API server', ms: known.map(({ acceptedMs }) => acceptedMs) },
    {
      what: 'its watch and the operator',
      ms: known.map(({ acceptedMs, writtenMs, transactionMs }) => writtenMs - transactionMs - acceptedMs),
    },
    { what: 'the transaction in MongoDB', ms: known.map(({ transactionMs }) => transactionMs) },
    {
      what: 'change stream and swap, until the last pod',
      ms: known.map(({ writtenMs, appliedMs }) => appliedMs - writtenMs),
    },
  ]
}

function byRev(log: string, message: string): ReadonlyMap<number, Line> {
  const lines = log.split('\n').filter((line) => line.includes(`"msg":"${message}"`))
  return new Map(
    lines.map((line) => {
      const parsed = JSON.parse(line) as Line
      return [parsed.rev, parsed]
    }),
  )
}
