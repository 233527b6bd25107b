/** `caspool lint`: what is wrong with definitions and manifests, for people, editors and CI. */
import { systemClock } from '../../common/clock.ts'
import { Fault } from '../../common/fault.ts'
import { type Finding, type RuleName, rules, type Severity } from '../lint/finding.ts'
import { lintDefinitions } from '../lint/lint.ts'
import { findingsText } from '../lint/report.ts'
import type { ClusterSource } from '../lint/source.ts'
import { choiceOf, parseArguments, UsageError } from '../usage.ts'
import { noDefinitions, readSources } from './sources.ts'

const help = `usage: caspool lint PATH… [OPTION…]

Finds what is wrong with service definitions: files of an Apereo CAS in JSON or YAML, CasService manifests, directories of
both, - for standard input, mongodb://… for a registry; and with CasClusters and their properties. What is given together is
taken for one registry, but for services of different CasClusters: one that no URL reaches and an id that stands twice are
found among all of it. Patterns that take other hosts than they seem to are shown with a URL that they take, tried with the
matching that servers use. Other objects of Kubernetes are passed over with a note on standard error.

  --format FORMAT       text (default), json, or github for annotations in GitHub's checks
  --fail-on SEVERITY    error (default), warning, info: the least that makes the exit status 1
  --show SEVERITY       error, warning (default), info (with --fail-on info): the least that is shown
  --ignore RULE         leave a rule out; may be given several times
  --rules               print the rules
  --database NAME       of a mongodb:// without one; default: cas
  --collection NAME     default: cas-service-registry
  --help

exit status: 0 clean, 1 something is found or there is nothing to look at, 2 the command is not understood, a path is
not there, or a database does not answer

  caspool lint services/
  git diff --cached --name-only -z --diff-filter=d services/ | xargs -0 -r caspool lint --fail-on warning
`

const options = {
  format: { type: 'string', default: 'text' },
  'fail-on': { type: 'string', default: 'error' },
  show: { type: 'string' },
  ignore: { type: 'string', multiple: true },
  rules: { type: 'boolean' },
  database: { type: 'string' },
  collection: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

const severities: readonly Severity[] = ['error', 'warning', 'info']

export async function lint(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments(args, options)
  if (values.help || values.rules) {
    process.stdout.write(values.help ? help : rulesText())
    return 0
  }
  const format = choiceOf('--format', values.format, ['text', 'json', 'github'])
  const failOn = choiceOf('--fail-on', values['fail-on'], severities)
  // What fails is shown.
  const show = choiceOf('--show', values.show ?? (failOn === 'info' ? failOn : 'warning'), severities)
  const ignored = (values.ignore ?? []).map((rule) =>
    choiceOf('--ignore', rule, Object.keys(rules) as RuleName[]),
  )
  if (positionals.length === 0)
    throw new UsageError('name what to look at: directories, files, - or mongodb://…')
  const clusters: ClusterSource[] = []
  const onCluster = (cluster: ClusterSource) => void clusters.push(cluster)
  const sources = await sourcesAt(positionals, { ...values, onCluster })
  const findings = lintDefinitions(sources, { now: systemClock.now(), clusters }).filter(
    ({ rule }) => !ignored.includes(rule),
  )
  const isAtLeast = (least: Severity) => (finding: Finding) =>
    severities.indexOf(finding.severity) <= severities.indexOf(least)
  process.stdout.write(
    findingsText(findings.filter(isAtLeast(show)), format, {
      definitions: sources.length,
      clusters: clusters.length,
    }),
  )
  return findings.some(isAtLeast(failOn)) ? 1 : 0
}

/** For CI, a database that is away is not a finding. */
async function sourcesAt(...[locations, database]: Parameters<typeof readSources>) {
  try {
    return await readSources(locations, { ...database, mayBeEmpty: false })
  } catch (error) {
    if (error instanceof Fault && error.code === noDefinitions) throw error
    throw error instanceof Fault ? new UsageError(error.message) : error
  }
}

function rulesText(): string {
  const lines = Object.entries(rules).map(([rule, [severity, what]]) => {
    return `${rule.padEnd(20)} ${severity.padEnd(8)} ${what}`
  })
  return `${lines.join('\n')}\n`
}
