import { expect, it } from '@jest/globals'
import { boundedReport } from './member-reporter.ts'

const head = { rev: 1, digest: 'd' }

it('reports a few refusals as they are', () => {
  const report = {
    ...head,
    refusedServices: [{ id: '7', reason: 'environments: is not honoured' }],
    refusedProperties: [{ name: 'cas.x', reason: 'is not known' }],
  }
  expect(boundedReport(report)).toEqual(report)
})

it('stays far below the size of a document, whatever is refused, and lists ids before it lists reasons', () => {
  const huge = 'x'.repeat(1_000_000)
  const report = boundedReport({
    ...head,
    refusedServices: Array.from({ length: 20_000 }, (_, i) => ({ id: `${i}`, reason: huge })),
    refusedProperties: Array.from({ length: 20_000 }, () => ({ name: huge, reason: huge })),
  })
  expect(JSON.stringify(report).length).toBeLessThan(2_000_000)
  expect(report.refusedServices[2_000]?.id).toBe('2000')
  expect(report.unlistedRefusals).toBe(
    40_000 - report.refusedServices.length - report.refusedProperties.length,
  )
})
