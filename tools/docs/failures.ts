/** The page of refusals that clients can get; made from the tables in the code. */
import { failures } from '../../server/cas/failure.ts'
import { restFailures } from '../../server/cas/rest-failure.ts'
import { generatedFrom, table } from './markdown.ts'

export function failuresPage(): string {
  const protocol = Object.entries(failures).map(([why, failure]) => [
    `\`${failure.code}\``,
    failure.text,
    failure.section,
    `\`${why}\``,
  ])
  const rest = Object.entries(restFailures).map(([why, failure]) => [
    String(failure.status),
    failure.text,
    `\`${why}\``,
  ])
  return `${generatedFrom('server/cas/failure.ts and server/cas/rest-failure.ts')}

# Refusals

What an application or a program is told when a request is refused. Different reasons may read the same on purpose: the
servers' logs tell them apart by the field \`why\`. A database that does not answer is none of these, but a 503 with
\`Retry-After\`.

## Validation and proxying

${table(['Code', 'Text', 'Section', '`why` in the log'], protocol)}

## REST protocol

${table(['Status', 'Text', 'Reason'], rest)}
`
}
