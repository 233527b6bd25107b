/**
 * Edits that steps met in the directory. A look at it takes such an edit over, and the step is another one from then on
 * or none. Where it is the same step that meets one again, the look found nothing that it can take.
 */
import { isDeepStrictEqual } from 'node:util'
import type { DirectoryStep } from '../../replication/directory-plan.ts'

interface Met {
  readonly step: DirectoryStep
  /** How many looks had been reported when the step met the edit first. */
  readonly looks: number
}

export class MetEdits {
  #looks = 0
  #met: ReadonlyMap<string, Met> = new Map()

  /** A look that began after the last steps was reported. */
  looked(): void {
    this.#looks++
  }

  /** Those of these steps, each of which met an edit, that had met it before a look already. Others are forgotten. */
  stuck(steps: readonly DirectoryStep[]): ReadonlySet<DirectoryStep> {
    const met = steps.map((step): Met => {
      const before = this.#met.get(step.id)
      return before !== undefined && isDeepStrictEqual(before.step, step)
        ? before
        : { step, looks: this.#looks }
    })
    this.#met = new Map(met.map((each) => [each.step.id, each]))
    return new Set(steps.filter((_, index) => (met[index]?.looks ?? this.#looks) < this.#looks))
  }
}
