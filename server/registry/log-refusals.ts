/** Tells the log which definitions are refused, each once, and what that means for the people who use its URLs. */
import type { Log } from '../../common/log.ts'
import type { Refusal } from '../services/registry-source.ts'
import type { RegistrySnapshot } from './catalog.ts'

type Snapshot = Pick<RegistrySnapshot, 'refusals' | 'servicesBehind'>

/** Of many at once, so many are named; all are in the member's report. */
const refusalsLogged = 50

const messages: Readonly<Record<Refusal['urls'], string>> = {
  asBefore: 'definition refused: what it said before is served',
  taken: 'definition refused: the one whose id it has takes its URLs',
  closed: 'definition refused: nobody is signed in to its URLs',
  open: 'definition refused: no URLs are held back for it, and other services may take them',
}

const allHeld = 'definition refused: nobody is signed in to ANY service behind it in the order'

/** Logs the refusals of `now` that were not there `before`, and how many services are behind those that hold back URLs. */
export function logRefusals(log: Log, before: Snapshot, now: Snapshot): void {
  const known = new Set(before.refusals.map(keyOf))
  const news = now.refusals.filter((refusal) => !known.has(keyOf(refusal)))
  for (const { id, file, reason, urls, held } of news.slice(0, refusalsLogged)) {
    const closed = held && { heldBack: held.which, servicesBehind: now.servicesBehind(id) }
    const facts = { service: id, ...(file !== undefined && { file }), reason, ...closed }
    log.warn(facts, held?.areAll ? allHeld : messages[urls])
  }
  const rest = news.length - refusalsLogged
  if (rest > 0) log.warn({ more: rest }, 'more definitions refused')
}

const keyOf = ({ id, reason, urls, held }: Refusal): string => JSON.stringify([id, reason, urls, held?.which])
