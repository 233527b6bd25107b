/** Names as people write them: the known one that a slip of the pen was meant to be. Pure. */

/** Nobody writes longer names, and distances between them take long. */
const maxLength = 200

/** Many names differ by one word, often by its opposite: more than two slips of the pen are another name. */
export const maxSlips = 2

/** The known name that is closest to what was written, if any is close enough to be a slip of the pen. */
export function nearestName(written: string, known: readonly string[]): string | undefined {
  if (written.length > maxLength) return undefined
  const lowered = written.toLowerCase()
  let nearest: string | undefined
  let limit = Math.min(maxSlips, Math.max(1, Math.floor(written.length / 3)))
  for (const name of known) {
    const distance = editDistance(lowered, name.toLowerCase(), limit)
    if (distance === undefined) continue
    nearest = name
    // Only a nearer one takes its place.
    limit = distance - 1
  }
  return nearest
}

/** Levenshtein distance, the number of single-character edits; undefined when it is more than `limit`. */
export function editDistance(a: string, b: string, limit: number): number | undefined {
  if (a.length - b.length > limit || b.length - a.length > limit) return undefined
  // Of each beginning of b to the beginning of a that was looked at last.
  const distances = new Int32Array(b.length + 1).map((_, j) => j)
  for (let i = 0; i < a.length; i++) {
    let diagonal = i
    let left = i + 1
    let least = left
    distances[0] = left
    for (let j = 1; j <= b.length; j++) {
      const above = distances[j] as number
      const substituted = a.charCodeAt(i) === b.charCodeAt(j - 1) ? diagonal : diagonal + 1
      const edited = above < left ? above + 1 : left + 1
      left = substituted < edited ? substituted : edited
      diagonal = above
      distances[j] = left
      if (left < least) least = left
    }
    if (least > limit) return undefined
  }
  const distance = distances[b.length] as number
  return distance > limit ? undefined : distance
}
