// Programs that tests need and a machine may lack: named by a variable, on PATH, else from Debian's packages when root.
import { findProgram, tryRun } from './command.ts'

/** A program that may be installed. */
export interface WantedProgram {
  /** For people: `a Chromium`. */
  readonly what: string
  /** Variable that may hold its path. */
  readonly variable: string
  /** Names that it goes by on PATH. */
  readonly names: readonly string[]
  readonly packages: readonly string[]
}

/** The program's path, or undefined. Installs nothing. */
export function findWanted({ variable, names }: WantedProgram): string | undefined {
  const named = process.env[variable]
  if (named !== undefined && named !== '') return named
  return names.map(findProgram).find((path) => path !== undefined)
}

/** Why the program is not there, after trying to install it; undefined when it is there. */
export async function wantedUnavailable(program: WantedProgram): Promise<string | undefined> {
  if (findWanted(program) !== undefined) return undefined
  const { what, variable, packages } = program
  if (process.getuid?.() !== 0 || findProgram('apt-get') === undefined) {
    return `no ${what} found: install one or set ${variable} to its path`
  }
  process.stderr.write(`installing ${packages.join(', ')} from the distribution (apt-get)\n`)
  const environment = { env: { DEBIAN_FRONTEND: 'noninteractive' } }
  await tryRun('apt-get', ['update', '-qq'], environment)
  await tryRun('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], environment)
  return findWanted(program) === undefined ? `no ${what} found, and apt-get could not install one` : undefined
}
