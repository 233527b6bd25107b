/** `caspool sync SRC DST`: definitions as files from one directory to another, with rsync. */
import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { delay, monotonicClock, systemClock, systemRandom } from '../../common/clock.ts'
import { reasonOf } from '../../common/fault.ts'
import { printable, printableLines } from '../printable.ts'
import { rsyncPath } from './endpoint.ts'
import { help } from './help.ts'
import { placeOf } from './local-places.ts'
import { writeMetrics } from './metrics-file.ts'
import { exitStatuses, outcomeText, type SyncOutcome } from './outcome.ts'
import { runProgram } from './programs.ts'
import { versionProblem } from './rsync-output.ts'
import { syncOnce } from './run.ts'
import { parseSettings, type SyncSettings } from './settings.ts'

/** Answers the exit status (`exitStatuses`). Throws UsageError. */
export async function sync(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const settings = parseSettings(args)
  if (settings === 'help') {
    process.stdout.write(help)
    return 0
  }
  const problem = await rsyncProblem(settings.transport.rsync)
  if (problem !== undefined) {
    say(`failed: ${problem}`, process.stderr)
    return exitStatuses.failed
  }
  const stop = new AbortController()
  const onSignal = (signal: NodeJS.Signals) => stop.abort(signal)
  process.once('SIGTERM', onSignal).once('SIGINT', onSignal)
  try {
    return await runs(settings, env, stop.signal)
  } finally {
    process.off('SIGTERM', onSignal).off('SIGINT', onSignal)
  }
}

async function runs(settings: SyncSettings, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<number> {
  const { everyMs, jitterMs } = settings
  for (;;) {
    const outcome = await run(settings, env, signal)
    const isGood = exitStatuses[outcome.kind] === 0
    const time = everyMs === undefined ? '' : `${new Date(systemClock.now()).toISOString()} `
    if (outcome.kind !== 'stopped' || everyMs === undefined)
      say(`${time}${outcomeText(outcome)}`, isGood ? process.stdout : process.stderr)
    if (everyMs === undefined)
      return outcome.kind === 'stopped' && signal.reason === 'SIGINT' ? 130 : exitStatuses[outcome.kind]
    const waitMs = everyMs + (systemRandom.bytes(4).readUInt32BE() / 2 ** 32) * jitterMs
    await delay(waitMs, signal).catch(() => undefined)
    // Being told to end is how a service ends well.
    if (signal.aborted) return 0
  }
}

/** One run with its metrics. Never throws: a run that fails in an unforeseen way is a failed run. */
async function run(
  settings: SyncSettings,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<SyncOutcome> {
  const began = monotonicClock.now()
  const outcome = await attempt(async () => {
    const directory = await stateOf(settings, env)
    const progress = settings.showsProgress ? { onProgress: showProgress } : {}
    const onNote = (line: string) => say(line, process.stderr)
    return syncOnce(settings, { directory, signal, clock: systemClock, onNote, ...progress })
  })
  const { metricsFile, isDryRun } = settings
  if (metricsFile === undefined || isDryRun || outcome.kind === 'locked' || outcome.kind === 'stopped')
    return outcome
  return attempt(async () => {
    await writeMetrics(metricsFile, {
      source: rsyncPath(settings.source),
      destination: rsyncPath(settings.destination),
      outcome,
      endedAt: systemClock.now() / 1000,
      seconds: (monotonicClock.now() - began) / 1000,
    })
    return outcome
  })
}

async function attempt(work: () => Promise<SyncOutcome>): Promise<SyncOutcome> {
  try {
    return await work()
  } catch (error) {
    return { kind: 'failed', reason: reasonOf(error) }
  }
}

/** The directory of this destination in the user's state directory; one, whatever links lead to a local one. */
async function stateOf(
  { stateDirectory, destination }: SyncSettings,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const base =
    stateDirectory ?? join(env['XDG_STATE_HOME'] || join(homedir(), '.local/state'), 'caspool', 'sync')
  const target =
    destination.kind === 'local' ? await placeOf(resolve(destination.path)) : rsyncPath(destination)
  const directory = join(base, createHash('sha256').update(target).digest('hex').slice(0, 16))
  await mkdir(directory, { recursive: true, mode: 0o700 })
  return directory
}

async function rsyncProblem(rsync: string): Promise<string | undefined> {
  const { status, lines, stderr } = await runProgram({ file: rsync, args: ['--version'] })
  const install = 'install rsync 3.1 or later (apt-get install rsync, dnf install rsync, brew install rsync)'
  if (status === 127) return `${rsync} cannot be started (${stderr.trim()}): ${install}`
  const problem = versionProblem(lines.join('\n'))
  return problem === undefined ? undefined : `${rsync} ${problem}: ${install}`
}

function showProgress(line: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${printable(line)}` : `${printable(line)}\n`)
}

function say(text: string, to: NodeJS.WriteStream): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  to.write(`${printableLines(text)}\n`)
}
