/**
 * The compiled patterns of services, within a bound on memory: the one used longest ago is dropped first, and
 * compiled anew when a URL next asks for it.
 */
import { type CompiledPattern, compilePattern } from '../../common/documents/java-pattern.ts'

/** For all patterns together; a thousand common ones fit. */
const defaultMaxBytes = 64_000_000
const refusalBytes = 1_000

interface Kept {
  readonly compiled: CompiledPattern
  readonly bytes: number
}

export class CompiledPatterns {
  /** By source, the one used last at the end. */
  readonly #kept = new Map<string, Kept>()
  readonly #maxBytes: number
  #heldBytes = 0

  constructor(maxBytes = defaultMaxBytes) {
    this.#maxBytes = maxBytes
  }

  /** About how many bytes all that is kept holds. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  /** How many patterns are kept. */
  get size(): number {
    return this.#kept.size
  }

  /** The pattern, compiled without regard to case: now, unless it is kept. */
  get(source: string): CompiledPattern {
    return (
      this.#kept.get(source)?.compiled ??
      this.#keep(source, compilePattern(source, { caseInsensitive: true }))
    )
  }

  /** Does the pattern match the whole text? False for one that is refused: ask `get` first. */
  matches(source: string, text: string): boolean {
    const compiled = this.get(source)
    if (compiled.kind === 'refused') return false
    const answer = compiled.pattern.matches(text)
    this.#keep(source, compiled)
    return answer
  }

  /** Weighs it anew: a pattern grows while it is used. */
  #keep(source: string, compiled: CompiledPattern): CompiledPattern {
    this.#drop(source)
    const bytes = compiled.kind === 'refused' ? refusalBytes : compiled.pattern.heldBytes
    this.#kept.set(source, { compiled, bytes })
    this.#heldBytes += bytes
    for (const oldest of this.#kept.keys()) {
      if (this.#heldBytes <= this.#maxBytes) break
      this.#drop(oldest)
    }
    return compiled
  }

  #drop(source: string): void {
    this.#heldBytes -= this.#kept.get(source)?.bytes ?? 0
    this.#kept.delete(source)
  }
}
