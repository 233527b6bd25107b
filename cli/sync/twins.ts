/**
 * Two files with one id in the destination: one that the source holds, and one that it does not, as after a change of a
 * service's name, which Apereo puts into the name of its file. Servers may go on with the old one. Pure.
 */
import { posix } from 'node:path'
import { textFormatOf } from '../../common/apereo/file-names.ts'

/** A file and the id that it holds; undefined: none. */
export interface Identified {
  readonly file: string
  readonly id: string | undefined
}

export interface Twins {
  readonly id: string
  /** In the source. */
  readonly brought: string
  /** In the destination alone. */
  readonly kept: string
}

/** One for each file that stays although the source holds its id elsewhere. */
export function twinsOf(brought: readonly Identified[], kept: readonly Identified[]): readonly Twins[] {
  const fileOf = new Map(brought.map(({ id, file }) => [id, file]))
  return kept.flatMap(({ id, file }) => {
    const other = id === undefined ? undefined : fileOf.get(id)
    return id === undefined || other === undefined ? [] : [{ id, brought: other, kept: file }]
  })
}

/** The id that a name tells as Apereo gives names, NAME-ID.json; undefined: it does not. */
export function idInName(file: string): string | undefined {
  const digits = /-(\d+)\.[^.]+$/.exec(posix.basename(file))?.[1]
  return digits === undefined ? undefined : String(BigInt(digits))
}

/** Whether servers read a file of that name. What is not UTF-8 they do not find. */
export function isReadByServers(file: string): boolean {
  return textFormatOf(posix.basename(file)) !== undefined && !file.includes('\ufffd')
}

/** What is said of each. */
export function twinsText({ id, brought, kept }: Twins): string {
  return `${kept} stays in DST with the id ${id}, which ${brought} in SRC has, too`
}
