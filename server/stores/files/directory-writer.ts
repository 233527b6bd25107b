/** Carries out the steps that bring a directory in line with what is replicated; never over somebody's edit. */
import { readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Random } from '../../../common/clock.ts'
import type { DirectoryStep } from '../../replication/directory-plan.ts'
import { textHash } from '../../replication/entry.ts'
import type { FileState } from '../../replication/replica.ts'
import { createFile, keepCopy, replaceFile, syncFolder } from './atomic-file.ts'
import { codeOf } from './look.ts'

export type StepResult =
  | { readonly kind: 'done'; readonly state: FileState | undefined }
  /** The directory is not as the step expects: somebody is editing. */
  | { readonly kind: 'edited' }

/** Throws what the file system refuses. */
export async function takeStep(directory: string, step: DirectoryStep, random: Random): Promise<StepResult> {
  const { now } = step
  if (now !== undefined && (await hashAt(join(directory, now.file))) !== now.hash) return { kind: 'edited' }
  if (now !== undefined && step.keepsCopy) await keepCopy(join(directory, now.file), 'overruled')
  if (step.kind === 'write') {
    const target = join(directory, step.next.file)
    if (now?.file === step.next.file) await replaceFile(target, step.text, random)
    else if (!(await createFile(target, step.text, random))) return { kind: 'edited' }
    if (now !== undefined && now.file !== step.next.file) await rm(join(directory, now.file), { force: true })
    return { kind: 'done', state: step.next }
  }
  // The copies first: each that is left after a crash is found again, and is hidden then.
  for (const file of step.copies) await hide(join(directory, file))
  if (now !== undefined) await rm(join(directory, now.file), { force: true })
  return { kind: 'done', state: undefined }
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

/** Readers pass over it, and nothing is lost. */
async function hide(path: string): Promise<void> {
  try {
    await rename(path, join(dirname(path), `.${basename(path)}.deleted`))
  } catch (thrown) {
    if (codeOf(thrown) !== 'ENOENT') throw thrown
  }
}

async function hashAt(path: string): Promise<string | undefined> {
  try {
    return textHash(new TextDecoder().decode(await readFile(path)))
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined
    throw thrown
  }
}
