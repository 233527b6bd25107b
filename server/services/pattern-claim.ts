/**
 * What every URL holds that a pattern may take: found without running it, so that a pattern that cannot be run keeps
 * these URLs from wider services and no others. Too little text is always safe; too much would hand URLs over.
 */
import { type Cursor, take } from '../../common/documents/cursor.ts'
import { consumingPart, isMalformed } from '../../common/documents/java-pattern.ts'
import { asciiLower } from './service-url.ts'

/** Both in ASCII letters lowered, and empty where nothing can be said. */
export interface PatternClaim {
  /** Behind `://`, every URL that the pattern takes starts with this. */
  readonly start: string
  /** Every text that it takes, or may have been meant for, holds this somewhere. */
  readonly within: string
}

export function patternClaim(serviceId: string): PatternClaim {
  const source = consumingPart(serviceId)
  const start = source === undefined ? '' : startOf(source)
  if (isMalformed(serviceId)) return { start, within: hostIn(serviceId) }
  return { start, within: source === undefined ? '' : longest(literalRuns(source).map(withoutScheme)) }
}

const literalStart = /^\^?(https\?|https|http):\/\/((?:[A-Za-z0-9_/-]|\\[.-])*)/

function startOf(source: string): string {
  const found = literalStart.exec(source)
  if (found === null) return ''
  const literal = found[2] ?? ''
  // A repetition takes the last character back: `app?` also matches `ap`.
  const isRepeated = /^[?*+{]/.test(source.slice(found[0].length))
  return asciiLower((isRepeated ? literal.replace(/\\?.$/, '') : literal).replaceAll('\\', ''))
}

/**
 * The longest of what looks like a host in a pattern that matches nothing, not even in Java: who wrote it has made a
 * mistake, and meant these URLs. Without any, all are held back.
 */
function hostIn(serviceId: string): string {
  return longest(serviceId.replaceAll('\\.', '.').match(/[a-z0-9-]+(?:\.[a-z0-9-]+)+/gi) ?? [])
}

/** A control character may be a bracket; under these flags blanks mean nothing, or letters are more than ASCII's. */
const unclear = /\\c|\(\?[a-z-]*[cux]/i

const literal = String.raw`(?:[\w/:;,=@%&~!#'"<>${'`'}\]} -]|\\[!-/:-@[-${'`'}{-~ ])`
/** What Java reads as it is read here; the first is a character that stands for itself, once. */
const piece = new RegExp(
  [
    `(${literal}(?![?*+{]))`,
    literal,
    String.raw`[()|^$.?*+]|\{\d+(?:,\d*)?\}|[^\0-\x7f]`,
    String.raw`\[(?!\^?\])(?:[^\][&\\]|&(?!&)|\\[^c])+\]`,
    String.raw`\\[dDwWsShHvVRXbBAzZGtnrfae]|\\u[\dA-Fa-f]{4}|\\x(?:[\dA-Fa-f]{2}|\{[\dA-Fa-f]+\})`,
    String.raw`\\[pP](?:[A-Za-z]|\{\w+\})|\\[^\0-\x7f]`,
  ].join('|'),
  'y',
)

/**
 * The literal text outside of groups, classes and repetitions of what `consumingPart` gives, which holds no alternatives
 * outside of groups. Ends at what Java may read otherwise: what stands before it is sure all the same.
 */
function literalRuns(source: string): readonly string[] {
  if (unclear.test(source)) return []
  const cursor: Cursor = { text: source, at: 0 }
  const runs: string[] = []
  let run = ''
  let depth = 0
  for (let found = take(cursor, piece); found !== undefined; found = take(cursor, piece)) {
    const [whole, character] = found
    if (whole === '(') depth += 1
    if (whole === ')') depth -= 1
    if (depth === 0 && character !== undefined) run += character.slice(-1)
    else {
      runs.push(run)
      run = ''
    }
  }
  return [...runs, run]
}

/** What is part of a scheme says nothing of a URL. */
const withoutScheme = (run: string): string =>
  'https://'.includes(run.toLowerCase()) ? '' : run.replace(/^.*:\/\//, '')

const longest = (texts: readonly string[]): string =>
  asciiLower(texts.reduce((best, text) => (text.length > best.length ? text : best), ''))
