/** What there is to say about the properties of a pool. Pure; values of what is not a live property stay out of it. */
import type { RefusedProperty } from '../../common/documents/pool.ts'
import {
  type LiveConfig,
  type LiveProperty,
  liveProperties,
  livePropertyKey,
  parseProperties,
} from '../../common/documents/properties.ts'
import { relaxed } from '../../common/documents/property-names.ts'

/** Properties as they stand somewhere. */
export interface StatedProperties {
  /** `spec.config`: what is asked for. `database`: what the operator has written. */
  readonly from: 'nowhere' | 'spec.config' | 'database'
  /** By name, as it is written. */
  readonly values: ReadonlyMap<string, unknown>
  /** What servers say about them, with the server's name. */
  readonly reports: readonly { readonly member: string; readonly refused: readonly RefusedProperty[] }[]
}

export interface ExplainedProperty {
  /** Apereo's name. */
  readonly name: string
  readonly type: LiveProperty<unknown>['type']
  readonly takes: string
  readonly default: string
  readonly meaning: string
  /** When a change counts. */
  readonly takesEffect: 'live'
  /** What the definition of a service may say in its place. */
  readonly override: string | undefined
  /** Absent where that cannot be told: no pool is looked at, or what is looked at is refused as a whole. */
  readonly inForce?: string
  /** What would be in force if the rest of a refused revision were mended. */
  readonly wouldBe?: string
  readonly origin: string
  /** Spelling, where it is another. */
  readonly writtenAs: readonly string[]
  /** What is wrong with what is written. */
  readonly problems: readonly string[]
}

export interface Explanation {
  readonly from: StatedProperties['from']
  readonly properties: readonly ExplainedProperty[]
  /** Written properties that change nothing, and why. Without values: some are secrets. */
  readonly others: readonly RefusedProperty[]
  /** Written properties that keep the whole revision from being taken. */
  readonly refusedFor: readonly string[]
}

/** Everything about live properties whose names are asked for, or lie below; no names: about all. */
export function explain(stated: StatedProperties, names: readonly string[] = []): Explanation {
  const notTexts = stated.from === 'spec.config' ? notTextsIn(stated.values) : []
  const strange = new Set(notTexts.map(({ name }) => name))
  const read = parseProperties(new Map([...stated.values].filter(([name]) => !strange.has(name))))
  const parsed = { ...read, refused: [...notTexts, ...read.refused] }
  const blocking = [...parsed.refused, ...(stated.from === 'spec.config' ? parsed.secrets : [])]
  const refusedFor = blocking.map(({ name }) => name)
  const judged = { parsed, refusedFor, stated }
  const asked = (name: string) => names.length === 0 || names.some((one) => isAsked(name, one))
  const keys = Object.keys(liveProperties) as (keyof LiveConfig)[]
  return {
    from: stated.from,
    properties: keys
      .filter((key) => asked(liveProperties[key].name))
      .map((key) => explained(liveProperties[key], parsed.acceptable[key], judged)),
    others: [...notTexts.filter(({ name }) => !isLive(name)), ...parsed.secrets, ...parsed.unknown].filter(
      ({ name }) => asked(name),
    ),
    refusedFor,
  }
}

/** Kubernetes refuses them. */
function notTextsIn(values: StatedProperties['values']): readonly RefusedProperty[] {
  return [...values].flatMap(([name, value]) => {
    if (typeof value === 'string') return []
    const isScalar = typeof value !== 'object' || value === null
    const advice = isScalar
      ? 'put it into quotes'
      : 'write the whole name of each property in front of its value'
    return [{ name, reason: `must be text: ${advice}` }]
  })
}

const isLive = (name: string): boolean =>
  Object.values(liveProperties).some((property) => livePropertyKey(property.name) === livePropertyKey(name))

