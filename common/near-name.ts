/** Names as people write them: the known one that a slip of the pen was meant to be. Pure. */

/** Nobody writes longer names, and distances between them take long. */
const maxLength = 200

/** The known name that is closest to what was written, if any is close enough to be a slip of the pen. */
export function nearestName(written: string, known: readonly string[]): string | undefined {
  if (written.length > maxLength) return undefined
  const limit = Math.max(1, Math.floor(written.length / 3))
  const ranked = known
    .map((name) => ({ name, distance: editDistance(written.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
  return ranked[0]?.name
}

/** Levenshtein distance: the number of single-character edits. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min(substitution, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}
