/** Order of versions: pure. */
import type { Version } from './transport.ts'

/** Negative, zero or positive as the first is less than, equal to or greater than the second. */
export function compareVersions(one: Version, other: Version): number {
  if (one.counter !== other.counter) return one.counter < other.counter ? -1 : 1
  if (one.node === other.node) return 0
  // Names are ASCII, so that every store orders them as this comparison does.
  return one.node < other.node ? -1 : 1
}

/** For logs: `12@node-1`. */
export const versionText = ({ counter, node }: Version): string => `${counter}@${node}`
