import { expect, it } from '@jest/globals'
import { createLog, maskTicket } from './log.ts'

it('masks a ticket to its prefix and last six characters, and a short one wholly', () => {
  expect(maskTicket(`ST-${'a'.repeat(40)}bcdef0`)).toBe('ST-…bcdef0')
  expect(maskTicket('ST-short')).toBe('ST-…')
  expect(maskTicket('no dash in here but a long text')).toBe('ticket-…g text')
})

it('writes one JSON object per line with the level as text', () => {
  const lines: string[] = []
  createLog('server', 'info', { write: (line: string) => void lines.push(line) }).info(
    { port: 1 },
    'listening',
  )
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'info',
    name: 'server',
    port: 1,
    msg: 'listening',
  })
})
