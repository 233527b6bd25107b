/** `caspool match`: which service a URL belongs to, and why not another one. */
import { systemClock } from '../../common/clock.ts'
import { Fault } from '../../common/fault.ts'
import { serviceAccess } from '../../server/services/access.ts'
import type { DefinitionSource } from '../lint/source.ts'
import { printable } from '../printable.ts'
import { parseArguments, UsageError } from '../usage.ts'
import { type Asked, type Explanation, explain } from './explanation.ts'
import { databaseOfHome } from './home.ts'
import { readSources } from './sources.ts'

const help = `usage: caspool match URL SRC… [OPTION…]

Which service a URL belongs to, by the matching that servers use, in the order in which services are asked, and why each
one before it does not take the URL. SRC is a directory or file with Apereo's definitions or CasService manifests, - for
standard input, or mongodb://… for a registry; several are one registry.

  --home DIR            the pool that caspool demo --home DIR runs
  --all                 every service that is asked; default: those whose host fits, and regular expressions
  --database NAME       of a mongodb:// without one; default: cas
  --collection NAME     default: cas-service-registry
  --help

exit status: 0 a service answers, 1 none does or it is refused, 2 the command is not understood or SRC cannot be read

  caspool match https://app.example.org/start services/
  caspool match https://app.example.org/start mongodb://127.0.0.1:27017/cas
`

const options = {
  home: { type: 'string' },
  all: { type: 'boolean' },
  database: { type: 'string' },
  collection: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

export async function match(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments(args, options)
  if (values.help) {
    process.stdout.write(help)
    return 0
  }
  const [url, ...locations] = positionals
  if (url === undefined || !/^[a-z][a-z0-9+.-]*:/i.test(url)) throw new UsageError('name the URL first')
  if (values.home !== undefined) locations.push(await databaseOfHome(values.home))
  if (locations.length === 0)
    throw new UsageError('name where the services are: a directory, a file or mongodb://…')
  const explanation = explain(url, await sourcesAt(locations, values))
  process.stdout.write(explanationText(explanation, values.all === true))
  return explanation.answer.kind === 'service' ? 0 : 1
}

async function sourcesAt(
  ...[locations, database]: Parameters<typeof readSources>
): Promise<readonly DefinitionSource[]> {
  try {
    const sources = await readSources(locations, database)
    return sources.flatMap((source) => {
      if (source.kind === 'definition') {
        if (source.claim === undefined) tell(source.file, source.problems)
        return [source]
      }
      tell(source.file, source.problems)
      return []
    })
  } catch (error) {
    throw error instanceof Fault ? new UsageError(error.message) : error
  }
}

function tell(file: string, problems: readonly { readonly path: string; readonly message: string }[]): void {
  for (const { path, message } of problems) {
    process.stderr.write(`${printable(`${file} is not asked: ${path === '' ? '' : `${path} `}${message}`)}\n`)
  }
}

function explanationText({ answer, source, asked, unreadable }: Explanation, isAll: boolean): string {
  const before = asked.filter(({ whyNot }) => whyNot !== undefined)
  const shown = isAll ? before : before.filter(({ isNear }) => isNear)
  const hidden = before.length - shown.length
  const lines = [
    ...shown.map((one) => `not  ${placed(one)}\n       ${printable(one.whyNot ?? '')}`),
    ...(hidden === 0 ? [] : [`and ${hidden} of other hosts (--all shows them)`]),
  ]
  const last = asked.find(({ whyNot }) => whyNot === undefined)
  if (unreadable !== undefined) lines.push(`no service: ${unreadable}`)
  else if (answer.kind === 'unregistered') lines.push('no service takes it')
  else if (answer.kind === 'refused')
    lines.push(`refused: ${last === undefined ? '' : `${placed(last)}\n       `}${printable(answer.reason)}`)
  else
    lines.push(
      `yes  ${last === undefined ? printable(answer.definition.name) : placed(last)}${disabledText(source)}`,
    )
  return `${lines.join('\n')}\n`
}

const placed = ({ source, name, serviceId, evaluationOrder }: Asked): string =>
  printable(
    `${name}  order ${evaluationOrder}  ${serviceId}  (${source.file}:${source.lineOf(source.pathOf('serviceId'))})`,
  )

function disabledText(source: DefinitionSource | undefined): string {
  const definition = source?.definition
  const isUsable = definition === undefined || serviceAccess(definition, systemClock.now()).kind === 'allowed'
  return isUsable
    ? ''
    : '\n       but nobody may sign in to it now: it is disabled, has expired or is not yet in use'
}
