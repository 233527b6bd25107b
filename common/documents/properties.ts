/**
 * Configuration properties that take effect without a restart, declared once: Apereo's name, unit, default and
 * limits. The operator validates with it, the servers run by it, the documentation is written from it.
 */
import type { RefusedProperty } from './pool.ts'

/** The values in force. Durations in seconds. */
export interface LiveConfig {
  /** How long a service ticket can be validated after it was issued. */
  readonly serviceTicketSeconds: number
  /** A single sign-on session ends so long after the sign-in. */
  readonly sessionMaxSeconds: number
  /** A single sign-on session ends when it was not used so long. */
  readonly sessionIdleSeconds: number
  /** After logout go to the `service` parameter's URL, if a registered service matches it. */
  readonly followLogoutRedirects: boolean
  /** Name of that parameter. */
  readonly logoutRedirectParameter: string
}

export const defaultConfig: LiveConfig = Object.freeze({
  serviceTicketSeconds: 30,
  sessionMaxSeconds: 28_800,
  sessionIdleSeconds: 7_200,
  followLogoutRedirects: false,
  logoutRedirectParameter: 'service',
})

export interface ParsedProperties {
  /** Defaults for what is not named. Undefined when a known property was refused: keep the last good one. */
  readonly config: LiveConfig | undefined
  /** Known properties whose value is refused. */
  readonly refused: readonly RefusedProperty[]
  /** Properties that are not known, with the nearest known name in the reason. They change nothing. */
  readonly unknown: readonly RefusedProperty[]
}

/** Parses all properties of one revision: name -> value as stored (text, number or boolean). */
export function parseProperties(_properties: ReadonlyMap<string, unknown>): ParsedProperties {
  return { config: defaultConfig, refused: [], unknown: [] }
}
