/** Tells on standard error how far a command is, once it takes longer than a person waits in silence. */

export interface Progress {
  /** So many more are done. */
  advance(count?: number): void
  /** Ends the line, if one was begun. */
  end(): void
}

const quietMs = 1_000
const everyMs = { terminal: 100, file: 2_000 } as const

/** `what` is the plural of what is counted: `files read`. */
export function progressOf(
  what: string,
  total: number,
  output: NodeJS.WriteStream = process.stderr,
): Progress {
  const started = performance.now()
  const pause = output.isTTY ? everyMs.terminal : everyMs.file
  let done = 0
  let toldAt = started + quietMs - pause
  let isTold = false
  const tell = (ending: string): void => {
    isTold = true
    output.write(`${output.isTTY ? '\r' : ''}${done} of ${total} ${what}${ending}`)
  }
  return {
    advance(count = 1) {
      done += count
      const now = performance.now()
      if (now - toldAt < pause) return
      toldAt = now
      tell(output.isTTY ? '' : '\n')
    },
    end() {
      if (isTold) tell('\n')
    },
  }
}
