/** Of numbers in any order: the one that the given share of them does not exceed. */
export function percentile(numbers: readonly number[], share: number): number {
  const ordered = numbers.toSorted((a, b) => a - b)
  return ordered[Math.min(ordered.length - 1, Math.floor(ordered.length * share))] ?? Number.NaN
}
