/** Metrics of the last run, for the textfile collector of Prometheus's node_exporter. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Metrics } from '../../common/metrics.ts'
import { doneBy, exitStatuses, type SyncOutcome } from './outcome.ts'

export interface FinishedRun {
  /** As they were typed. */
  readonly source: string
  readonly destination: string
  readonly outcome: SyncOutcome
  /** When it ended, in seconds since the epoch. */
  readonly endedAt: number
  readonly seconds: number
}

const lastSuccess = 'caspool_sync_last_success_timestamp_seconds'
const filesName = 'caspool_sync_files'

/** Writes the file whole, by renaming. What only a good run knows is taken over from the file as it was. */
export async function writeMetrics(file: string, run: FinishedRun): Promise<void> {
  const before = await readFile(file, 'utf8').catch(() => '')
  // node_exporter passes over names that do not end in .prom.
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}`)
  try {
    await writeFile(temporary, metricsText(run, before), { mode: 0o644 })
    await rename(temporary, file)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** The text of the file; `before`: what it held. */
export function metricsText(run: FinishedRun, before: string): string {
  const { source, destination, outcome, endedAt, seconds } = run
  const labels = { source, destination }
  const metrics = new Metrics()
  const gauge = (name: string, help: string, value: number | undefined) => {
    const series = metrics.gauge(name, help)
    if (value !== undefined) series.set(value, labels)
  }
  const { changes, bytes } = doneBy(outcome)
  const isSynced = outcome.kind === 'synced'
  gauge(lastSuccess, 'When a run last ended well.', isSynced ? endedAt : valueIn(before, lastSuccess))
  gauge('caspool_sync_last_run_timestamp_seconds', 'When a run last ended, however it did.', endedAt)
  gauge('caspool_sync_duration_seconds', 'Duration of the last run.', seconds)
  gauge('caspool_sync_exit_status', 'Exit status of the last run; 0: well.', exitStatuses[outcome.kind])
  const files = isSynced ? outcome.files : valueIn(before, filesName)
  gauge(filesName, 'Files in the source when a run last ended well.', files)
  gauge('caspool_sync_bytes', 'Size of the files that the last run copied.', bytes)
  const changed = metrics.gauge('caspool_sync_changes', 'Files that the last run changed, by change.')
  for (const change of ['created', 'changed', 'deleted'] as const)
    changed.set(changes[change].length, { ...labels, change })
  return metrics.text()
}

function valueIn(text: string, name: string): number | undefined {
  const found = new RegExp(`^${name}\\{.*\\} ([\\d.]+)$`, 'm').exec(text)
  return found === null ? undefined : Number(found[1])
}
