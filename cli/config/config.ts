/** `caspool config explain`: what properties there are, which values are in force, and where they come from. */

import { printable, printableJson, printableLines, withoutUserInfo } from '../printable.ts'
import { databaseOfHome } from '../registry/home.ts'
import { isDatabase } from '../registry/location.ts'
import { choiceOf, parseArguments, UsageError } from '../usage.ts'
import {
  type ExplainedProperty,
  type Explanation,
  explain,
  nameProblem,
  problemSummary,
  type StatedProperties,
} from './explanation.ts'
import { propertiesOfManifests, propertiesOfPool } from './stated.ts'

const help = `usage: caspool config explain [NAME…] [--manifests PATH | mongodb://… | --home DIR] [OPTION…]

Tells about the properties that spec.config of a CasCluster may hold: type, default, what they take, what they mean; and,
where manifests or a pool are named, which value is in force, where it comes from, and what is refused and why. NAME is
Apereo's, in any of Spring's spellings, or the beginning of some (cas.ticket); without one, all are told.

  --manifests PATH   a file or a directory of manifests with a CasCluster
  --cluster NAME     which, where there are several: NAME or NAMESPACE/NAME
  --home DIR         the pool that caspool demo --home DIR runs, in place of mongodb://…
  --database NAME    of a mongodb:// without one; default: cas
  --format FORMAT    text (default) or json

What counts, first to last: the definition of a service, where it says something for itself; spec.config; the default.
Values of what is no live property are never printed: they may be secrets.

exit status: 0 all is well, 1 something is refused or not known, 2 it cannot be told
`

const options = {
  manifests: { type: 'string' },
  cluster: { type: 'string' },
  home: { type: 'string' },
  database: { type: 'string' },
  format: { type: 'string', default: 'text' },
  help: { type: 'boolean', short: 'h' },
} as const

/** Answers the exit status. Throws UsageError, and Fault when a database cannot be read. */
export async function config(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments(args, options)
  const [command, ...rest] = positionals
  if (values.help) {
    process.stdout.write(help)
    return 0
  }
  if (command !== 'explain') throw new UsageError('explain is all that there is (--help tells more)')
  const names = rest.filter((word) => !isDatabase(word))
  const format = choiceOf('--format', values.format, ['text', 'json'])
  const stated = await statedBy(values, rest.filter(isDatabase))
  const explanation = explain(stated, names)
  const { properties, others, refusedFor } = explanation
  if (stated.from === 'database' && stated.values.size + stated.reports.length === 0)
    process.stderr.write('note: there is no property in the database, and no server reports there\n')
  // A name that stands there although it is not known is told about as such.
  const problems = names.flatMap((name) => {
    const reason = others.some((other) => other.name === name) ? undefined : nameProblem(name)
    return reason === undefined ? [] : [{ name: withoutUserInfo(name), reason }]
  })
  if (format === 'json')
    process.stdout.write(`${printableJson(JSON.stringify({ ...explanation, problems }, undefined, 2))}\n`)
  else process.stdout.write(printableLines(textOf(explanation)))
  if (format === 'text')
    for (const { name, reason } of problems) process.stderr.write(`${printable(`${name} ${reason}`)}\n`)
  const isWell = refusedFor.length + others.length + problems.length === 0
  return isWell && properties.every((property) => property.problems.length === 0) ? 0 : 1
}

interface Places {
  readonly manifests?: string | undefined
  readonly cluster?: string | undefined
  readonly home?: string | undefined
  readonly database?: string | undefined
}

async function statedBy(places: Places, databases: readonly string[]): Promise<StatedProperties> {
  const { manifests, cluster, home, database } = places
  const named = databases.length + [manifests, home].filter((place) => place !== undefined).length
  if (named > 1) throw new UsageError('name one place: --manifests, --home or mongodb://…')
  if (cluster !== undefined && manifests === undefined)
    throw new UsageError('--cluster goes with --manifests')
  if (manifests !== undefined) return propertiesOfManifests(manifests, cluster)
  const uri = home === undefined ? databases[0] : await databaseOfHome(home)
  if (uri !== undefined) return propertiesOfPool(uri, database)
  return { from: 'nowhere', values: new Map(), reports: [] }
}

function textOf(explanation: Explanation): string {
  const { properties, others } = explanation
  const strange = others.map(({ name, reason }) => `${name}\n  ${reason}\n`)
  const summary = problemSummary(explanation)
  return [
    ...properties.map(propertyText),
    ...strange,
    ...(summary === undefined ? [] : [`${summary}\n`]),
  ].join('\n')
}

function propertyText(property: ExplainedProperty): string {
  const { name, type, takes, meaning, inForce, wouldBe, origin, override, writtenAs, problems } = property
  const shown = (value: string) => `${value === '' ? '(none)' : printable(value)} (${origin})`
  const rows = [
    ['type', `${type}: ${takes}`],
    ['default', property.default === '' ? '(none)' : property.default],
    ['effect', 'live, without a restart'],
    ['override', override === undefined ? 'none' : `${override} in a service’s definition`],
    ...(inForce === undefined ? [] : [['in force', shown(inForce)]]),
    ...(wouldBe === undefined ? [] : [['would be', `${shown(wouldBe)} once all is mended`]]),
    ...writtenAs.map((spelling) => ['written', spelling]),
    ...problems.map((problem) => ['problem', problem]),
  ]
  const lines = rows.map(([title = '', text = '']) => `  ${title.padEnd(9)} ${text}`)
  return `${name}\n  ${meaning}\n${lines.join('\n')}\n`
}
