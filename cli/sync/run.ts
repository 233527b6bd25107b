/**
 * One run: source -> snapshot in the state directory -> checked -> destination.
 *
 * Until everything has arrived and was found right, nothing in the destination changes. For a remote destination the
 * files then travel to a directory beside it. The switch comes last: rsync on the destination's own machine renames one
 * file after the other into place, then deletes. It is written down before it begins, with what it copies from, so that
 * a run that breaks in it is finished by the next one before that looks at the source. Where that is not there any more
 * as it was, nothing is finished: the next run is one as any other, with all its guards.
 */
import { mkdir, mkdtemp, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import type { Clock } from '../../common/clock.ts'
import { errorsIn } from './check-directory.ts'
import { rsyncPath, stageOf } from './endpoint.ts'
import { deleteRefusal } from './guard.ts'
import { takeLock } from './lock.ts'
import type { SyncOutcome } from './outcome.ts'
import { heldIn, isSame, type PendingSwitch, pendingText, readPending } from './pending-switch.ts'
import { type ProgramEnd, runProgram } from './programs.ts'
import {
  type CopyOptions,
  copyArguments,
  linkArguments,
  listArguments,
  mirrorArguments,
  remoteCopyCommand,
  sshArguments,
} from './rsync-arguments.ts'
import { countOf, failureText, noChanges, readReport } from './rsync-output.ts'
import type { SyncSettings } from './settings.ts'

export interface RunContext {
  /** Directory of this destination alone: lock, snapshot, what is under way. There already. */
  readonly directory: string
  /** Ends the run where that leaves the destination as it was. */
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly onProgress?: (line: string) => void
  /** Told what people should know of a run whatever comes of it. */
  readonly onNote?: (line: string) => void
}

interface Run extends RunContext {
  readonly settings: SyncSettings
  readonly snapshot: string
  /** Of the lock. */
  readonly descriptor?: number
}

/** Source files that vanish while they are read: so often the reading starts over. */
const maxReads = 3
/** rsync's exit status for that, */
const vanished = 24
/** and for a directory or files that cannot be read, or are not there. */
const partial = 23

/** A dry run needs no lock, and leaves nothing behind. */
export async function syncOnce(settings: SyncSettings, context: RunContext): Promise<SyncOutcome> {
  if (!settings.isDryRun) return locked(settings, context)
  const temporary = await mkdtemp(join(tmpdir(), 'caspool-sync-'))
  try {
    return await look({ ...context, settings, snapshot: join(temporary, 'snapshot') })
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

async function locked(settings: SyncSettings, context: RunContext): Promise<SyncOutcome> {
  const { directory, clock } = context
  const since = new Date(clock.now()).toISOString()
  const lock = takeLock(join(directory, 'lock'), `process ${process.pid} since ${since}`)
  if (lock.kind === 'taken') return { kind: 'locked', holder: lock.holder }
  try {
    const { descriptor } = lock
    const run: Run = { ...context, settings, snapshot: join(directory, 'snapshot'), descriptor }
    const unfinished = await finishSwitch(run)
    return unfinished === undefined ? await look(run) : failure('finish the last run', unfinished)
  } finally {
    lock.release()
  }
}

/** Everything up to where the destination changes. */
async function look(run: Run): Promise<SyncOutcome> {
  const { settings, snapshot, signal, clock } = run
  const problem = await localProblem(settings)
  if (problem !== undefined) return { kind: 'failed', reason: problem }
  await mkdir(snapshot, { recursive: true, mode: 0o755 })
  const read = await fetch(run)
  if (signal.aborted) return { kind: 'stopped' }
  if (read.status !== 0) return failure(`read ${rsyncPath(settings.source)}`, read)
  const preview = await rsync(
    run,
    copyArguments(snapshot, rsyncPath(settings.destination), { ...copying(run), isDryRun: true }),
  )
  if (signal.aborted) return { kind: 'stopped' }
  if (preview.status !== 0) return failure(`compare with ${rsyncPath(settings.destination)}`, preview)
  const report = readReport(preview.lines)
  const reason = deleteRefusal(report, settings)
  if (reason !== undefined) {
    return { kind: 'refused', reason, ...(settings.isDryRun ? { deleted: report.changes.deleted } : {}) }
  }
  const { files } = report
  const isDifferent = countOf(report.changes) > 0
  if (isDifferent) {
    const { check, source } = settings
    const findings = await errorsIn(snapshot, { check, shownAs: rsyncPath(source), now: clock.now() })
    if (findings.length > 0) return { kind: 'faulty', findings, check }
  }
  if (settings.isDryRun) return { kind: 'previewed', changes: report.changes, files }
  return isDifferent ? change(run) : { kind: 'synced', changes: noChanges, files, bytes: 0 }
}

async function change(run: Run): Promise<SyncOutcome> {
  const { settings, snapshot, signal } = run
  const { destination } = settings
  let bytes = 0
  if (destination.kind === 'remote') {
    const stage = stagePath(run)
    const sent = await rsync(run, mirrorArguments(snapshot, stage, showing(run)))
    if (signal.aborted) return { kind: 'stopped' }
    if (sent.status !== 0) return failure(`send to ${stage}`, sent)
    bytes = readReport(sent.lines).bytes
  }
  const staged = await listStage(run, snapshot, settings.all)
  if (staged.status !== 0) return failure(`read ${snapshot}`, staged)
  const { deletes, all } = settings
  const begun: PendingSwitch = { deletes, all, stage: heldIn(staged.lines) }
  await writeFile(`${pendingFile(run)}.new`, pendingText(begun))
  await rename(`${pendingFile(run)}.new`, pendingFile(run))
  const switched = await switchOver(run, begun)
  if (switched.status !== 0) return failure(`write to ${rsyncPath(destination)}`, switched)
  await rm(pendingFile(run))
  const report = readReport(switched.lines)
  if (destination.kind === 'local') bytes = report.bytes
  return { kind: 'synced', changes: report.changes, files: report.files, bytes }
}

const pendingFile = ({ directory }: Run): string => join(directory, 'switching.json')

/** Does again what was under way when the last run broke. Undefined: nothing is left to do. */
async function finishSwitch(run: Run): Promise<ProgramEnd | undefined> {
  const text = await textAt(pendingFile(run))
  if (text === undefined) return undefined
  const pending = readPending(text)
  if (pending === undefined) return forget(run, 'what it was about to do cannot be read')
  const stage = stagePath(run)
  const listed = await listStage(run, stage, pending.all)
  const isThere = listed.status === 0 && isSame(heldIn(listed.lines), pending.stage)
  // Who cannot reach the other host does not know what stands there.
  if (!isThere && ![0, partial, vanished].includes(listed.status ?? -1)) return listed
  if (!isThere) return forget(run, `${stage} does not hold any more what it was about to bring`)
  const end = await switchOver(run, pending)
  if (end.status !== 0) return end
  await rm(pendingFile(run))
  return undefined
}

async function forget(run: Run, why: string): Promise<undefined> {
  await rm(pendingFile(run))
  run.onNote?.(
    `the last run broke while it changed DST, and is not finished, as ${why}: this one begins anew`,
  )
}

async function textAt(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}

/** The directory that a switch copies from, as rsync takes it here. */
function stagePath({ settings: { destination }, snapshot }: Run): string {
  return destination.kind === 'local' ? snapshot : `${destination.host}:${stageOf(destination.path)}`
}

/** Lines with all that a switch would take from a stage. */
async function listStage(run: Run, stage: string, all: boolean): Promise<ProgramEnd> {
  const { settings, directory, descriptor } = run
  const { transport } = settings
  const empty = join(directory, 'empty')
  await mkdir(empty, { recursive: true })
  const lock = descriptor === undefined ? {} : { lock: descriptor }
  return runProgram({ file: transport.rsync, args: listArguments(stage, empty, { all, transport }), ...lock })
}

/** Runs to its end, whoever wants to stop: it takes a moment, and half of it is what nobody wants. */
function switchOver(run: Run, pending: PendingSwitch): Promise<ProgramEnd> {
  const { settings, snapshot, descriptor } = run
  const { destination, transport } = settings
  const options: CopyOptions = { ...pending, transport: { ...transport, bandwidth: undefined } }
  const lock = descriptor === undefined ? {} : { lock: descriptor }
  if (destination.kind === 'local') {
    const args = copyArguments(snapshot, destination.path, options)
    return runProgram({ file: transport.rsync, args, ...lock })
  }
  const command = remoteCopyCommand(stageOf(destination.path), destination.path, options)
  return runProgram({ file: 'ssh', args: sshArguments(destination, command, transport), ...lock })
}

async function fetch(run: Run): Promise<ProgramEnd> {
  const { source, destination, transport } = run.settings
  // What goes to another host is held back on its way there.
  const isHeldBackLater = source.kind === 'local' && destination.kind === 'remote'
  const options = isHeldBackLater
    ? { ...showing(run), transport: { ...transport, bandwidth: undefined } }
    : showing(run)
  const args = mirrorArguments(rsyncPath(source), run.snapshot, options)
  for (let attempt = 1; ; attempt++) {
    const end = await rsync(run, args)
    if (run.signal.aborted) return end
    if (end.status === 0) return run.settings.all ? end : deadLinks(run, end)
    if (end.status !== vanished || attempt === maxReads) return end
  }
}

/**
 * What was read, unless a link in the source leads nowhere that may be meant for a folder: what is in that would be
 * deleted from the destination. Where files of any kind travel, the reading itself ends with it.
 */
async function deadLinks(run: Run, read: ProgramEnd): Promise<ProgramEnd> {
  const { source, transport } = run.settings
  const end = await rsync(run, linkArguments(rsyncPath(source), run.snapshot, transport))
  // A file that vanishes meanwhile was read before it did.
  return end.status === vanished || end.status === 0 ? read : end
}

function rsync(run: Run, args: readonly string[]): Promise<ProgramEnd> {
  const { settings, signal, descriptor, onProgress } = run
  const lock = descriptor === undefined ? {} : { lock: descriptor }
  return runProgram({
    file: settings.transport.rsync,
    args,
    signal,
    ...lock,
    ...(onProgress && { onProgress }),
  })
}

function copying({ settings: { all, deletes, transport } }: Run): CopyOptions {
  return { all, deletes, transport }
}

function showing(run: Run): CopyOptions {
  return { ...copying(run), showsProgress: run.settings.showsProgress }
}

function failure(doing: string, { status, stderr }: ProgramEnd): SyncOutcome {
  return { kind: 'failed', reason: `cannot ${doing}: ${failureText(status, stderr)}` }
}

/** What can be said of local directories without rsync. */
async function localProblem({ source, destination }: SyncSettings): Promise<string | undefined> {
  if (source.kind === 'remote') return undefined
  const from = await directoryAt(source.path)
  if (from === undefined) return `SRC ${source.path} is no directory, or cannot be read`
  if (destination.kind === 'remote') return undefined
  const to = await placeOf(resolve(destination.path))
  if (`${from}/`.startsWith(`${to}/`) || `${to}/`.startsWith(`${from}/`))
    return 'SRC and DST are the same directory, or one is in the other'
  return undefined
}

async function directoryAt(path: string): Promise<string | undefined> {
  try {
    const real = await realpath(path)
    return (await stat(real)).isDirectory() ? real : undefined
  } catch {
    return undefined
  }
}

/** Where an absolute path leads without links; what is not there yet would be made below the last that is. */
async function placeOf(path: string): Promise<string> {
  const above = dirname(path)
  return realpath(path).catch(async () =>
    above === path ? path : join(await placeOf(above), basename(path)),
  )
}
