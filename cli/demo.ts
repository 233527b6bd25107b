/** `caspool demo`: a pool on this machine, until Ctrl-C. */

import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { systemClock, systemRandom } from '../common/clock.ts'
import { createLog } from '../common/log.ts'
import { homeAt } from '../local/home.ts'
import { lockHome } from '../local/lock.ts'
import { loadManifests } from '../local/manifests.ts'
import { startPool } from '../local/pool.ts'
import { findMongod } from '../tools/mongod/find.ts'
import { certificatesOf, tlsFilesOf } from './demo-files.ts'
import { parseOptions, portOf } from './usage.ts'

/** The manifests that are run when none are named. */
const samples = resolve(import.meta.dirname, '../crds/samples')

type Environment = Readonly<Record<string, string | undefined>>

const help = `usage: caspool demo [OPTION…]

Runs a whole pool on this machine: CAS servers, a MongoDB replica set and one address, from the same manifests as in a
cluster. Services, users and properties that are edited are live within a second, once their files rest; what a removed
file said is removed. Nothing changes while a manifest is wrong, or while a file that held objects is empty or holds
comments alone: that is said. Edits that MongoDB does not take are tried again; what others write into the registry, or
drop, is put back. Ctrl-C stops all of it; the next start goes on with the data.

  --port N          where the pool listens (PORT); default: the port in the CasCluster's serverUrl, of which it becomes
                    part, except behind a TLS proxy: an https serverUrl is left alone
  --tls-cert FILE   PEM certificate chain, and its key, with which the pool speaks https itself
  --tls-key FILE    (CASPOOL_TLS_CERT, CASPOOL_TLS_KEY); the serverUrl has to be https
  --manifests DIR   directory with one CasCluster and its CasServices and Secrets (MANIFESTS); default: crds/samples
  --home DIR        data, logs and secrets (CASPOOL_HOME); default: ~/.local/share/caspool/demo
  --trust-ca FILE   PEM certificates that proxy callbacks may show (CASPOOL_TRUST_CA), such as a development authority's;
                    callbacks and logout URLs on this machine are always allowed
  --reset           throw away data and secrets of earlier runs first
  --verbose         log what the pool does, as JSON lines on standard error
  --help

Prints "ready URL" when people can sign in. DIR/pool.json of the home tells scripts the addresses.
`

/** Runs until SIGINT or SIGTERM. Throws Fault when the pool cannot start. */
export async function demo(args: readonly string[], environment: Environment): Promise<number> {
  const options = parseOptions(args, {
    port: { type: 'string' },
    manifests: { type: 'string' },
    home: { type: 'string' },
    'tls-cert': { type: 'string' },
    'tls-key': { type: 'string' },
    'trust-ca': { type: 'string' },
    reset: { type: 'boolean' },
    verbose: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  })
  if (options.help) {
    process.stdout.write(help)
    return 0
  }
  const say = (sentence: string): void => void process.stdout.write(`${sentence}\n`)
  const home = homeAt(resolve(options.home ?? environment['CASPOOL_HOME'] ?? defaultHome(environment)))
  const stopped = stopSignal()
  if (options.reset) await reset(home.path)
  const port = options.port ?? environment['PORT']
  const started = performance.now()
  const mongod = await findMongod({ env: environment, progress: say })
  say(`mongod ${mongod.version}; data and logs are in ${home.path}`)
  const manifests = resolve(options.manifests ?? environment['MANIFESTS'] ?? samples)
  const pool = startPool({
    home,
    manifests,
    port: port === undefined || port === '' ? undefined : portOf(port),
    tls: await tlsFilesOf(
      options['tls-cert'] ?? environment['CASPOOL_TLS_CERT'],
      options['tls-key'] ?? environment['CASPOOL_TLS_KEY'],
    ),
    mongod: mongod.path,
    trustedCAs: await certificatesOf(options['trust-ca'] ?? environment['CASPOOL_TRUST_CA']),
    path: environment['PATH'],
    progress: say,
    log: createLog('demo', options.verbose ? 'debug' : 'silent', {
      write: (line) => void process.stderr.write(line),
    }),
    clock: systemClock,
    random: systemRandom,
  })
  const address = await Promise.race([pool.ready, stopped])
  if (address !== undefined) {
    const { url, behindProxy } = address
    const proxy = behindProxy === undefined ? '' : `; its TLS proxy finds the pool at ${behindProxy}`
    say(`ready ${url} after ${((performance.now() - started) / 1000).toFixed(1)} s${proxy}`)
    if (await hasSampleUsers(manifests)) say('sign in as casuser with the password Mellon')
    say('Ctrl-C stops the pool')
    await stopped
  }
  say('stopping')
  await pool.stop()
  return 0
}

/** Also in a copy of the samples that somebody edits. */
async function hasSampleUsers(manifests: string): Promise<boolean> {
  if (manifests === samples) return true
  const [own, sample] = await Promise.all([loadManifests(manifests), loadManifests(samples)])
  return own.kind === 'pool' && sample.kind === 'pool' && own.pool.usersFile === sample.pool.usersFile
}

/** Throws away everything of earlier runs. Throws Fault, and touches nothing, while a pool runs there. */
async function reset(path: string): Promise<void> {
  if (!existsSync(path)) return
  await lockHome(homeAt(path))
  await rm(path, { recursive: true, force: true })
}

function defaultHome(environment: Environment): string {
  const base = environment['XDG_DATA_HOME'] || join(homedir(), '.local', 'share')
  return join(base, 'caspool', 'demo')
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
function stopSignal(): Promise<undefined> {
  return new Promise((resolveStop) => {
    let isAsked = false
    const ask = (): void => {
      if (isAsked) process.exit(1)
      isAsked = true
      resolveStop(undefined)
    }
    process.on('SIGINT', ask)
    process.on('SIGTERM', ask)
  })
}
