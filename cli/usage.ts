/** Options of a command, refused with a sentence when they are not understood. */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { nearestName } from '../common/near-name.ts'

/** What was typed is not understood; exit status 2. */
export class UsageError extends Error {}

/** Parses options; throws UsageError for unknown ones and missing values. Positional arguments are refused. */
export function parseOptions<T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values
  } catch (error) {
    throw notUnderstood(error as Error, options)
  }
}

/** As `parseOptions`, of a command that takes positional arguments as well. */
export function parseArguments<T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true })
  } catch (error) {
    throw notUnderstood(error as Error, options)
  }
}

function notUnderstood({ message }: Error, options: ParseArgsOptionsConfig): UsageError {
  const unknown = /^Unknown option '(-[^']*)'/.exec(message)?.[1]
  if (unknown === undefined) return new UsageError(`${message} (--help tells the options)`)
  const nearest = nearestName(
    unknown,
    Object.keys(options).map((name) => `--${name}`),
  )
  const advice = nearest === undefined ? '' : `; did you mean ${nearest}?`
  return new UsageError(`there is no option ${unknown}${advice} (--help tells the options)`)
}

/** The value of an option that takes one of a few words. */
export function choiceOf<T extends string>(option: string, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value)
  if (found === undefined) throw new UsageError(`${option} takes ${choices.join(', ')}, not "${value}"`)
  return found
}

/** A TCP port from text. */
export function portOf(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw new UsageError(`a port is a number from 1 to 65535, not "${text}"`)
  return port
}
