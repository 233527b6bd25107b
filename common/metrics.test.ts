import { expect, it } from '@jest/globals'
import { Metrics } from './metrics.ts'

it('writes counters, gauges and histograms in the exposition format, with escaped labels', () => {
  const metrics = new Metrics()
  const logins = metrics.counter('logins_total', 'Sign-ins.')
  logins.increment({ outcome: 'success' })
  logins.increment({ outcome: 'success' }, 2)
  metrics.gauge('ready', 'Ready.').set(1, { why: 'a "b"\n' })
  metrics.histogram('seconds', 'Duration.').observe(0.02)
  const text = metrics.text()
  expect(text).toContain('# TYPE logins_total counter\nlogins_total{outcome="success"} 3\n')
  expect(text).toContain('ready{why="a \\"b\\"\\n"} 1')
  expect(text).toContain('seconds_bucket{le="0.01"} 0\nseconds_bucket{le="0.025"} 1')
  expect(text).toContain('seconds_bucket{le="+Inf"} 1\nseconds_sum 0.02\nseconds_count 1')
})

it('refuses to register one name twice', () => {
  const metrics = new Metrics()
  metrics.counter('a', 'A.')
  expect(() => metrics.gauge('a', 'A.')).toThrow('registered twice')
})
