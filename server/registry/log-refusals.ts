/** Tells the log which definitions are refused, each once, and what that means for the people who use its URLs. */
import type { Log } from '../../common/log.ts'
import type { Refusal } from '../services/registry-source.ts'

/** Of many at once, so many are named; all are in the member's report. */
const refusalsLogged = 50

const messages: Readonly<Record<Refusal['urls'], string>> = {
  asBefore: 'definition refused: what it said before is served',
  closed: 'definition refused: nobody is signed in to its URLs',
  open: 'definition refused: no URLs are held back for it, and other services may take them',
}

/** Logs those of `now` that were not there `before`. */
export function logRefusals(log: Log, before: readonly Refusal[], now: readonly Refusal[]): void {
  const known = new Set(before.map(keyOf))
  const news = now.filter((refusal) => !known.has(keyOf(refusal)))
  for (const { id, file, reason, urls } of news.slice(0, refusalsLogged)) {
    log.warn({ service: id, ...(file !== undefined && { file }), reason }, messages[urls])
  }
  const rest = news.length - refusalsLogged
  if (rest > 0) log.warn({ more: rest }, 'more definitions refused')
}

const keyOf = ({ id, reason, urls }: Refusal): string => JSON.stringify([id, reason, urls])
