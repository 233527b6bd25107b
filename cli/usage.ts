/** Options of a command, refused with a sentence when they are not understood. */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'

/** What was typed is not understood; exit status 2. */
export class UsageError extends Error {}

/** Parses options; throws UsageError for unknown ones and missing values. Positional arguments are refused. */
export function parseOptions<T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values
  } catch (error) {
    throw new UsageError(`${(error as Error).message} (--help tells the options)`)
  }
}

/** A TCP port from text. */
export function portOf(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw new UsageError(`a port is a number from 1 to 65535, not "${text}"`)
  return port
}
