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
    const kept = this.#kept.get(source)
    if (kept === undefined) return this.#keep(source, compilePattern(source, { caseInsensitive: true }))
    this.#kept.delete(source)
    this.#kept.set(source, kept)
    return kept.compiled
  }

  #keep(source: string, compiled: CompiledPattern): CompiledPattern {
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
