/** What rsync prints, as facts. Pure. */

export interface Changes {
  readonly created: readonly string[]
  readonly changed: readonly string[]
  readonly deleted: readonly string[]
}

export interface RsyncReport {
  readonly changes: Changes
  /** Folders that it made, with a slash at the end; in place of links, too. */
  readonly folders: readonly string[]
  /** Regular files in the source. */
  readonly files: number
  /** Size of the files that were copied, in bytes. */
  readonly bytes: number
}

export const noChanges: Changes = { created: [], changed: [], deleted: [] }

/** Reads lines of `--out-format=%i|%n` and `--stats`. Mere changes of times count for nothing. */
export function readReport(lines: readonly string[]): RsyncReport {
  const created: string[] = []
  const changed: string[] = []
  const deleted: string[] = []
  const folders: string[] = []
  for (const line of lines) {
    const bar = line.indexOf('|')
    const [what, name] = [line.slice(0, bar), line.slice(bar + 1)]
    if (bar < 0) continue
    if (name.endsWith('/')) {
      if (what.startsWith('cd+')) folders.push(name)
    } else if (what.startsWith('*deleting')) deleted.push(name)
    else if (/^[<>ch]f\+/.test(what)) created.push(name)
    else if (/^[<>ch]f/.test(what)) changed.push(name)
  }
  return {
    changes: { created, changed, deleted },
    folders,
    files: numberAfter(lines, /^Number of files: .*\breg: ([\d,]+)/),
    bytes: numberAfter(lines, /^Total transferred file size: ([\d,]+)/),
  }
}

/** The name of a file that rsync prints with escapes for control characters. */
export function nameOf(printed: string): string {
  return printed.replace(/\\#([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  )
}

function numberAfter(lines: readonly string[], pattern: RegExp): number {
  const found = lines.map((line) => pattern.exec(line)?.[1]).find((digits) => digits !== undefined)
  return Number(found?.replaceAll(',', '') ?? 0)
}

/** What two steps did, one after the other. */
export function bothChanges(first: Changes, second: Changes): Changes {
  return {
    created: [...first.created, ...second.created],
    changed: [...first.changed, ...second.changed],
    deleted: [...first.deleted, ...second.deleted],
  }
}

/** Files that differ. */
export function countOf({ created, changed, deleted }: Changes): number {
  return created.length + changed.length + deleted.length
}

/** `2 new, 1 changed, 0 deleted`. */
export function changesText({ created, changed, deleted }: Changes): string {
  return `${created.length} new, ${changed.length} changed, ${deleted.length} deleted`
}

/** A line of `--info=progress2`. */
export function isProgress(line: string): boolean {
  return /^\s*[\d,.]+\w?\s+\d+%\s/.test(line)
}

/** The oldest version whose options are used here: 3.1 (2013) knows `--info`. Undefined: good. */
export function versionProblem(output: string): string | undefined {
  const found = /^rsync\s+version\s+v?(\d+)\.(\d+)/m.exec(output)
  if (found === null) return 'is not the rsync of rsync.samba.org'
  const [major, minor] = found.slice(1).map(Number)
  return (major ?? 0) > 3 || (major === 3 && (minor ?? 0) >= 1)
    ? undefined
    : `is version ${found[1]}.${found[2]}, 3.1 or later is needed`
}

/** Why rsync or ssh failed: its own words, and what to do where the words do not say. */
export function failureText(status: number | null, stderr: string): string {
  const words = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^Warning: Permanently added/.test(line))
  const said = words.slice(0, 6).join('; ').slice(0, 1500)
  const advice = /command not found|rsync: not found|No such file or directory.*\(127\)/.test(stderr)
    ? ' (install rsync 3.1 or later there, or name it with --rsync-path)'
    : ''
  return `${said === '' ? 'it says nothing' : said}${advice} (status ${status ?? 'none'})`
}
