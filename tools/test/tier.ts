// What a tier of the test command is and how it reports.

/** Counts of a tier: tests that passed, failed, and could not run on this machine (each with its reason). */
export type TierResult = {
  readonly passed: number
  readonly failed: number
  readonly skipped: readonly string[]
  /** What failed and how, a text each: told once more at the end, where it is found after an hour of output. */
  readonly failures?: readonly string[]
}

/** One part of `make test`. `run` prints as it goes and never throws for a failing test. */
export type Tier = {
  readonly name: string
  readonly what: string
  run(): Promise<TierResult>
}

/** Adds up results. */
export function sum(results: readonly TierResult[]): TierResult {
  return {
    passed: results.reduce((n, r) => n + r.passed, 0),
    failed: results.reduce((n, r) => n + r.failed, 0),
    skipped: results.flatMap((r) => r.skipped),
    failures: results.flatMap((r) => r.failures ?? []),
  }
}

/** Prints a heading to standard error. */
export function heading(text: string): void {
  process.stderr.write(`\n=== ${text}\n`)
}
