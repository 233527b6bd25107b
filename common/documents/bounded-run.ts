/**
 * Runs a compiled RE2 program over a text within a number of steps. RE2JS's own engine builds an automaton while it
 * searches: quick for most texts, but a text made for it makes it build a state for each character (measured by
 * `bench/matching.ts`). This one keeps a set of instructions instead (Pike's way), so that its time is known. A step is
 * the unit of all budgets, so it is made cheap: numbers in flat arrays, and a table for the characters of URLs.
 */
import type { RE2JS } from 're2js'

/** What may still be spent, in steps of some 5 to 10 nanoseconds; shared by the parts of a pattern. */
export interface Work {
  stepsLeft: number
}

/** As RE2JS 2.10 numbers them; its types do not say. */
const operation = {
  alternative: 1,
  alternativeMatch: 2,
  capture: 3,
  place: 4,
  match: 6,
  nothing: 7,
  rune: 8,
  lastRune: 11,
}
const place = { start: 4, end: 8 }

interface Instruction {
  readonly op: number
  readonly out: number
  readonly arg: number
  readonly runes: Int32Array
  matchRune(codePoint: number): boolean
}

/** What is done at an instruction: wait for a character, go two ways, go on at a place of the text, match, fail. */
const kind = { wait: 0, split: 1, place: 2, match: 3, fail: 4 }

/** How many code points have a row in the table. */
const tableSize = 128
/** What it costs to ask an instruction about one that has none. */
const rareSteps = 3

/** The instructions, by number. Those that only pass on (groups) are passed over by the others. */
export interface BoundedProgram {
  readonly start: number
  readonly kinds: Uint8Array
  readonly outs: Int32Array
  /** The second way of a split; the places of `place`. */
  readonly args: Int32Array
  /** Which class of characters an instruction waits for; equal ones share one. */
  readonly classes: Uint16Array
  readonly classCount: number
  /** For each code point below 128, for each class: 1 if it is in there. */
  readonly table: Uint8Array
  /** What the ranges of all classes take. */
  readonly rangeBytes: number
  readonly instructions: readonly Instruction[]
}

/** The program inside a compiled pattern. */
export function boundedProgram(engine: RE2JS): BoundedProgram {
  const { start, inst: instructions } = engine.re2Input.prog as { start: number; inst: Instruction[] }
  const passedOver = (at: number): number => {
    const instruction = instructions[at]
    const passesOn = instruction?.op === operation.capture || instruction?.op === operation.nothing
    return passesOn ? passedOver(instruction.out) : at
  }
  const waiting = instructions.filter(({ op }) => kindOf(op) === kind.wait)
  const members = new Map(waiting.map((instruction) => [classKey(instruction), instruction]))
  const numbers = new Map(Array.from(members.keys(), (key, number) => [key, number]))
  const table = new Uint8Array(tableSize * members.size)
  for (const [number, instruction] of [...members.values()].entries()) {
    for (let codePoint = 0; codePoint < tableSize; codePoint++) {
      if (instruction.matchRune(codePoint)) table[codePoint * members.size + number] = 1
    }
  }
  return {
    start: passedOver(start),
    kinds: Uint8Array.from(instructions, ({ op }) => kindOf(op)),
    outs: Int32Array.from(instructions, ({ out }) => passedOver(out)),
    args: Int32Array.from(instructions, ({ op, arg }) => (kindOf(op) === kind.split ? passedOver(arg) : arg)),
    classes: Uint16Array.from(instructions, (instruction) => numbers.get(classKey(instruction)) ?? 0),
    classCount: members.size,
    table,
    rangeBytes: [...members.values()].reduce((sum, { runes }) => sum + runes.byteLength, 0),
    instructions,
  }
}

function kindOf(op: number): number {
  if (op >= operation.rune && op <= operation.lastRune) return kind.wait
  if (op === operation.alternative || op === operation.alternativeMatch) return kind.split
  if (op === operation.place) return kind.place
  return op === operation.match ? kind.match : kind.fail
}

