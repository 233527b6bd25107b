/**
 * Links to folders in the destination. Servers read what they lead to, and rsync sees nothing but the link: it puts a
 * folder in its place without a word about what can be read there no more, and finds nothing that stays behind it.
 */
import { posix } from 'node:path'
import { type Endpoint, rsyncPath } from './endpoint.ts'
import type { ProgramEnd } from './programs.ts'
import { behindLinksArguments, linksArguments } from './rsync-arguments.ts'
import type { RsyncReport } from './rsync-output.ts'
import { partial, type Run, rsync } from './run-programs.ts'

/** A link and the files that are read through it; none: it leads to no folder. Names as rsync prints them. */
export interface Link {
  readonly name: string
  readonly files: readonly string[]
}

export type LinkSearch =
  | { readonly kind: 'found'; readonly links: readonly Link[] }
  | { readonly kind: 'failed'; readonly end: ProgramEnd }

/** Also over ssh, where nothing but rsync tells what a link leads to. */
export async function findLinks(run: Run): Promise<LinkSearch> {
  const { settings, snapshot } = run
  const { destination, all, transport } = settings
  const [from, nowhere] = [rsyncPath(destination), `${snapshot}.none`]
  const listed = await rsync(run, linksArguments(from, nowhere, { all, transport }))
  if (isFailed(listed)) return { kind: 'failed', end: listed }
  const names = linksIn(listed.lines, destination)
  if (names.length === 0) return { kind: 'found', links: [] }
  const followed = await rsync(run, behindLinksArguments(from, nowhere, { all, transport }))
  if (isFailed(followed)) return { kind: 'failed', end: followed }
  const files = followed.lines.flatMap((line) => /^\d+\|(.*[^/])$/.exec(line)?.[1] ?? [])
  return {
    kind: 'found',
    links: names.map((name) => ({ name, files: files.filter((file) => file.startsWith(`${name}/`)) })),
  }
}

/** Why a run that would do this is refused: what a link leads to would go with it. Undefined: none would go. */
export function linkRefusal({ changes, folders }: RsyncReport, links: readonly Link[]): string | undefined {
  const made = new Set(folders.map((folder) => folder.slice(0, -1)))
  const touched = new Set([...changes.created, ...changes.changed, ...changes.deleted])
  const lost = links.find(({ name, files }) => made.has(name) || (files.length > 0 && touched.has(name)))
  return lost === undefined
    ? undefined
    : `${lost.name} in DST is a link, and the files that it leads to would go with it: put a folder with those files in its place, or delete the link if nobody needs them`
}

/**
 * The names in lines of `%i|%n%L`. Without links to what is in the destination anyway: servers read a folder once,
 * however many links lead to it.
 */
export function linksIn(lines: readonly string[], { path }: Endpoint): readonly string[] {
  return lines.flatMap((line) => {
    const [, name, target] = /^cL[^|]*\|(.*?) -> (.*)$/.exec(line) ?? []
    return name === undefined || target === undefined || isInside(name, target, path) ? [] : [name]
  })
}

/** Whether a link leads to what is visible in its own directory. */
function isInside(name: string, target: string, directory: string): boolean {
  const place = posix.isAbsolute(target)
    ? posix.relative(directory, target)
    : posix.join(posix.dirname(name), target)
  return place === '.' || !place.split('/').some((part) => part.startsWith('.'))
}

/** What cannot be looked into, such as a link that leads nowhere, is in nobody's way here. */
const isFailed = ({ status }: ProgramEnd): boolean => status !== 0 && status !== partial
