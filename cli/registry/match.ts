/** `caspool match`: which service a URL belongs to, and why not another one. */
import { systemClock } from '../../common/clock.ts'
import { Fault } from '../../common/fault.ts'
import { withCopiesRefused } from '../lint/copies.ts'
import type { DefinitionSource, Source } from '../lint/source.ts'
import { printable } from '../printable.ts'
import { parseArguments, UsageError } from '../usage.ts'
import { urlProblem } from './asked-url.ts'
import { type Asked, type Explanation, explain } from './explanation.ts'
import { databaseOfHome } from './home.ts'
import { whyOutOfUse } from './out-of-use.ts'
import { noDefinitions, readSources } from './sources.ts'

const help = `usage: caspool match URL SRC… [OPTION…]

Which service a URL belongs to, by the matching that servers use, in the order in which services are asked, and why each
one before it does not take the URL. SRC is a directory or file with Apereo's definitions or CasService manifests, - for
standard input, or mongodb://… for a registry; several are one registry.

  --home DIR            the pool that caspool demo --home DIR runs
  --all                 every service that is asked; default: those whose host fits, and regular expressions
  --database NAME       of a mongodb:// without one; default: cas
  --collection NAME     default: cas-service-registry
  --help

exit status: 0 a service answers, 1 none does, it is refused, or nobody may sign in to it now, 2 the command is not
understood, or SRC or a part of it cannot be read: what that part says might answer instead

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
  const problem = urlProblem(positionals)
  if (url === undefined || problem !== undefined) throw new UsageError(problem)
  if (values.home !== undefined) locations.push(await databaseOfHome(values.home))
  if (locations.length === 0)
    throw new UsageError('name where the services are: a directory, a file or mongodb://…')
  const { definitions, isWhole } = await sourcesAt(locations, values)
  const explanation = explain(url, definitions)
  const { answer } = explanation
  const outOfUse = answer.kind === 'service' ? whyOutOfUse(answer.definition, systemClock.now()) : undefined
  process.stdout.write(explanationText(explanation, { isAll: values.all === true, outOfUse }))
  if (!isWhole) {
    process.stderr.write('what could not be asked (see above) might answer instead\n')
    return 2
  }
  return answer.kind === 'service' && outOfUse === undefined ? 0 : 1
}

/** Those that can be asked; of the others it tells why they cannot. */
async function sourcesAt(
  ...[locations, database]: Parameters<typeof readSources>
): Promise<{ readonly definitions: readonly DefinitionSource[]; readonly isWhole: boolean }> {
  const sources = await readable(locations, database)
  const isAsked = (source: Source): source is DefinitionSource =>
    source.kind === 'definition' && source.claim !== undefined
  const others = sources.filter((source) => !isAsked(source) && source.problems.length > 0)
  for (const { file, problems } of others) tell(file, problems)
  return { definitions: withCopiesRefused(sources.filter(isAsked)), isWhole: others.length === 0 }
}

async function readable(
  ...[locations, database]: Parameters<typeof readSources>
): Promise<readonly Source[]> {
  try {
    return await readSources(locations, { ...database, mayBeEmpty: false })
  } catch (error) {
    if (error instanceof Fault && error.code === noDefinitions) throw error
    throw error instanceof Fault ? new UsageError(error.message) : error
  }
}

function tell(file: string, problems: readonly { readonly path: string; readonly message: string }[]): void {
  for (const { path, message } of problems) {
    process.stderr.write(`${printable(`${file} is not asked: ${path === '' ? '' : `${path} `}${message}`)}\n`)
  }
}

interface Shown {
  readonly isAll: boolean
  /** Why nobody may sign in to the service that answers. */
  readonly outOfUse: string | undefined
}

function explanationText({ answer, asked, unreadable }: Explanation, { isAll, outOfUse }: Shown): string {
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
      `yes  ${last === undefined ? printable(answer.definition.name) : placed(last)}${outOfUseText(outOfUse)}`,
    )
  return `${lines.join('\n')}\n`
}

const placed = ({ source, name, serviceId, evaluationOrder }: Asked): string =>
  printable(
    `${name}  order ${evaluationOrder}  ${serviceId}  (${source.file}:${source.lineOf(source.pathOf('serviceId'))})`,
  )

const outOfUseText = (why: string | undefined): string =>
  why === undefined ? '' : `\n       but nobody may sign in to it now: ${why}`
