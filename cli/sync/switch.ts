/**
 * The last step of a run, and what the next one makes of it when it broke there.
 *
 * It is written down before it begins, with what it copies from and what it deletes. The next run finishes it only while
 * that is there as it was, and no other file would go, and if the destination takes it: else the note is forgotten, and
 * the run is one as any other, with all its guards. It looks at the destination as it is, half changed or not.
 */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rsyncPath, stageOf } from './endpoint.ts'
import {
  deletesProblem,
  heldIn,
  isSame,
  type PendingSwitch,
  pendingText,
  readPending,
  unfinishedText,
} from './pending-switch.ts'
import { type ProgramEnd, runProgram } from './programs.ts'
import {
  type CopyOptions,
  copyArguments,
  listArguments,
  remoteCopyCommand,
  sshArguments,
} from './rsync-arguments.ts'
import { failureText, type RsyncReport, readReport } from './rsync-output.ts'
import { partial, type Run, unwritten, vanished } from './run-programs.ts'

export type Switched =
  | { readonly kind: 'done'; readonly report: RsyncReport }
  | { readonly kind: 'broken'; readonly doing: string; readonly end: ProgramEnd }

/** Makes the destination what has arrived. `deleted`: the files that it may delete should another run finish it. */
export async function carryOut(run: Run, deleted: readonly string[]): Promise<Switched> {
  const { settings, snapshot } = run
  const { deletes, all, destination } = settings
  const staged = await listStage(run, snapshot, all)
  if (staged.status !== 0) return { kind: 'broken', doing: `read ${snapshot}`, end: staged }
  const begun: PendingSwitch = { deletes, all, stage: heldIn(staged.lines), deleted }
  await writeFile(`${pendingFile(run)}.new`, pendingText(begun))
  await rename(`${pendingFile(run)}.new`, pendingFile(run))
  return switchOver(run, begun, `write to ${rsyncPath(destination)}`)
}

/** Does again what was under way when the last run broke. Undefined: there is nothing to do. */
export async function finishSwitch(run: Run): Promise<Switched | undefined> {
  const text = await textAt(pendingFile(run))
  if (text === undefined) return undefined
  const pending = readPending(text)
  if (pending === undefined) return forget(run, 'what it was about to do cannot be read')
  const doing = 'finish the last run'
  const stage = stagePath(run)
  const listed = await listStage(run, stage, pending.all)
  const isThere = listed.status === 0 && isSame(heldIn(listed.lines), pending.stage)
  // Who cannot reach the other host does not know what stands there.
  if (!isThere && ![0, partial, vanished].includes(listed.status ?? -1))
    return { kind: 'broken', doing, end: listed }
  if (!isThere) return forget(run, `${stage} does not hold any more what it was about to bring`)
  const preview = await copyFromStage(run, { ...pending, isDryRun: true })
  if (preview.status !== 0) return { kind: 'broken', doing, end: preview }
  const problem = deletesProblem(pending, readReport(preview.lines).changes.deleted, run.settings.maxDeletes)
  if (problem !== undefined) return forget(run, problem)
  const switched = await switchOver(run, pending, doing)
  // What the destination does not take, such as more than its disk holds, must not keep a mended source from it.
  return switched.kind === 'broken' && isRejected(switched.end)
    ? forget(run, `DST does not take it: ${failureText(switched.end.status, switched.end.stderr)}`)
    : switched
}

/** What a dry run says of a switch that is not finished. */
export async function unfinishedNote(run: Run): Promise<string | undefined> {
  const text = await textAt(pendingFile(run))
  return text === undefined ? undefined : unfinishedText(readPending(text))
}

/** The directory that a switch copies from, as rsync takes it here. */
export function stagePath({ settings: { destination }, snapshot }: Run): string {
  return destination.kind === 'local' ? snapshot : `${destination.host}:${stageOf(destination.path)}`
}

/** Whether rsync ran to its end and could not write: no connection that was lost, no process that was killed. */
const isRejected = ({ status }: ProgramEnd): boolean => status === unwritten || status === partial

const pendingFile = ({ directory }: Run): string => join(directory, 'switching.json')

async function switchOver(run: Run, pending: PendingSwitch, doing: string): Promise<Switched> {
  const end = await copyFromStage(run, pending)
  if (end.status !== 0) return { kind: 'broken', doing, end }
  await rm(pendingFile(run))
  return { kind: 'done', report: readReport(end.lines) }
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

/** Lines with all that a switch would take from a stage. */
async function listStage(run: Run, stage: string, all: boolean): Promise<ProgramEnd> {
  const { settings, directory } = run
  const { transport } = settings
  const empty = join(directory, 'empty')
  await mkdir(empty, { recursive: true })
  return runProgram({
    file: transport.rsync,
    args: listArguments(stage, empty, { all, transport }),
    ...lockOf(run),
  })
}

/** Runs to its end, whoever wants to stop: it takes a moment, and half of it is what nobody wants. */
function copyFromStage(
  run: Run,
  what: Pick<CopyOptions, 'all' | 'deletes' | 'isDryRun'>,
): Promise<ProgramEnd> {
  const { settings, snapshot } = run
  const { destination, transport } = settings
  const options: CopyOptions = { ...what, transport: { ...transport, bandwidth: undefined } }
  if (destination.kind === 'local') {
    const args = copyArguments(snapshot, destination.path, options)
    return runProgram({ file: transport.rsync, args, ...lockOf(run) })
  }
  const command = remoteCopyCommand(stageOf(destination.path), destination.path, options)
  return runProgram({ file: 'ssh', args: sshArguments(destination, command, transport), ...lockOf(run) })
}

const lockOf = ({ descriptor }: Run) => (descriptor === undefined ? {} : { lock: descriptor })
