/**
 * What matching a service URL costs with 10 and with 10,000 services, what a change costs with 10,000, and what
 * they weigh in memory.
 */
import { encodeDefinition } from '../common/documents/definition-codec.ts'
import { defaultAccess } from '../common/documents/definition-policies.ts'
import type { ServiceDefinition, StoredDocument } from '../common/documents/service-definition.ts'
import { servicePattern } from '../common/documents/service-pattern.ts'
import { Catalog, type RegistrySnapshot } from '../server/registry/catalog.ts'
import { matchableService, serviceIndex } from '../server/services/match.ts'
import type { Figure } from './figure.ts'

const rounds = 200_000

function definition(number: number, serviceId: string): ServiceDefinition {
  return {
    id: BigInt(number),
    name: `app-${number}`,
    serviceId,
    evaluationOrder: number % 10,
    access: defaultAccess,
    release: { kind: 'allowed', names: ['mail'] },
    username: { kind: 'default' },
    proxy: { kind: 'refuse' },
    logout: { type: 'backChannel' },
    contacts: [],
  }
}

function document(number: number): StoredDocument {
  const hosts = [`app-${number}.example.org`, `app-${number}.example.net:*`]
  return encodeDefinition(definition(number, servicePattern({ hosts })))
}

function documents(count: number): Map<string, StoredDocument> {
  return new Map(Array.from({ length: count }, (_, number) => [String(number), document(number)]))
}

function timedMs(work: () => void): number {
  const started = performance.now()
  work()
  return performance.now() - started
}

/** Run with --expose-gc, else the weight counts garbage, too. */
function heapMb(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / 1024 / 1024
}

/** Microseconds per URL, half of them registered. */
function matchMicroseconds(snapshot: RegistrySnapshot, count: number): number {
  const urls = Array.from({ length: 1000 }, (_, i) =>
    i % 2 === 0
      ? `https://app-${(i * 7919) % count}.example.org/path?x=${i}`
      : `https://other-${i}.example.org/`,
  )
  const run = (times: number) => {
    for (let i = 0; i < times; i++) snapshot.findService(urls[i % urls.length] ?? '')
  }
  run(20_000)
  return (timedMs(() => run(rounds)) * 1000) / rounds
}

function load(
  catalog: Catalog,
  services: ReadonlyMap<string, StoredDocument>,
  rev: number,
): RegistrySnapshot {
  return catalog.apply({ rev, digest: String(rev), services, properties: new Map() })
}

/** Patterns that make engines slow: nested repetition, many alternatives, long bounded gaps, look-aheads. */
const hurtful = [
  '^https://(a+)+$',
  '^https://app\\.example\\.org/(a|a|b|ab)*c$',
  '^https://app\\.example\\.org/(x+x+)+y',
  '^https://.*a.{20}b',
  '^https://.*a.{200}',
  '^https://.*(.{1,30}a){3}b',
  '^https://.*(a?){50}a{50}',
  '^https://.*[a-m].{100}[n-z]',
  '^(?!.*a.{30}b)https://.*(.*a){20}x',
  '^https://.*a.{400}b.{400}',
  `^https://app\\.example\\.org/(${Array.from({ length: 60 }, (_, i) => `[a-z]*${i}`).join('|')})$`,
]

function hurtingUrls(): string[] {
  const units = ['a', 'ab', 'aab', 'x', 'a/', 'abcdefghijklmnop', 'zyxwvut.a', 'é', 'aſK']
  const mixed = Array.from({ length: 2048 }, (_, i) => 'ab'.charAt((i * 7919 + i * i) % 2)).join('')
  return [...units.map((unit) => unit.repeat(2048)), mixed].map((rest) =>
    `https://app.example.org/${rest}`.slice(0, 2048),
  )
}

/** Milliseconds of processor time: other programs on the machine do not count. */
function processorMs(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** The longest that one of the patterns takes for one of the URLs, the best of twenty runs: the rest is other programs on the machine. */
function hardestMs(): { readonly ms: number; readonly refused: number } {
  const again = Array.from({ length: 20 })
  const urls = hurtingUrls()
  let ms = 0
  let refused = 0
  for (const [number, serviceId] of hurtful.entries()) {
    const claim = definition(number, serviceId)
    const index = serviceIndex([matchableService(claim, { kind: 'service', definition: claim })])
    for (const url of urls) {
      if (index.find(url).kind === 'refused') refused += 1
      ms = Math.max(ms, Math.min(...again.map(() => processorMs(() => void index.find(url)))))
    }
  }
  return { ms, refused }
}

export function matchingFigures(): Figure[] {
  const few = load(new Catalog(), documents(10), 1)
  const fewMicroseconds = matchMicroseconds(few, 10)

  const many = documents(10_000)
  const before = heapMb()
  const catalog = new Catalog()
  const firstMs = timedMs(() => load(catalog, many, 1))
  const weightMb = heapMb() - before
  const changed = new Map(many).set('5000', document(5000))
  const changeMs = timedMs(() => load(catalog, changed, 2))
  const manyMicroseconds = matchMicroseconds(catalog.current, 10_000)
  const ratio = manyMicroseconds / fewMicroseconds
  const hardest = hardestMs()
  return [
    { what: 'matching a URL, 10 services', value: `${fewMicroseconds.toFixed(1)} µs` },
    {
      what: 'matching a URL, 10,000 services',
      value: `${manyMicroseconds.toFixed(1)} µs, ${ratio.toFixed(1)} times as long`,
    },
    {
      what: `hardest of ${hurtful.length} hurtful patterns on a URL of 2,048 characters`,
      value: `${hardest.ms.toFixed(1)} ms of processor time (target 5 ms); ${hardest.refused} pairs refused for their work`,
    },
    { what: 'loading 10,000 services', value: `${firstMs.toFixed(0)} ms, ${weightMb.toFixed(0)} MB` },
    { what: 'one change among 10,000 services', value: `${changeMs.toFixed(0)} ms` },
  ]
}
