/** What a node tells people of the steps that it took in its directory, as lines of the log. */
import type { Log } from '../../../common/log.ts'
import type { DirectoryStep } from '../../replication/directory-plan.ts'
import type { DirectoryContents } from './directory-contents.ts'
import { overruledUrls } from './overruled-urls.ts'
import { writtenFacts } from './replication-events.ts'

const maxListed = 20
const filesOverruled =
  'files were overruled by what other servers hold: each is kept beside it, hidden, as .NAME.overruled or with a number after it'

/** `before`: what the directory said. */
export function logSteps(
  log: Log,
  steps: readonly DirectoryStep[],
  before: DirectoryContents | undefined,
): void {
  if (steps.length === 0) return
  logOverruled(log, steps, before)
  log.info(writtenFacts(steps), 'replicated definitions were written')
}

function logOverruled(
  log: Log,
  steps: readonly DirectoryStep[],
  before: DirectoryContents | undefined,
): void {
  const overruled = steps.filter(({ keepsCopy }) => keepsCopy)
  if (overruled.length === 0) return
  const files = overruled.flatMap(({ now }) => now?.file ?? []).slice(0, maxListed)
  const openUrls = overruled.flatMap((step) => urlsGivenUp(step, before) ?? [])
  const urls = openUrls.length > 0 && { openUrls: openUrls.slice(0, maxListed) }
  log.warn({ files, count: overruled.length, ...urls }, filesOverruled)
}

/** Undefined: none, or it is not known what the file said. */
function urlsGivenUp(step: DirectoryStep, before: DirectoryContents | undefined): string | undefined {
  const own = before?.definitions.get(step.id)
  return own !== undefined && own.hash === step.now?.hash ? overruledUrls(step, own.document) : undefined
}
