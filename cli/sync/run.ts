/**
 * One run: source -> snapshot in the state directory -> checked -> destination.
 *
 * Until everything has arrived and was found right, nothing in the destination changes. For a remote destination the
 * files then travel to a directory beside it. The switch comes last (switch.ts); a run that breaks in it is finished by the
 * next one before that looks at the source.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { errorsIn } from './check-directory.ts'
import { rsyncPath } from './endpoint.ts'
import { findTwins } from './find-twins.ts'
import { deleteRefusal } from './guard.ts'
import { findLinks, linkRefusal } from './linked-folders.ts'
import { localProblem } from './local-places.ts'
import { takeLock } from './lock.ts'
import type { SyncOutcome } from './outcome.ts'
import { heldIn } from './pending-switch.ts'
import type { ProgramEnd } from './programs.ts'
import { copyArguments, linkArguments, listArguments, mirrorArguments } from './rsync-arguments.ts'
import { changesText, countOf, failureText, type RsyncReport, readReport } from './rsync-output.ts'
import { copying, type Run, type RunContext, rsync, showing, vanished } from './run-programs.ts'
import type { SyncSettings } from './settings.ts'
import { carryOut, finishSwitch, stagePath, unfinishedNote } from './switch.ts'
import { twinsText } from './twins.ts'

/** Source files that vanish while they are read: so often the reading starts over. */
const maxReads = 3

/** A dry run needs no lock, and leaves nothing behind. */
export async function syncOnce(settings: SyncSettings, context: RunContext): Promise<SyncOutcome> {
  if (!settings.isDryRun) return locked(settings, context)
  const temporary = await mkdtemp(join(tmpdir(), 'caspool-sync-'))
  try {
    const run: Run = { ...context, settings, snapshot: join(temporary, 'snapshot') }
    const note = await unfinishedNote(run)
    if (note !== undefined) run.onNote?.(note)
    return await look(run)
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
    const last = await finishSwitch(run)
    if (last === undefined) return await look(run)
    if (last.kind === 'broken') return failure('finish the last run', last.end)
    const { changes } = last.report
    run.onNote?.(`finished what a run before had begun: ${changesText(changes)}`)
    return { ...(await look(run)), finished: { changes, bytes: copiedBytes(run, last.report) } }
  } finally {
    lock.release()
  }
}

/** Everything up to where the destination changes. */
async function look(run: Run): Promise<SyncOutcome> {
  const { settings, snapshot, signal } = run
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
  const objection = await objectionTo(run, report)
  if (objection !== undefined) return objection
  const { changes, files } = report
  if (settings.isDryRun) return { kind: 'previewed', changes, files }
  return countOf(changes) > 0 ? change(run, report) : { kind: 'synced', changes, files, bytes: 0 }
}

/** Why the destination must not become what was read. */
async function objectionTo(run: Run, report: RsyncReport): Promise<SyncOutcome | undefined> {
  const { settings, snapshot, signal, clock } = run
  const { check, source, destination, isDryRun } = settings
  const definitions = await definitionsIn(run, report)
  if (signal.aborted) return { kind: 'stopped' }
  const reason = deleteRefusal({ ...report, definitions }, settings)
  if (reason !== undefined)
    return { kind: 'refused', reason, ...(isDryRun ? { deleted: report.changes.deleted } : {}) }
  const found = await findLinks(run)
  if (signal.aborted) return { kind: 'stopped' }
  if (found.kind === 'failed') return failure(`look for links in ${rsyncPath(destination)}`, found.end)
  const lost = linkRefusal(report, found.links)
  if (lost !== undefined) return { kind: 'refused', reason: lost }
  if (countOf(report.changes) > 0) {
    const findings = await errorsIn(snapshot, { check, shownAs: rsyncPath(source), now: clock.now() })
    if (findings.length > 0) return { kind: 'faulty', findings, check }
  }
  const behindLinks = found.links.flatMap(({ files }) => files)
  const search = await findTwins(run, behindLinks)
  if (signal.aborted) return { kind: 'stopped' }
  if (search.kind === 'failed') return failure(`compare with ${rsyncPath(destination)}`, search.end)
  const { twins } = search
  if (twins.length > 0 && check !== 'none') return { kind: 'twofold', twins }
  for (const each of twins) run.onNote?.(`warning: ${twinsText(each)}`)
  return undefined
}

async function change(run: Run, { changes: { deleted } }: RsyncReport): Promise<SyncOutcome> {
  const { settings, snapshot, signal } = run
  const { destination } = settings
  let sentBytes = 0
  if (destination.kind === 'remote') {
    const stage = stagePath(run)
    const sent = await rsync(run, mirrorArguments(snapshot, stage, showing(run)))
    if (signal.aborted) return { kind: 'stopped' }
    if (sent.status !== 0) return failure(`send to ${stage}`, sent)
    sentBytes = readReport(sent.lines).bytes
  }
  const switched = await carryOut(run, deleted)
  if (switched.kind === 'broken') return failure(switched.doing, switched.end)
  const { changes, files } = switched.report
  return { kind: 'synced', changes, files, bytes: sentBytes + copiedBytes(run, switched.report) }
}

/** How many definitions were read. Where files of any kind travel, a report counts those. */
async function definitionsIn(run: Run, { files }: RsyncReport): Promise<number> {
  const { settings, snapshot } = run
  const { all, deletes, transport } = settings
  if (!all || !deletes) return files
  const { lines } = await rsync(run, listArguments(snapshot, `${snapshot}.none`, { all: false, transport }))
  return heldIn(lines).files
}

/** What a switch copied; on another host that was sent there before, and counted. */
function copiedBytes({ settings: { destination } }: Run, { bytes }: RsyncReport): number {
  return destination.kind === 'local' ? bytes : 0
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

function failure(doing: string, { status, stderr }: ProgramEnd): SyncOutcome {
  return { kind: 'failed', reason: `cannot ${doing}: ${failureText(status, stderr)}` }
}
