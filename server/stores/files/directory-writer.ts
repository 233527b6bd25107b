/** Carries out the steps that bring a directory in line with what is replicated; never over somebody's edit. */
import { copyFileSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Random } from '../../../common/clock.ts'
import type { DirectoryStep } from '../../replication/directory-plan.ts'
import { textHash } from '../../replication/entry.ts'
import type { FileState } from '../../replication/replica.ts'
import { linkUnlessThere, syncFolder, writeTemporary } from './atomic-file.ts'
import { codeOf } from './look.ts'

export type StepResult =
  | { readonly kind: 'done'; readonly state: FileState | undefined }
  /** The directory is not as the step expects: somebody is editing. */
  | { readonly kind: 'edited' }

type WriteStep = Extract<DirectoryStep, { kind: 'write' }>

/** Throws what the file system refuses. */
export async function takeStep(directory: string, step: DirectoryStep, random: Random): Promise<StepResult> {
  if (step.kind === 'remove') {
    // First: each copy that is left after a crash is found again, and is hidden then.
    for (const file of step.copies) await hide(join(directory, file))
    return removeIfKnown(directory, step)
  }
  const target = join(directory, step.next.file)
  await mkdir(dirname(target), { recursive: true })
  const temporary = await writeTemporary(target, step.text, random)
  try {
    return putIfKnown(directory, step, temporary)
  } finally {
    await rm(temporary, { force: true })
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
function putIfKnown(directory: string, step: WriteStep, temporary: string): StepResult {
  const { now, next } = step
  if (!isAsKnown(directory, step)) return { kind: 'edited' }
  const target = join(directory, next.file)
  if (now?.file === next.file) renameSync(temporary, target)
  else if (!linkUnlessThere(temporary, target)) return { kind: 'edited' }
  if (now !== undefined && now.file !== next.file) rmSync(join(directory, now.file), { force: true })
  return { kind: 'done', state: next }
}

/** As `putIfKnown`. */
function removeIfKnown(directory: string, step: DirectoryStep): StepResult {
  if (!isAsKnown(directory, step)) return { kind: 'edited' }
  if (step.now !== undefined) rmSync(join(directory, step.now.file), { force: true })
  return { kind: 'done', state: undefined }
}

/** What is about to go is what this node knows; a hidden copy stays of what those who replace it did not know. */
function isAsKnown(directory: string, { now, keepsCopy }: DirectoryStep): boolean {
  if (now === undefined) return true
  const path = join(directory, now.file)
  if (hashAt(path) !== now.hash) return false
  if (keepsCopy) copyFileSync(path, join(dirname(path), `.${basename(path)}.overruled`))
  return true
}

/** Readers pass over it, and nothing is lost. */
async function hide(path: string): Promise<void> {
  try {
    await rename(path, join(dirname(path), `.${basename(path)}.deleted`))
  } catch (thrown) {
    if (codeOf(thrown) !== 'ENOENT') throw thrown
  }
}

function hashAt(path: string): string | undefined {
  try {
    return textHash(new TextDecoder().decode(readFileSync(path)))
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined
    throw thrown
  }
}
