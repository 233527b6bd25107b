/** The parameter `format` of what applications ask (CAS 2.5.1). */
import type { Parameters } from './params.ts'

export type ResponseFormat = 'XML' | 'JSON'

/** The format that is asked for, XML when none is; undefined for one that is not known. */
export function parseFormat(parameters: Parameters): ResponseFormat | undefined {
  const wanted = (parameters.text('format') ?? 'XML').toUpperCase()
  return wanted === 'XML' || wanted === 'JSON' ? wanted : undefined
}
