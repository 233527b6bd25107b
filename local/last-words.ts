/** What a process that ended wrote last, as one line for the terminal: for those who do not open its log. */
import { open } from 'node:fs/promises'
import { shortText } from '../common/documents/short-text.ts'

const longestSentence = 400
/** The end of a log holds its last line. */
const readBytes = 64 * 1024

/** A line of our own processes that tells of no trouble. */
const goesWell = /^\{"level":"(info|debug)"/

/** The last sentence behind the byte `from` of a log file; empty when there is none. */
export async function lastWords(logFile: string, from: number): Promise<string> {
  const file = await open(logFile).catch(() => undefined)
  if (file === undefined) return ''
  try {
    const { size } = await file.stat()
    const position = Math.max(from, size - readBytes)
    const { buffer, bytesRead } = await file.read({ position, buffer: Buffer.alloc(readBytes) })
    return lastSentence(buffer.toString('utf8', 0, bytesRead))
  } finally {
    await file.close()
  }
}

/**
 * The last line of a log that says something, of trouble rather than of what goes well; of a JSON line its message and
 * the reason beside it.
 */
export function lastSentence(log: string): string {
  const lines = log.split('\n').filter((line) => /^\S/.test(line) && !/^Node\.js v\d/.test(line))
  const line = lines.findLast((one) => !goesWell.test(one)) ?? lines.at(-1) ?? ''
  return shortText((messageIn(line) ?? line).replace(/\p{Cc}+/gu, ' ').trim(), longestSentence)
}

function messageIn(line: string): string | undefined {
  try {
    const { msg, err, reason } = JSON.parse(line)
    const parts = [msg, err?.message ?? reason].filter((part) => typeof part === 'string')
    return parts.length === 0 ? undefined : parts.join(': ')
  } catch {
    return undefined
  }
}
