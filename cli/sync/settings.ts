/** What `caspool sync` was told, read from its arguments. Nothing of the machine is looked at here. */
import { parseArguments, portOf, UsageError } from '../usage.ts'
import { parseDuration } from './duration.ts'
import { type Endpoint, parseEndpoint } from './endpoint.ts'

export interface SyncSettings {
  readonly source: Endpoint
  readonly destination: Endpoint
  /** Undefined: once. */
  readonly everyMs: number | undefined
  /** At most so much longer between two runs, at random. */
  readonly jitterMs: number
  readonly isDryRun: boolean
  readonly showsProgress: boolean
  /** Files that are not in the source disappear from the destination. */
  readonly deletes: boolean
  /** Undefined: many deletes at once are refused. */
  readonly maxDeletes: number | undefined
  readonly check: Check
  /** Files of any kind travel. */
  readonly all: boolean
  readonly transport: Transport
  /** Undefined: in the user's state directory. */
  readonly stateDirectory: string | undefined
  readonly metricsFile: string | undefined
}

/** What is asked of definitions before they leave: all that lint asks, whether they can be read, or nothing. */
export type Check = 'full' | 'syntax' | 'none'

/** How rsync is run, and reaches other hosts. */
export interface Transport {
  /** Program on this machine. */
  readonly rsync: string
  /** Program on the other; a command line, as rsync takes it. */
  readonly remoteRsync: string
  readonly port: number | undefined
  readonly identity: string | undefined
  /** `ssh -o` each. */
  readonly sshOptions: readonly string[]
  /** As rsync takes it: KiB per second, or with a unit. */
  readonly bandwidth: string | undefined
  /** Without a byte for so long, a run is given up. */
  readonly timeoutSeconds: number
}

const options = {
  every: { type: 'string' },
  jitter: { type: 'string' },
  'dry-run': { type: 'boolean', short: 'n' },
  progress: { type: 'boolean' },
  delete: { type: 'boolean' },
  'max-delete': { type: 'string' },
  check: { type: 'string' },
  'no-lint': { type: 'boolean' },
  all: { type: 'boolean' },
  port: { type: 'string', short: 'p' },
  identity: { type: 'string', short: 'i' },
  'ssh-option': { type: 'string', short: 'o', multiple: true },
  bwlimit: { type: 'string' },
  timeout: { type: 'string' },
  rsync: { type: 'string' },
  'rsync-path': { type: 'string' },
  state: { type: 'string' },
  'metrics-file': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

/** The settings, or that help is asked for. Throws UsageError. */
export function parseSettings(args: readonly string[]): SyncSettings | 'help' {
  const { values, positionals } = parse(args)
  if (values.help === true) return 'help'
  const [from, to, ...more] = positionals
  if (from === undefined || to === undefined || more.length > 0)
    throw new UsageError('name a source and a destination (--help tells more)')
  const source = parseEndpoint(from, 'SRC')
  const destination = parseEndpoint(to, 'DST')
  if (source.kind === 'remote' && destination.kind === 'remote')
    throw new UsageError('SRC and DST cannot both be remote: run caspool on one of the hosts')
  const everyMs = values.every === undefined ? undefined : parseDuration(values.every, '--every')
  return {
    source,
    destination,
    everyMs,
    jitterMs: jitterOf(values.jitter, everyMs),
    isDryRun: values['dry-run'] ?? false,
    showsProgress: values.progress ?? false,
    deletes: values.delete ?? false,
    maxDeletes: maxDeletesOf(values['max-delete'], values.delete ?? false),
    check: checkOf(values.check, values['no-lint'] ?? false),
    all: values.all ?? false,
    transport: transportOf(values),
    stateDirectory: values.state,
    metricsFile: metricsFileOf(values['metrics-file']),
  }
}

const parse = (args: readonly string[]) => parseArguments(args, options)

type Values = ReturnType<typeof parse>['values']

function transportOf(values: Values): Transport {
  return {
    rsync: values.rsync ?? 'rsync',
    remoteRsync: values['rsync-path'] ?? 'rsync',
    port: values.port === undefined ? undefined : portOf(values.port),
    identity: values.identity,
    sshOptions: values['ssh-option'] ?? [],
    bandwidth: bandwidthOf(values.bwlimit),
    timeoutSeconds: values.timeout === undefined ? 60 : whole(values.timeout, '--timeout', 1),
  }
}

function jitterOf(text: string | undefined, everyMs: number | undefined): number {
  if (everyMs === undefined) {
    if (text !== undefined) throw new UsageError('--jitter goes with --every')
    return 0
  }
  return text === undefined ? everyMs / 10 : text === '0' ? 0 : parseDuration(text, '--jitter')
}

function checkOf(text: string | undefined, isOff: boolean): Check {
  if (text !== undefined && isOff) throw new UsageError('--no-lint is --check none: give one of the two')
  if (isOff) return 'none'
  const check = text ?? 'full'
  if (check === 'full' || check === 'syntax' || check === 'none') return check
  throw new UsageError(`--check takes full, syntax or none, not "${text}"`)
}

function maxDeletesOf(text: string | undefined, deletes: boolean): number | undefined {
  if (text === undefined) return undefined
  if (!deletes) throw new UsageError('--max-delete goes with --delete')
  return whole(text, '--max-delete', 0)
}

function bandwidthOf(text: string | undefined): string | undefined {
  if (text !== undefined && !/^\d+(\.\d+)?[KMG]?(i?B)?$/i.test(text))
    throw new UsageError(`--bwlimit takes KiB per second or a number with a unit such as 2M, not "${text}"`)
  return text
}

function metricsFileOf(text: string | undefined): string | undefined {
  if (text !== undefined && !text.endsWith('.prom'))
    throw new UsageError('--metrics-file: node_exporter reads only files that end in .prom')
  return text
}

function whole(text: string, option: string, min: number): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) < min)
    throw new UsageError(`${option} takes a whole number of at least ${min}, not "${text}"`)
  return Number(text)
}