/** Repetitions share their ranges. `arg` is the flag of case, which counts for a single character only. */
function classKey({ arg, runes }: Instruction): string | Int32Array {
  return runes.length === 1 ? `${arg}:${runes[0]}` : runes
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
  const run = new Run(program, work.stepsLeft)
  const answer = run.matches(text, until)
  work.stepsLeft = run.stepsLeft
  return answer
}

/** One run of a program over one text. */
class Run {
  readonly #program: BoundedProgram
  stepsLeft: number
  /** Which instructions are waited at, and how many of the list count. */
  #now: Int32Array
  #nowSize = 0
  #next: Int32Array
  #nextSize = 0
  /** When an instruction was last come to; the newest generation counts, so that nothing has to be cleared. */
  readonly #seen: Int32Array
  #generation = 1
  readonly #stack: Int32Array

  constructor(program: BoundedProgram, stepsLeft: number) {
    const size = program.kinds.length
    this.#program = program
    this.stepsLeft = stepsLeft
    this.#now = new Int32Array(size)
    this.#next = new Int32Array(size)
    this.#seen = new Int32Array(size)
    this.#stack = new Int32Array(size)
  }

  matches(text: string, until: 'whole' | 'start'): boolean | undefined {
    const isEnough = (at: number) => until === 'start' || at === text.length
    const atStart = place.start | (text.length === 0 ? place.end : 0)
    if (this.#follow(this.#program.start, atStart) && isEnough(0)) return true
    this.#advance()
    for (let at = 0; at < text.length && this.#nowSize > 0; ) {
      const codePoint = text.codePointAt(at) ?? 0
      at += codePoint > 0xffff ? 2 : 1
      const hasMatched = this.#take(codePoint, at === text.length ? place.end : 0)
      if (this.stepsLeft < 0) return undefined
      if (hasMatched && isEnough(at)) return true
      this.#advance()
    }
    return this.stepsLeft < 0 ? undefined : false
  }

  /** What was gathered for the next character becomes what is waited at. */
  #advance(): void {
    const spare = this.#now
    this.#now = this.#next
    this.#nowSize = this.#nextSize
    this.#next = spare
    this.#nextSize = 0
    this.#generation += 1
  }

  /** Goes on from each instruction that waits for this character; true when one comes to a match. */
  #take(codePoint: number, places: number): boolean {
    const { classes, classCount, table, kinds, outs, instructions } = this.#program
    const now = this.#now
    const next = this.#next
    const seen = this.#seen
    const generation = this.#generation
    const size = this.#nowSize
    const row = codePoint < tableSize ? codePoint * classCount : -1
    let hasMatched = false
    for (let i = 0; i < size; i++) {
      const at = now[i] as number
      const isTaken =
        row < 0 ? instructions[at]?.matchRune(codePoint) : table[row + (classes[at] as number)] === 1
      if (!isTaken) continue
      const out = outs[at] as number
      if (seen[out] === generation) continue
      if (kinds[out] !== kind.wait) {
        if (this.#follow(out, places)) hasMatched = true
        continue
      }
      // The common case, as `#follow` does it.
      seen[out] = generation
      this.stepsLeft -= 1
      next[this.#nextSize++] = out
    }
    this.stepsLeft -= row < 0 ? rareSteps * size : size
    return hasMatched
  }

  /** Follows what takes no character; true when that comes to a match. `places`: which of start and end hold here. */
  #follow(from: number, places: number): boolean {
    const { kinds, outs, args } = this.#program
    const next = this.#next
    const seen = this.#seen
    const stack = this.#stack
    const generation = this.#generation
    let hasMatched = false
    let steps = 0
    let size = this.#nextSize
    stack[0] = from
    for (let waiting = 1; waiting > 0; ) {
      waiting -= 1
      let at = stack[waiting] as number
      while (seen[at] !== generation) {
        seen[at] = generation
        steps += 1
        const what = kinds[at]
        if (what === kind.wait) {
          next[size] = at
          size += 1
        } else if (what === kind.match) {
          hasMatched = true
        } else if (what === kind.split) {
          stack[waiting] = args[at] as number
          waiting += 1
          at = outs[at] as number
        } else if (what === kind.place && ((args[at] as number) & ~places) === 0) {
          at = outs[at] as number
        }
      }
    }
    this.#nextSize = size
    this.stepsLeft -= steps
    return hasMatched
  }
}
