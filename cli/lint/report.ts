/** Findings as text. Pure. */
import { printable, printableJson } from '../printable.ts'
import type { Finding, Severity } from './finding.ts'

export type ReportFormat = 'text' | 'json' | 'github'

/** How much was looked at. */
export interface LookedAt {
  /** Files that cannot be read count as one each. */
  readonly definitions: number
  readonly clusters: number
}

export function findingsText(findings: readonly Finding[], format: ReportFormat, lookedAt: LookedAt): string {
  if (format === 'json') return `${printableJson(JSON.stringify(findings, undefined, 2))}\n`
  if (format === 'github') return findings.map(githubLine).join('')
  return `${findings.map(textLine).join('')}${summary(findings, lookedAt)}\n`
}

function textLine(finding: Finding): string {
  const { file, line, severity, rule, path, message, fix, proof } = finding
  const where = `${file}:${line}: ${severity} ${rule}: ${path === '' ? '' : `${path} `}${message}`
  const more = [proof === undefined ? [] : `taken: ${proof}`, fix === undefined ? [] : `fix: ${fix}`].flat()
  return `${[where, ...more].map(printable).join('\n    ')}\n`
}

const githubLevels: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'notice',
}

/** A workflow command: what ends a line or a property is escaped. */
function githubLine({ file, line, severity, rule, path, message, fix, proof }: Finding): string {
  const property = (text: string) => escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
  const more = [proof === undefined ? [] : `Taken: ${proof}`, fix === undefined ? [] : `Fix: ${fix}`].flat()
  const text = escaped([`${path === '' ? '' : `${path} `}${message}`, ...more].join('\n'))
  const place = `file=${property(file)},line=${line},title=${property(`caspool ${rule}`)}`
  return `::${githubLevels[severity]} ${place}::${text}\n`
}

const escaped = (text: string): string =>
  text.split('\n').map(printable).join('\n').replaceAll('%', '%25').replaceAll('\n', '%0A')

function summary(findings: readonly Finding[], { definitions, clusters }: LookedAt): string {
  const number = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length
  const infos = number('info')
  const kinds = [
    counted(number('error'), 'error'),
    counted(number('warning'), 'warning'),
    ...(infos === 0 ? [] : [counted(infos, 'info')]),
  ]
  const clustersText = clusters === 0 ? '' : `, ${counted(clusters, 'CasCluster')}`
  return `${counted(definitions, 'definition')}${clustersText}: ${kinds.join(', ')}`
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
