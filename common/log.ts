/**
 * Structured logs: one JSON object per line, constant message in past tense, facts as fields. Ticket ids are
 * masked before they come here (`maskTicket`); attributes and passwords are never logged.
 *
 * Levels oblige: error = wake someone, warn = look today, info = a state changed, debug = while developing.
 */
import { type DestinationStream, type Logger, pino } from 'pino'

export type Log = Logger

export const logLevels = ['error', 'warn', 'info', 'debug', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** Makes the process's logger. Errors under `err` are written with type, message and stack. */
export function createLog(name: string, level: LogLevel, destination?: DestinationStream): Log {
  const options = {
    name,
    level,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}

/** A logger that writes nothing. For tests. */
export const silentLog: Log = pino({ level: 'silent' })

/** `ST-1-abcdef…` -> `ST-…cdef01`: prefix and the last six characters of nothing that opens anything. */
export function maskTicket(id: string): string {
  const dash = id.indexOf('-')
  const prefix = dash > 0 && dash <= 6 ? id.slice(0, dash) : 'ticket'
  return id.length < 24 ? `${prefix}-…` : `${prefix}-…${id.slice(-6)}`
}
