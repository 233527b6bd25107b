/** Counters, gauges and histograms with the text format of Prometheus (exposition format 0.0.4). */

type Labels = Readonly<Record<string, string>>

interface Series {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  lines(): string[]
}

export interface Counter {
  /** Adds `by` (default 1). */
  increment(labels?: Labels, by?: number): void
}

export interface Gauge {
  set(value: number, labels?: Labels): void
}

export interface Histogram {
  /** Adds one observation, in seconds. */
  observe(seconds: number, labels?: Labels): void
}

export const contentType = 'text/plain; version=0.0.4; charset=utf-8'

/** Upper bounds of the histograms' buckets, in seconds. */
const bucketsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** The metrics of one process. Names are registered once; registering a name twice is a programmer's mistake. */
export class Metrics {
  readonly #series = new Map<string, Series>()

  counter(name: string, help: string): Counter {
    const values = new Map<string, number>()
    this.#add({ name, help, type: 'counter', lines: () => simpleLines(name, values) })
    return {
      increment: (labels = {}, by = 1) => {
        const key = labelText(labels)
        values.set(key, (values.get(key) ?? 0) + by)
      },
    }
  }

  gauge(name: string, help: string): Gauge {
    const values = new Map<string, number>()
    this.#add({ name, help, type: 'gauge', lines: () => simpleLines(name, values) })
    return { set: (value, labels = {}) => void values.set(labelText(labels), value) }
  }

  histogram(name: string, help: string): Histogram {
    const values = new Map<string, { labels: Labels; counts: number[]; sum: number; count: number }>()
    this.#add({
      name,
      help,
      type: 'histogram',
      lines: () => [...values.values()].flatMap((v) => histogramLines(name, v)),
    })
    return {
      observe: (seconds, labels = {}) => {
        const key = labelText(labels)
        const entry = values.get(key) ?? { labels, counts: bucketsSeconds.map(() => 0), sum: 0, count: 0 }
        values.set(key, entry)
        entry.sum += seconds
        entry.count += 1
        bucketsSeconds.forEach((bound, i) => {
          if (seconds <= bound) entry.counts[i] = (entry.counts[i] ?? 0) + 1
        })
      },
    }
  }

  /** All series as text. */
  text(): string {
    const parts = [...this.#series.values()].map((s) =>
      [`# HELP ${s.name} ${s.help}`, `# TYPE ${s.name} ${s.type}`, ...s.lines()].join('\n'),
    )
    return `${parts.join('\n')}\n`
  }

  #add(series: Series): void {
    if (this.#series.has(series.name)) throw new TypeError(`metric ${series.name} is registered twice`)
    this.#series.set(series.name, series)
  }
}

function simpleLines(name: string, values: ReadonlyMap<string, number>): string[] {
  return [...values].map(([labels, value]) => `${name}${labels} ${value}`)
}

function histogramLines(
  name: string,
  v: { labels: Labels; counts: number[]; sum: number; count: number },
): string[] {
  const own = labelText(v.labels)
  const buckets = bucketsSeconds.map(
    (bound, i) => `${name}_bucket${labelText({ ...v.labels, le: String(bound) })} ${v.counts[i]}`,
  )
  const infinite = `${name}_bucket${labelText({ ...v.labels, le: '+Inf' })} ${v.count}`
  return [...buckets, infinite, `${name}_sum${own} ${v.sum}`, `${name}_count${own} ${v.count}`]
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([k, v]) => `${k}="${v.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))}"`,
  )
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}
