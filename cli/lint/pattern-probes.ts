/**
 * URLs of a stranger that a pattern might take: something of the stranger's in each place, or in two places that are
 * near each other, where more than one text can stand. None is believed before the real engine has taken it. Pure.
 */
import { compilePattern } from '../../common/documents/java-pattern.ts'
import type { Hole, SampledPattern } from './pattern-samples.ts'

/** A host of nobody: `.example` is reserved (RFC 2606). */
export const stranger = 'attacker.example'

/** Stand for holes until these are filled: private use, so that nobody writes them. */
const marks = ['\u{f0000}', '\u{f0001}'] as const
const maxTemplates = 4
/** Holes that far apart are filled together. */
const maxDistance = 3

const separators = ['/', '?', '#', '.', ':', '-', '@'] as const
const shortTexts = ['x', '1', 'xx', '.x', '.xx', 'x.xx', 'x/', '/x']
/** The addresses are reserved for documentation (RFC 5737, 3849). */
const hosts = [
  stranger,
  `.${stranger}`,
  `.${stranger}.`,
  `-${stranger}`,
  '[2001:db8::bad]',
  '203.0.113.9',
  'attacker',
  '.attacker',
  'a.aa',
]
const userinfo = [`@${stranger}`, `:443@${stranger}`]
const schemes = ['https://', 'http://', '://', '//', '/', '']

/** Probes, the likeliest first; many. `skips`: holes of that kind stay as they are. */
export function* strangersUrls(sampled: SampledPattern, skips?: Hole['kind']): Generator<string> {
  const { holes } = sampled
  const first = new Map(holes.map((_, i) => [i, authorityTemplates(sampled, [i])]))
  const fillings = new Map<number, Fillings>()
  for (const [i, hole] of holes.entries()) {
    const templates = first.get(i) ?? []
    if (templates.length === 0 || hole.kind === skips) continue
    const isStart = templates.some((template) => !beforeMark(template, 0).includes('://'))
    const found = fillingsOf(hole, { isStart })
    fillings.set(i, found)
    for (const template of templates) yield* filled(template, found.all)
  }
  for (const [i, one] of fillings) {
    for (let j = i + 1; j <= i + maxDistance; j++) {
      const other = fillings.get(j)
      if (other !== undefined) yield* filledTogether(authorityTemplates(sampled, [i, j]), one, other)
    }
  }
}

/** The URLs that a pattern takes with a scheme where it has left that open. */
export function withSchemes(sampled: SampledPattern): readonly string[] {
  return sampled.holes.flatMap((_, i) =>
    authorityTemplates(sampled, [i]).flatMap((template) => [
      ...filled(template, ['https', 'http', ...schemes]),
    ]),
  )
}

function* filled(template: string, fillings: readonly string[]): Generator<string> {
  for (const filling of fillings) yield template.replaceAll(marks[0], filling)
}

function* filledTogether(templates: readonly string[], one: Fillings, other: Fillings): Generator<string> {
  const pairs: readonly (readonly [readonly string[], readonly string[]])[] = [
    [one.separating, other.all],
    [one.hosts, other.separating],
  ]
  for (const template of templates) {
    for (const [lefts, rights] of pairs) {
      for (const left of lefts) {
        for (const right of rights) yield template.replaceAll(marks[0], left).replaceAll(marks[1], right)
      }
    }
  }
}

/** Whether what stands in a hole can belong to scheme, host or port. */
export function isInAuthority(sampled: SampledPattern, hole: number): boolean {
  return authorityTemplates(sampled, [hole]).length > 0
}

/** Texts with marks in these holes, where all of them can belong to scheme, host or port. */
function authorityTemplates(sampled: SampledPattern, wanted: readonly number[]): readonly string[] {
  const marked = new Map(wanted.map((hole, i) => [hole, marks[i] ?? '']))
  return sampled
    .filled(marked)
    .filter((template) =>
      wanted.every(
        (_, i) =>
          template.includes(marks[i] ?? '') && !/^[a-z]+:\/\/[^/?#]*[/?#]/i.test(beforeMark(template, i)),
      ),
    )
    .slice(0, maxTemplates)
}

const beforeMark = (template: string, i: number): string =>
  template.slice(0, template.indexOf(marks[i] ?? ''))

interface Fillings {
  readonly all: readonly string[]
  readonly hosts: readonly string[]
  /** What ends a host, or a label of it. */
  readonly separating: readonly string[]
}

/** What a hole takes of what there is to fill in. `isStart`: it may stand before the host. */
function fillingsOf({ kind, source, least }: Hole, { isStart }: { readonly isStart: boolean }): Fillings {
  const compiled = compilePattern(source, { caseInsensitive: true })
  const fits = (text: string) => compiled.kind === 'refused' || compiled.pattern.matches(text)
  if (kind !== 'repeat') {
    const separating = separators.filter(fits)
    return { all: separating, hosts: [], separating }
  }
  const tails = (host: string) => {
    const padding = 'x'.repeat(Math.max(1, least - host.length - 1))
    return ['', '/', '?', '#', `/${padding}`, `?${padding}`, `#${padding}`, '/a'].map((end) => host + end)
  }
  const bare = hosts.flatMap(tails)
  const whole = isStart ? schemes.flatMap((scheme) => tails(stranger).map((rest) => scheme + rest)) : []
  const inFull = [...bare, ...whole].filter(fits)
  const separating = [...separators, '/x', '?x', '#x'].filter(fits)
  const short = shortTexts.filter(fits)
  return {
    all: [...inFull, ...short, ...separating, ...userinfo.filter(fits)],
    hosts: hosts.filter(fits),
    separating,
  }
}
