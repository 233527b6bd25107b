/**
 * Faults: what nobody foresaw in a protocol, such as a database that does not answer. A refusal that a
 * specification foresees is a value and never one of these.
 */

/** Base class of thrown faults. `retryable` says whether trying the same again can help. */
export class Fault extends Error {
  readonly code: string
  readonly retryable: boolean
  constructor(doing: string, options: { code: string; retryable: boolean; cause?: unknown }) {
    super(options.cause === undefined ? doing : `${doing}: ${reasonOf(options.cause)}`, {
      cause: options.cause,
    })
    this.name = new.target.name
    this.code = options.code
    this.retryable = options.retryable
  }
}

/** The database did not answer, or did not acknowledge within the deadline. Never means "not found". */
export class StoreFault extends Fault {
  constructor(doing: string, options: { retryable: boolean; cause?: unknown }) {
    super(doing, { code: 'STORE_UNAVAILABLE', ...options })
  }
}

/** Settings or files that this process cannot start with. Each entry names the setting and what to do. */
export class SettingsFault extends Fault {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(`settings refused:\n  - ${problems.join('\n  - ')}`, { code: 'SETTINGS_REFUSED', retryable: false })
    this.problems = problems
  }
}

/** The message of anything that was thrown. */
export function reasonOf(thrown: unknown): string {
  if (Error.isError(thrown)) return thrown.message
  return String(thrown)
}
