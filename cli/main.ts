#!/usr/bin/env node
/** caspool: the command line. Reads the environment, runs one command, exits with its status. */
import { Fault, reasonOf } from '../common/fault.ts'
import { printable, printableLines } from './printable.ts'
import { interruptedStatus } from './status.ts'
import { UsageError } from './usage.ts'
import { softwareVersion } from './version.ts'

/** A command: gets its arguments, answers its exit status. What it needs is loaded when it is called. */
type Command = {
  readonly what: string
  readonly run: (args: readonly string[]) => Promise<number>
}

const commands: Readonly<Record<string, Command>> = {
  demo: {
    what: 'run a pool on this machine from manifests',
    run: async (args) => (await import('./demo.ts')).demo(args, process.env),
  },
  import: {
    what: 'turn definitions of an Apereo CAS into CasServices',
    run: async (args) => (await import('./registry/import.ts')).importDefinitions(args),
  },
  export: {
    what: 'write a registry as files of an Apereo CAS',
    run: async (args) => (await import('./registry/export.ts')).exportDefinitions(args),
  },
  lint: {
    what: 'find what is wrong with definitions and manifests',
    run: async (args) => (await import('./registry/lint.ts')).lint(args),
  },
  diff: {
    what: 'compare definitions with the registry of a live pool',
    run: async (args) => (await import('./registry/diff.ts')).diff(args),
  },
  match: {
    what: 'tell which service a URL belongs to, and why not another',
    run: async (args) => (await import('./registry/match.ts')).match(args),
  },
  sync: {
    what: 'bring definitions as files to another directory or host, with rsync',
    run: async (args) => (await import('./sync/sync.ts')).sync(args, process.env),
  },
  config: {
    what: 'tell about properties, the values in force and where they come from',
    run: async (args) => (await import('./config/config.ts')).config(args),
  },
  'hash-password': {
    what: 'make the hash of a static user’s password',
    run: async (args) => (await import('./hash-password.ts')).hashPassword(args),
  },
}

const help = `usage: caspool COMMAND [OPTION…]

${Object.entries(commands)
  .map(([name, command]) => `  ${name.padEnd(16)} ${command.what}`)
  .join('\n')}

  caspool COMMAND --help tells more, caspool --version the version.
`

// Who reads no more, as `head`, has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
process.exitCode = await main(process.argv.slice(2))

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === 'help') {
    process.stdout.write(help)
    return name === undefined ? 2 : 0
  }
  if (name === '--version') {
    process.stdout.write(`caspool ${softwareVersion()}\n`)
    return 0
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) {
    process.stderr.write(`caspool: no command is called ${printable(name)}\n${help}`)
    return 2
  }
  try {
    return await command.run(args)
  } catch (error) {
    process.stderr.write(`caspool ${name}: ${printableLines(reasonOf(error))}\n`)
    if (error instanceof Fault && error.code === 'INTERRUPTED') return interruptedStatus
    return error instanceof UsageError ? 2 : 1
  }
}
