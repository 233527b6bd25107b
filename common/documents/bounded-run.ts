/**
 * Runs a compiled RE2 program over a text within a number of steps. RE2JS's own engine builds an automaton while it
 * searches: quick for most texts, but a text made for it makes it build a state for each character (measured by
 * `bench/matching.ts`). This one keeps a set of instructions instead (Pike's way), so that its time is known.
 */
import type { RE2JS } from 're2js'

/** What may still be spent, in steps of about 5 to 10 nanoseconds; shared by all patterns tried for one URL. */
export interface Work {
  stepsLeft: number
}

/** As RE2JS 2.10 numbers them; its types do not say. */
const operation = { alternative: 1, alternativeMatch: 2, capture: 3, place: 4, match: 6, nothing: 7, rune: 8 }
const place = { start: 4, end: 8 }

interface Instruction {
  readonly op: number
  readonly out: number
  readonly arg: number
  matchRune(codePoint: number): boolean
}

export interface BoundedProgram {
  readonly start: number
  readonly instructions: readonly Instruction[]
}

/** The program inside a compiled pattern. */
export function boundedProgram(engine: RE2JS): BoundedProgram {
  const { start, inst } = engine.re2Input.prog as { start: number; inst: Instruction[] }
  return { start, instructions: inst }
}

/** Which instructions are waited at; the newest generation counts, so that nothing has to be cleared. */
class Waiting {
  readonly list: Int32Array
  readonly #seen: Int32Array
  #generation = 0
  size = 0

  constructor(instructions: number) {
    this.list = new Int32Array(instructions)
    this.#seen = new Int32Array(instructions)
  }

  clear(): void {
    this.#generation += 1
    this.size = 0
  }

  /** False when it was there already. */
  visit(at: number): boolean {
    if (this.#seen[at] === this.#generation) return false
    this.#seen[at] = this.#generation
    return true
  }

  add(at: number): void {
    this.list[this.size] = at
    this.size += 1
  }
}

/**
 * Does the program match the text from its start: `whole` to its end, `start` up to anywhere? Undefined when the work
 * is spent before it is known.
 */
export function runWithin(
  program: BoundedProgram,
  text: string,
  { until, work }: { readonly until: 'whole' | 'start'; readonly work: Work },
): boolean | undefined {
  const { instructions, start } = program
  let now = new Waiting(instructions.length)
  let next = new Waiting(instructions.length)
  const stack: number[] = []
  const close = (waiting: Waiting, from: number, at: number): boolean => {
    const places = (at === 0 ? place.start : 0) | (at === text.length ? place.end : 0)
    return (
      follow({ instructions, waiting, stack, places, work }, from) &&
      (until === 'start' || at === text.length)
    )
  }
  now.clear()
  if (close(now, start, 0)) return true
  for (let at = 0; at < text.length && now.size > 0; ) {
    const codePoint = text.codePointAt(at) ?? 0
    at += codePoint > 0xffff ? 2 : 1
    next.clear()
    let hasMatched = false
    for (let i = 0; i < now.size; i++) {
      const instruction = instructions[now.list[i] ?? 0]
      if (instruction?.matchRune(codePoint)) hasMatched = close(next, instruction.out, at) || hasMatched
    }
    work.stepsLeft -= now.size
    if (work.stepsLeft < 0) return undefined
    if (hasMatched) return true
    const spare = now
    now = next
    next = spare
  }
  return work.stepsLeft < 0 ? undefined : false
}

interface Following {
  readonly instructions: readonly Instruction[]
  readonly waiting: Waiting
  readonly stack: number[]
  /** Places that hold here: start, end of the text. */
  readonly places: number
  readonly work: Work
}

/** Follows what takes no character; true when that comes to a match. */
function follow({ instructions, waiting, stack, places, work }: Following, from: number): boolean {
  let hasMatched = false
  stack.push(from)
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const instruction = instructions[at]
    if (instruction === undefined || !waiting.visit(at)) continue
    work.stepsLeft -= 1
    const { op, out, arg } = instruction
    if (op >= operation.rune) waiting.add(at)
    else if (op === operation.match) hasMatched = true
    else if (op === operation.alternative || op === operation.alternativeMatch) stack.push(arg, out)
    else if (op === operation.capture || op === operation.nothing) stack.push(out)
    else if (op === operation.place && (arg & ~places) === 0) stack.push(out)
  }
  return hasMatched
}
