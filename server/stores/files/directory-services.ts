/** Services out of a directory of definitions that this server only reads. */
import type { Clock } from '../../../common/clock.ts'
import type { Log } from '../../../common/log.ts'
import type { DirectoryContents } from './directory-contents.ts'
import { DirectoryFollower, type DirectoryFollowerOptions } from './directory-follower.ts'
import { refusedServices } from './refusals.ts'
import { noServices, type Services, type ServicesFeed, type ServicesSource } from './services-source.ts'

export interface DirectoryServicesOptions extends Pick<DirectoryFollowerOptions, 'settleMs' | 'lookEveryMs'> {
  readonly directory: string
  readonly log: Log
  /** Monotonic. */
  readonly clock: Clock
}

/** How it stands with files and their replication: for health and metrics. */
export interface FilesStatus {
  /** Definitions that are served. */
  readonly definitions: number
  /** Files that cannot be read, or repeat an id. */
  readonly refusedFiles: number
  /** The directory's, and that of what keeps it from being followed. */
  readonly problem?: string
}

export class DirectoryServices implements ServicesSource {
  readonly #options: DirectoryServicesOptions
  #follower: DirectoryFollower | undefined
  #served: Services = noServices

  constructor(options: DirectoryServicesOptions) {
    this.#options = options
  }

  get status(): FilesStatus {
    const { documents, refused, withheld } = this.#served
    const problem = this.#follower?.problem
    return {
      definitions: documents.size,
      refusedFiles: refused.length + withheld.size,
      ...(problem !== undefined && { problem }),
    }
  }

  /** Also before anything was followed. */
  async stop(): Promise<void> {
    await this.#follower?.stop()
  }

  follow(apply: (services: Services) => void): ServicesFeed {
    const follower = new DirectoryFollower({
      ...this.#options,
      onContents: (contents) => {
        reportContents(this.#options.log, contents)
        this.#served = servicesOf(contents)
        apply(this.#served)
      },
    })
    this.#follower = follower
    return {
      get isCurrent() {
        return follower.problem === undefined
      },
      stop: () => this.stop(),
    }
  }
}

function servicesOf(contents: DirectoryContents): Services {
  const { definitions } = contents
  return {
    documents: new Map(Array.from(definitions, ([id, { document }]) => [id, document])),
    ...refusedServices(contents),
    fileOf: (id) => definitions.get(id)?.file,
  }
}

/** What the next look at the directory finds in the same state is not told again. */
export function reportContents(log: Log, contents: DirectoryContents): void {
  const { refused: others, withheld } = refusedServices(contents)
  const refused = [...others, ...withheld.values()].map(({ reason }) => reason)
  const notes = contents.notes.map(({ file, message }) => `${file}: ${message}`)
  const facts = { definitions: contents.definitions.size }
  log.info(facts, 'directory of definitions was read')
  if (refused.length > 0)
    log.warn({ refused: refused.slice(0, 20), count: refused.length }, 'files were refused')
  if (notes.length > 0) log.info({ notes: notes.slice(0, 20), count: notes.length }, 'files were noted')
}