/** What is wrong with a name that is asked for; undefined: it is a live property's, or stands above some. */
export function nameProblem(name: string): string | undefined {
  if (Object.values(liveProperties).some((property) => isAsked(property.name, name))) return undefined
  const { secrets, unknown } = parseProperties(new Map([[name, '']]))
  return [...secrets, ...unknown][0]?.reason
}

function isAsked(name: string, asked: string): boolean {
  const [known, wanted] = [relaxed(name), relaxed(asked).replace(/\.$/, '')]
  return known === wanted || known.startsWith(`${wanted}.`)
}

interface Judged {
  readonly parsed: ReturnType<typeof parseProperties>
  readonly refusedFor: readonly string[]
  readonly stated: StatedProperties
}

function explained(
  property: LiveProperty<LiveConfig[keyof LiveConfig]>,
  value: unknown,
  { parsed, refusedFor, stated }: Judged,
): ExplainedProperty {
  const { name, type, doc, fallback, override, parse } = property
  const written = [...stated.values.keys()].filter((one) => livePropertyKey(one) === livePropertyKey(name))
  const problems = parsed.refused
    .filter((refused) => written.includes(refused.name))
    .map(({ reason }) => reason)
  const isDefault = written.length === 0 || problems.length > 0
  return {
    name,
    type,
    takes: takenBy(parse),
    default: valueText(fallback),
    meaning: doc,
    takesEffect: 'live',
    override,
    ...valueIn({ value, isRefused: problems.length > 0, refusedFor, from: stated.from }),
    origin: originOf({ isDefault, refusedFor, from: stated.from }),
    writtenAs: written.filter((one) => one !== name),
    problems: [...problems, ...reportedProblems(stated, written)],
  }
}

interface Value {
  readonly value: unknown
  readonly isRefused: boolean
  readonly refusedFor: readonly string[]
  readonly from: StatedProperties['from']
}

function valueIn({
  value,
  isRefused,
  refusedFor,
  from,
}: Value): Pick<ExplainedProperty, 'inForce' | 'wouldBe'> {
  if (from === 'nowhere') return {}
  if (from === 'database' || refusedFor.length === 0) return { inForce: valueText(value) }
  return isRefused ? {} : { wouldBe: valueText(value) }
}

interface Origin {
  readonly isDefault: boolean
  readonly refusedFor: readonly string[]
  readonly from: StatedProperties['from']
}

function originOf({ isDefault, refusedFor, from }: Origin): string {
  const where = isDefault
    ? 'default'
    : from === 'database'
      ? 'the database: spec.config, where an operator runs'
      : from
  return from === 'database' && refusedFor.length > 0
    ? `${where}; servers that have seen a good revision keep that one`
    : where
}

/** How much is wrong, and what follows from it for all properties; undefined: nothing is. */
export function problemSummary({ properties, others, refusedFor, from }: Explanation): string | undefined {
  const shown = properties.reduce((sum, { problems }) => sum + problems.length, others.length)
  // Those that are not asked for stand in the way as well.
  const count = Math.max(shown, refusedFor.length)
  const blocking = refusedFor.join(', ')
  const be = refusedFor.length === 1 ? 'is' : 'are'
  const counted = count === 1 ? '1 problem' : `${count} problems`
  if (refusedFor.length === 0) return count === 0 ? undefined : counted
  return from === 'database'
    ? `${counted}: servers that have seen a good revision keep that one, for ${blocking} ${be} refused`
    : `${counted}: nothing of spec.config counts before ${blocking} ${be} mended; until then the last good revision stays in force`
}

function reportedProblems({ reports }: StatedProperties, written: readonly string[]): string[] {
  return reports.flatMap(({ member, refused }) =>
    refused
      .filter(({ name }) => written.includes(name))
      .map(({ reason }) => `${member} refuses it: ${reason}`),
  )
}

/** What a property takes, in the words of its refusal. */
function takenBy(parse: LiveProperty<unknown>['parse']): string {
  const answer = parse('\0')
  return 'problem' in answer ? answer.problem.replace(/^must be /, '') : 'any text'
}

function valueText(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : String(value)
}
