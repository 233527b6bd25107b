/** Carries out the steps that bring a directory in line with what is replicated; never over somebody's edit. */
import { lstatSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Random } from '../../../common/clock.ts'
import type { ServiceClaim } from '../../../common/documents/service-definition.ts'
import type { DirectoryStep } from '../../replication/directory-plan.ts'
import type { FileState } from '../../replication/directory-state.ts'
import { foldersOf, textHash } from '../../replication/entry.ts'
import { claimOf, takesUrlsOf } from '../../services/service-claim.ts'
import { linkUnlessThere, syncFolder, writeTemporary } from './atomic-file.ts'
import { type ReadFile, readDefinitionBytes } from './definition-file.ts'
import { hideDeleted, keepOverruled } from './hidden-copies.ts'
import { codeOf } from './look.ts'

export type StepResult =
  | { readonly kind: 'done'; readonly state: FileState | undefined }
  /** The directory is not as the step expects: somebody is editing this file. */
  | { readonly kind: 'edited'; readonly file: string }
  /** What would be written or removed may lie outside of the directory, or be a definition of its own. */
  | { readonly kind: 'refused'; readonly reason: string }

type WriteStep = Extract<DirectoryStep, { kind: 'write' }>
type RemoveStep = Extract<DirectoryStep, { kind: 'remove' }>

/** Throws what the file system refuses. */
export async function takeStep(directory: string, step: DirectoryStep, random: Random): Promise<StepResult> {
  const refused = linkRefusal(directory, step)
  if (refused !== undefined) return refused
  if (step.kind === 'remove') return removeIfKnown(directory, step, random)
  const target = join(directory, step.next.file)
  await makeFolders(directory, step.next.file)
  const temporary = await writeTemporary(target, step.text, random)
  try {
    return putIfKnown(directory, step, { temporary, random })
  } finally {
    await rm(temporary, { force: true })
  }
}

/** Never the directory itself: that is made where it is known why it is gone. */
async function makeFolders(directory: string, file: string): Promise<void> {
  for (const folder of foldersOf(file)) {
    await mkdir(join(directory, folder)).catch((thrown) => {
      if (codeOf(thrown) !== 'EEXIST') throw thrown
    })
  }
}

/** Makes steps that were taken last. Folders that are gone need no more. */
export async function syncSteps(directory: string, steps: readonly DirectoryStep[]): Promise<void> {
  const files = steps.flatMap((step) => [step.now?.file, step.kind === 'write' ? step.next.file : undefined])
  const folders = new Set(
    files.flatMap((file) => (file === undefined ? [] : [dirname(join(directory, file))])),
  )
  for (const folder of folders) {
    await syncFolder(folder).catch((thrown) => {
      if (codeOf(thrown) !== 'ENOENT') throw thrown
    })
  }
}

/** Without a pause between the check and the change: no edit of another program should fall between them. */
function putIfKnown(
  directory: string,
  step: WriteStep,
  { temporary, random }: { readonly temporary: string; readonly random: Random },
): StepResult {
  const { now, next } = step
  const obstacle = obstacleTo(directory, step, random)
  if (obstacle !== undefined) return obstacle
  const target = join(directory, next.file)
  if (now?.file === next.file) renameSync(temporary, target)
  else if (!linkUnlessThere(temporary, target)) return { kind: 'edited', file: next.file }
  if (now !== undefined && now.file !== next.file) rmSync(join(directory, now.file), { force: true })
  return { kind: 'done', state: next }
}

/** As `putIfKnown`. */
function removeIfKnown(directory: string, step: RemoveStep, random: Random): StepResult {
  const obstacle = obstacleTo(directory, step, random)
  if (obstacle !== undefined) return obstacle
  // First: each copy that is left after a crash is found again, and is hidden then.
  for (const file of step.copies) hideDeleted(join(directory, file))
  rmSync(join(directory, step.now.file), { force: true })
  return { kind: 'done', state: undefined }
}

/** What is about to go is what this node knows; a hidden copy stays of what those who replace it did not know. */
function obstacleTo(directory: string, step: DirectoryStep, random: Random): StepResult | undefined {
  // Again: somebody may have put a link there in the meantime.
  const refused = linkRefusal(directory, step)
  if (refused !== undefined || step.now === undefined) return refused
  const path = join(directory, step.now.file)
  const bytes = bytesAt(path)
  if (bytes === undefined || textHash(new TextDecoder().decode(bytes)) !== step.now.hash) {
    return { kind: 'edited', file: step.now.file }
  }
  const other = step.kind === 'remove' ? obstacleInCopies(directory, step, bytes) : undefined
  if (other !== undefined) return other
  if (step.keepsCopy) keepOverruled(path, bytes, random)
  return undefined
}

/**
 * A file that has the id by mistake is withheld as long as the deleted one stands there. Were it hidden, its URLs would
 * be open to wider services; were it left alone, it would be published under the id, and might be an old copy. So both
 * stay until a person has mended it.
 */
function obstacleInCopies(
  directory: string,
  { id, now, copies, others = [] }: RemoveStep,
  deleted: Uint8Array,
): StepResult | undefined {
  const claim = claimIn(readDefinitionBytes(now.file, deleted))
  for (const file of copies) {
    const bytes = bytesAt(join(directory, file))
    if (bytes === undefined) continue
    const copy = readDefinitionBytes(file, bytes)
    if (copy.kind !== 'definition' || copy.definition.id !== id) return { kind: 'edited', file }
    const isCopy = copy.definition.hash === now.hash || takesUrlsOf(claim, claimIn(copy))
    if (!isCopy || others.includes(file)) {
      const reason = `${now.file}: is deleted, but stays until ${file}, another definition, has an id of its own`
      return { kind: 'refused', reason }
    }
  }
  return undefined
}

const claimIn = (read: ReadFile): ServiceClaim | undefined =>
  read.kind === 'definition' ? claimOf(read.definition.document) : undefined

/**
 * Links to folders are followed by those who read, never by those who write: whoever may put files into the directory
 * must not reach files outside of it with the rights of this process. A file that is a link is replaced itself.
 */
function linkRefusal(directory: string, step: DirectoryStep): StepResult | undefined {
  const files = step.kind === 'write' ? [step.next.file] : step.copies
  for (const file of step.now === undefined ? files : [step.now.file, ...files]) {
    const link = linkOnTheWay(directory, file)
    if (link !== undefined) return { kind: 'refused', reason: `${file}: ${link} is a symbolic link` }
  }
  return undefined
}

/** The first folder below `directory`, on the way to `file`, that is a link. */
function linkOnTheWay(directory: string, file: string): string | undefined {
  const names = file.split('/')
  for (let depth = 1; depth < names.length; depth++) {
    const folder = names.slice(0, depth).join('/')
    const stats = lstatSync(join(directory, folder), { throwIfNoEntry: false })
    if (stats === undefined) return undefined
    if (stats.isSymbolicLink()) return folder
  }
  return undefined
}

function bytesAt(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path)
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined
    throw thrown
  }
}
