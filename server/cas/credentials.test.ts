import { expect, it } from '@jest/globals'
import { createLog } from '../../common/log.ts'
import type { Authenticator } from '../authn/authenticator.ts'
import { parseCredential } from '../authn/credential.ts'
import { authenticated } from './credentials.ts'

const authenticator: Authenticator = {
  authenticate: async ({ username, password }) => {
    if (username !== 'ann') return { kind: 'refused', detail: 'unknownUser' }
    return password === 'secret'
      ? { kind: 'authenticated', principal: { user: 'ann', attributes: {} } }
      : { kind: 'refused', detail: 'wrongPassword' }
  },
  problem: () => undefined,
}

async function attempt(username: string, password: string) {
  const lines: string[] = []
  const log = createLog('test', 'info', { write: (line) => void lines.push(line) })
  const parsed = parseCredential(username, password)
  if (parsed.kind === 'incomplete') throw new TypeError('incomplete')
  const principal = await authenticated({ authenticator, log }, parsed, '203.0.113.7')
  const facts = lines.map((line) => {
    const { why, user, client } = JSON.parse(line) as Record<string, unknown>
    return { why, user, client }
  })
  return { principal, facts, text: lines.join('') }
}

it('gives the principal, and logs nothing', async () => {
  expect(await attempt('ann', 'secret')).toMatchObject({ principal: { user: 'ann' }, facts: [] })
})

it.each([
  ['a wrong password with its user', 'ann', 'secrets', { why: 'wrongPassword', user: 'ann' }],
  ['an unknown name without it', 'my-secret', 'ann', { why: 'unknownUser', user: undefined }],
  ['what is none without it', 'ann\u0000', 'secrets', { why: 'unacceptable', user: undefined }],
])('logs %s, and the address', async (_, username, password, facts) => {
  const { principal, facts: logged, text } = await attempt(username, password)
  expect(principal).toBeUndefined()
  expect(logged).toEqual([{ ...facts, client: '203.0.113.7' }])
  expect(text).not.toContain('secret')
})
