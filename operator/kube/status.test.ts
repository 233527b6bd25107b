import { expect, it } from '@jest/globals'
import { KubeFault } from './client.ts'
import { faultOfAnswer, saysAbsent } from './status.ts'

const answer = (status: number, body: object | string, headers: Record<string, string> = {}) =>
  faultOfAnswer('GET /x', {
    response: { statusCode: status, headers },
    text: typeof body === 'string' ? body : JSON.stringify({ kind: 'Status', code: status, ...body }),
  })

it.each([
  ['a schema violation', 422, { reason: 'Invalid', message: 'spec.size: too big' }, 'invalid', false],
  [
    'a manifest off the schema, under apply',
    500,
    { message: 'failed to create typed patch object (a/b): .dat: …' },
    'invalid',
    false,
  ],
  ['a stale version', 409, { reason: 'Conflict' }, 'conflict', true],
  ['a role that does not allow it', 403, { reason: 'Forbidden' }, 'forbidden', false],
  ['a version that is too old', 410, { reason: 'Expired' }, 'expired', true],
  ['a broken server', 500, { message: 'etcdserver: request timed out' }, 'unavailable', true],
  ['a balancer that speaks HTML', 502, '<html>Bad Gateway</html>', 'unavailable', true],
  ['a kind that is not served', 404, '404 page not found', 'missing', false],
])('calls %s by its name', (_title, status, body, kind, retryable) => {
  expect(answer(status, body)).toMatchObject({ kind, status, retryable })
})

it("holds the request and the server's words in its message", () => {
  expect(answer(422, { message: 'spec.size: too big' }).message).toBe('GET /x: spec.size: too big')
})

it('says how long the server asks to wait, from the header or from the body', () => {
  expect(answer(429, {}, { 'retry-after': '3' })).toMatchObject({ kind: 'throttled', retryAfterMs: 3000 })
  expect(answer(429, { details: { retryAfterSeconds: 2 } })).toMatchObject({ retryAfterMs: 2000 })
  expect(answer(429, {}, { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }).retryAfterMs).toBeUndefined()
})

it('takes only the named object for absent, never its kind or its namespace', () => {
  expect(saysAbsent(answer(404, { reason: 'NotFound', details: { name: 'a', kind: 'pods' } }), 'a')).toBe(
    true,
  )
  expect(saysAbsent(answer(404, { reason: 'NotFound', details: { name: 'ns' } }), 'a')).toBe(false)
  expect(saysAbsent(answer(404, '404 page not found'), 'a')).toBe(false)
  expect(saysAbsent(new KubeFault('get', { kind: 'unavailable' }), 'a')).toBe(false)
})
