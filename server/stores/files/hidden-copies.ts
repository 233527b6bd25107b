/**
 * Hidden copies of files that are about to go: `.NAME.overruled`, `.NAME.overruled.2` and so on. Readers pass over them.
 * A copy that is there stays, and nothing is kept twice; only beyond `maxCopies` of one file the older ones go, so that
 * a loop of edits cannot fill the disk.
 */
import { lstatSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Random } from '../../../common/clock.ts'
import { maxNameBytes } from '../../replication/entry.ts'
import { replaceFileNow } from './atomic-file.ts'
import { codeOf } from './look.ts'

/** Of one file, with one ending. */
export const maxCopies = 20

/** Keeps `bytes` as what `path` had before it was overruled. */
export function keepOverruled(path: string, bytes: Uint8Array, random: Random): void {
  const place = freed(placesBeside(path, '.overruled', bytes))
  if (place !== undefined) replaceFileNow(place, bytes, random)
}

/** Hides the file itself; one that is gone already is left so. */
export function hideDeleted(path: string): void {
  const place = freed(placesBeside(path, '.deleted', bytesOf(path)))
  try {
    if (place === undefined) rmSync(path)
    else renameSync(path, place)
  } catch (thrown) {
    if (codeOf(thrown) !== 'ENOENT') throw thrown
  }
}

/** A name that a copy may have, and what has it now. */
type Place = { readonly path: string } & (
  | { readonly kind: 'free' }
  | { readonly kind: 'copy'; readonly isSame: boolean }
  /** Something else has the name. */
  | { readonly kind: 'blocked' }
)

/**
 * A name for one more copy; undefined: such a one is kept already. Where every name is taken the second copy goes and
 * the others move up. So what a person wrote before a loop began stays, as does what came last.
 */
function freed(places: readonly Place[]): string | undefined {
  const copies = places.filter((place) => place.kind === 'copy')
  if (copies.some(({ isSame }) => isSame)) return undefined
  const free = places.find(({ kind }) => kind === 'free')
  if (free !== undefined) return free.path
  const [second, ...others] = copies.slice(1)
  if (second === undefined) throw new Error(`no name is free for a copy like ${places[0]?.path}`)
  return others.reduce((to, { path }) => {
    renameSync(path, to)
    return path
  }, second.path)
}

function placesBeside(
  path: string,
  ending: '.overruled' | '.deleted',
  bytes: Uint8Array | undefined,
): readonly Place[] {
  return Array.from({ length: maxCopies }, (_, i) => {
    const place = hiddenBeside(path, i === 0 ? ending : `${ending}.${i + 1}`)
    return placeAt(place, bytes)
  })
}

function placeAt(path: string, bytes: Uint8Array | undefined): Place {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  // Of a link the name is taken, never what it leads to.
  if (stats === undefined || stats.isSymbolicLink()) return { path, kind: 'free' }
  if (!stats.isFile()) return { path, kind: 'blocked' }
  const mayBeSame = bytes !== undefined && stats.size === bytes.length
  return { path, kind: 'copy', isSame: mayBeSame && bytesOf(path)?.equals(bytes) === true }
}

/** Undefined: it cannot be read, so that it is like no other. Nothing is lost by that. */
function bytesOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}

/** Of a name that is too long with the ending the front is cut: the id stands at the end, and tells copies apart. */
function hiddenBeside(path: string, ending: string): string {
  let name = basename(path)
  while (Buffer.byteLength(`.${name}${ending}`) > maxNameBytes)
    name = name.slice(1).replace(/^[\udc00-\udfff]/, '')
  return join(dirname(path), `.${name}${ending}`)
}
