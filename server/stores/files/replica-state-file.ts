/** The file in which a node keeps what it knows of replication between its runs. */
import { readFile, rename } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { Random } from '../../../common/clock.ts'
import { reasonOf } from '../../../common/fault.ts'
import type { Log } from '../../../common/log.ts'
import type { Replica } from '../../replication/replica.ts'
import { parseSaved, type SavedReplica, savedText } from '../../replication/saved-replica.ts'
import { removeTemporariesOf, replaceFile, syncFolder } from './atomic-file.ts'
import { codeOf } from './look.ts'

export interface StateFileOptions {
  readonly path: string
  readonly node: string
  readonly log: Log
  readonly random: Random
}

export class ReplicaStateFile {
  readonly #options: StateFileOptions
  #savedRevision = -1
  #turn: Promise<void> = Promise.resolve()

  constructor(options: StateFileOptions) {
    this.#options = options
  }

  /**
   * What was saved; undefined where nothing was, or nothing that can be read: then the node joins as a new one. Throws
   * what the file system refuses.
   */
  async load(): Promise<SavedReplica | undefined> {
    const { path, node, log } = this.#options
    await removeTemporariesOf(path)
    const text = await readFile(path, 'utf8').catch((thrown) => {
      if (codeOf(thrown) === 'ENOENT') return undefined
      throw thrown
    })
    if (text === undefined) return undefined
    try {
      const saved = parseSaved(text)
      if (saved.node === node) return saved
      // A copied machine: its definitions may be anybody's, so that nothing is concluded from what is missing.
      log.warn({ path, of: saved.node }, 'state of replication belongs to another node and was put aside')
    } catch (thrown) {
      log.error({ path, reason: reasonOf(thrown) }, 'state of replication was unreadable and was put aside')
    }
    await rename(path, `${dirname(path)}/.${basename(path)}.unreadable`)
    return undefined
  }

  /** Resolves when the disk holds everything that `replica` knew at the time of the call. */
  save(replica: Replica): Promise<void> {
    const { revision } = replica
    const saving = this.#turn.then(async () => {
      if (this.#savedRevision >= revision) return
      const saved = replica.revision
      const { path, random } = this.#options
      await replaceFile(path, savedText(replica.saved()), random)
      await syncFolder(dirname(path))
      this.#savedRevision = saved
    })
    this.#turn = saving.catch(() => undefined)
    return saving
  }
}
