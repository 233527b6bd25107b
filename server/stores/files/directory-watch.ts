/** Hears of changes in the folders of a directory. Only a hint to look: what it misses, a later look finds. */
import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { reasonOf } from '../../../common/fault.ts'
import type { Log } from '../../../common/log.ts'

interface Watched {
  readonly identity: string
  readonly watcher: FSWatcher
}

export class DirectoryWatch {
  readonly #directory: string
  readonly #onHint: () => void
  readonly #log: Log
  readonly #folders = new Map<string, Watched>()
  #parent: FSWatcher | undefined
  #hasFailed = false

  constructor({ directory, log, onHint }: { directory: string; log: Log; onHint: () => void }) {
    this.#directory = resolve(directory)
    this.#log = log
    this.#onHint = onHint
  }

  /** Watches exactly these folders: path inside the directory -> identity. A folder made anew is watched anew. */
  follow(folders: ReadonlyMap<string, string>): void {
    this.#followParent()
    for (const [path, { watcher }] of this.#folders) {
      if (folders.get(path) === this.#folders.get(path)?.identity) continue
      watcher.close()
      this.#folders.delete(path)
    }
    for (const [path, identity] of folders) {
      if (this.#folders.has(path)) continue
      const watcher = this.#watch(join(this.#directory, path), () => true)
      if (watcher !== undefined) this.#folders.set(path, { identity, watcher })
    }
  }

  close(): void {
    this.#parent?.close()
    for (const { watcher } of this.#folders.values()) watcher.close()
    this.#folders.clear()
  }

  /** The directory itself may be removed, made again, or be a link that is pointed elsewhere. */
  #followParent(): void {
    const name = basename(this.#directory)
    this.#parent ??= this.#watch(dirname(this.#directory), (changed) => changed === name)
  }

  #watch(folder: string, concerns: (name: string | null) => boolean): FSWatcher | undefined {
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        if (concerns(name)) this.#onHint()
      })
      watcher.on('error', (error) => this.#failed(folder, error))
      return watcher
    } catch (thrown) {
      this.#failed(folder, thrown)
      return undefined
    }
  }

  #failed(folder: string, thrown: unknown): void {
    const facts = { folder, reason: reasonOf(thrown) }
    if (this.#hasFailed) this.#log.debug(facts, 'folder cannot be watched')
    else this.#log.warn(facts, 'folder cannot be watched: changes are found by looking at it now and then')
    this.#hasFailed = true
  }
}
