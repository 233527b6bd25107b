/**
 * Lamport counters of versions, and how far they may go: pure. Only versions of one id are ever compared, so that one
 * that somebody else has put into the store concerns its own id, and takes neither other ids nor other nodes along.
 */
import type { Version } from './transport.ts'

/** The greatest counter of a version; every store orders those up to it as 64-bit numbers. */
const maxCounter = 2n ** 62n - 1n
/** How far a version may be above the one that it replaces, or above none: more edits than a pool ever sees. */
const maxLeap = 2n ** 48n
/** How far one version of others takes a node's clock along. A node that was away is not so far behind. */
const maxJump = 2n ** 32n
/** Here a clock stops: versions of ids that are new stay within `maxLeap`. */
const maxClock = 2n ** 47n

/** Whether a counter is within what nodes give. */
export const isCounter = (counter: bigint): boolean => counter > 0n && counter <= maxCounter

/** Whether a node's clock can stand so. */
export const isClock = (clock: bigint): boolean => clock >= 0n && clock <= maxClock

/** Whether a node gives this version to an edit that is made on `replaces`. All nodes have to judge alike. */
export function isWithinLeap({ counter }: Version, replaces: Version | undefined): boolean {
  return counter - (replaces?.counter ?? 0n) <= maxLeap
}

/** A node's clock after it has heard of a version, or given one. */
export function clockAfter(clock: bigint, { counter }: Version): bigint {
  const isNear = counter - clock <= maxJump && counter <= maxClock
  return isNear && counter > clock ? counter : clock
}

/** The counter of an edit: greater than `clock` and than every one of `known`; undefined: there is none left. */
export function counterAfter(clock: bigint, known: readonly (Version | undefined)[]): bigint | undefined {
  const greatest = known.reduce(
    (most, version) => (version !== undefined && version.counter > most ? version.counter : most),
    clock,
  )
  return greatest < maxCounter ? greatest + 1n : undefined
}
