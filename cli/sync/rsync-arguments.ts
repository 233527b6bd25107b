/** Command lines of rsync and ssh. Pure; no shell of this machine reads any of them. */
import { type Endpoint, sshHost } from './endpoint.ts'
import type { Transport } from './settings.ts'

/** What travels: Apereo's definitions, in any directory that is not hidden. */
const definitionsOnly = [
  '--exclude=.*',
  '--include=*/',
  ...['[jJ][sS][oO][nN]', '[yY][mM][lL]', '[yY][aA][mM][lL]'].map((ending) => `--include=*.${ending}`),
  '--exclude=*',
  '--prune-empty-dirs',
]

/**
 * Recursively, with times; links as what they point to, since a ConfigMap holds links only. Files count as equal
 * when their content is, for two edits within a second may leave size and time as they were.
 */
const how = [
  '--recursive',
  '--times',
  '--copy-links',
  '--checksum',
  '--no-human-readable',
  // Names in UTF-8 are the same whatever the language of the host that prints them.
  '--8-bit-output',
  '--stats',
  '--outbuf=L',
]
/** Size, a bar, name. */
const sized = '--out-format=%l|%n'
/** Change, a bar, name; names with control characters come escaped, so that a line is one file. */
const itemized = '--out-format=%i|%n'
/** Eight levels down. */
const deepFolders = '--exclude=*/*/*/*/*/*/*/*/'

export interface CopyOptions {
  /** Files of any kind. */
  readonly all: boolean
  readonly deletes?: boolean
  readonly isDryRun?: boolean
  readonly showsProgress?: boolean
  /** Lines tell sizes in place of changes. */
  readonly tellsSizes?: boolean
  readonly transport: Transport
}

/** Arguments that make the content of one directory that of another. One of the paths may be remote. */
export function copyArguments(from: string, to: string, options: CopyOptions): readonly string[] {
  const { transport } = options
  return [
    ...how,
    options.tellsSizes ? sized : itemized,
    ...reaching(transport),
    ...(transport.bandwidth === undefined ? [] : [`--bwlimit=${transport.bandwidth}`]),
    ...(options.isDryRun ? ['--dry-run'] : []),
    ...(options.showsProgress ? ['--info=progress2'] : []),
    ...selection(options),
    '--',
    `${from}/`,
    `${to}/`,
  ]
}

/** Arguments for a mirror that is nobody's but ours: what does not travel does not stay. */
export function mirrorArguments(from: string, to: string, options: CopyOptions): readonly string[] {
  return ['--delete-excluded', ...copyArguments(from, to, { ...options, deletes: true })]
}

/** Arguments that tell size and name of all that would travel from a directory. `empty`: one that holds nothing. */
export function listArguments(from: string, empty: string, options: CopyOptions): readonly string[] {
  return copyArguments(from, empty, { ...options, deletes: false, isDryRun: true, tellsSizes: true })
}

/** Arguments that tell, as if it were deleted, what only the second directory holds, and do nothing else. */
export function keptArguments(from: string, to: string, options: CopyOptions): readonly string[] {
  const looking = ['--recursive', '--dry-run', '--existing', '--ignore-existing', '--8-bit-output', itemized]
  const selected = selection({ ...options, deletes: true })
  return [...looking, ...reaching(options.transport), ...selected, '--', `${from}/`, `${to}/`]
}

/**
 * Arguments that end with an error where something visible in a directory leads nowhere, and do nothing else: rsync says
 * nothing of a link that it leaves out by its name, and nobody can tell the name of a file from that of a folder.
 */
export function linkArguments(from: string, to: string, transport: Transport): readonly string[] {
  const looking = ['--recursive', '--copy-links', '--dry-run', '--exclude=.*']
  return [...looking, ...reaching(transport), '--', `${from}/`, `${to}/`]
}

/** Arguments that tell all links of a directory, and do nothing else. `nowhere`: a directory that is not there. */
export function linksArguments(
  from: string,
  nowhere: string,
  { all, transport }: CopyOptions,
): readonly string[] {
  const looking = ['--recursive', '--links', '--dry-run', '--8-bit-output', `${itemized}%L`]
  const selected = all ? [] : ['--exclude=.*']
  return [...looking, ...reaching(transport), ...selected, '--', `${from}/`, `${nowhere}/`]
}

/** Arguments that tell size and name of all that would travel from a directory, also behind links, and do nothing else. */
export function behindLinksArguments(from: string, nowhere: string, options: CopyOptions): readonly string[] {
  // Folders with links to each other have no end.
  const looking = ['--recursive', '--copy-links', '--dry-run', '--8-bit-output', sized, deepFolders]
  const selected = selection({ ...options, deletes: false })
  return [...looking, ...reaching(options.transport), ...selected, '--', `${from}/`, `${nowhere}/`]
}

/** A command line for the shell of a remote host that runs rsync between two of its directories. */
export function remoteCopyCommand(from: string, to: string, options: CopyOptions): string {
  const dry = options.isDryRun ? ['--dry-run'] : []
  const args = [...how, itemized, ...dry, ...selection(options), '--', `${from}/`, `${to}/`]
  return [options.transport.remoteRsync, ...args.map(shellQuoted)].join(' ')
}

/** Arguments of ssh that run a command line on a host. */
export function sshArguments(
  host: Extract<Endpoint, { kind: 'remote' }>,
  command: string,
  transport: Transport,
): readonly string[] {
  return [...sshOptions(transport), '--', sshHost(host), command]
}

function reaching(transport: Transport): readonly string[] {
  return [
    // Names reach the other side by rsync's protocol, not through its shell.
    '--secluded-args',
    `--rsh=${rshOf(transport)}`,
    `--rsync-path=${transport.remoteRsync}`,
    `--timeout=${transport.timeoutSeconds}`,
  ]
}

function selection({ all, deletes }: CopyOptions): readonly string[] {
  // Deletes come last: a file that moves is there twice for a moment, never not at all.
  return [...(deletes ? ['--delete-after'] : []), ...(all ? [] : definitionsOnly)]
}

/** BatchMode: ssh fails where it would ask. */
function sshOptions({ port, identity, sshOptions, timeoutSeconds }: Transport): readonly string[] {
  const alive = [
    'BatchMode=yes',
    `ConnectTimeout=${Math.min(timeoutSeconds, 30)}`,
    `ServerAliveInterval=${Math.ceil(timeoutSeconds / 3)}`,
    'ServerAliveCountMax=3',
  ]
  return [
    // ssh takes the first value of an option: what the user says goes before what we would like.
    ...['BatchMode=yes', ...sshOptions, ...alive.slice(1)].flatMap((option) => ['-o', option]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(identity === undefined ? [] : ['-i', identity, '-o', 'IdentitiesOnly=yes']),
  ]
}

function rshOf(transport: Transport): string {
  return ['ssh', ...sshOptions(transport)].map(rshQuoted).join(' ')
}

/** rsync divides --rsh at blanks, but not in quotes; a quote within is doubled. */
function rshQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "''")}'`
}

function shellQuoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
