/** What people and logs are told of sign-ins that are refused, on memory stores. */
import { afterEach, describe, expect, it } from '@jest/globals'
import { createLog } from '../../common/log.ts'
import { definition } from '../cas/testing/samples.ts'
import { hiddenFields, ticketIn } from './testing/browser.ts'
import { type Pool, type PoolOptions, startPool } from './testing/pool.ts'

const service = 'https://app.example.org/start?x=1'
const casuser = { username: 'casuser', password: 'Mellon' }
let pool: Pool

afterEach(() => pool.stop())
const start = async (options: PoolOptions = {}): Promise<Pool> => {
  pool = await startPool(options)
  return pool
}

describe('a person is told', () => {
  it('that cookies are needed, when the form comes back without one', async () => {
    const page = await (await start()).browser().get('/login', { service })
    const answer = await pool.browser().post('/login', { ...hiddenFields(page.body), ...casuser })
    expect(answer.status).toBe(400)
    expect(answer.body).toContain('Allow cookies for this site')
    expect(answer.headers.get('set-cookie')).not.toContain('TGC')
  })

  it.each([
    ['twice with two values', '/login?gateway=true&gateway=false', 'gateway</code> is given more than once'],
    ['too long', `/login?service=${'a'.repeat(3000)}`, 'service</code> is too long'],
    ['with a line end', '/login?TARGET=a%0a', 'TARGET</code> holds characters that do not belong there'],
  ])('which parameter cannot be read: %s', async (_what, path, sentence) => {
    const answer = await (await start()).browser().get(path)
    expect(answer.status).toBe(400)
    expect(answer.body).toContain(sentence)
  })

  it('that an address is no URL, rather than not registered', async () => {
    const browser = (await start()).browser()
    const malformed = await browser.get('/login', { service: 'https://app.example.org\\x' })
    expect([malformed.status, malformed.body.includes('cannot be understood')]).toEqual([403, true])
    const strange = await browser.get('/login', { service: 'https://other.example.org/' })
    expect([strange.status, strange.body.includes('is not registered')]).toEqual([403, true])
  })

  it('where to sign in, at the root of the host', async () => {
    await start()
    const answer = await fetch(new URL('/', pool.url()), { redirect: 'manual' })
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/cas/login'])
  })
})

describe('the log', () => {
  const logged = async (act: (pool: Pool) => Promise<unknown>): Promise<string> => {
    const lines: string[] = []
    const log = createLog('test', 'info', { write: (line) => void lines.push(line) })
    await act(await start({ log, services: [definition(), closed] }))
    return lines.join('')
  }
  const closed = {
    ...definition({ enabled: false }),
    id: 2n,
    serviceId: '^https://closed\\.example\\.org/.*$',
  }
  const secret = '?ticket=ST-secret&token=secret#secret'

  it('names a refused service without its query and fragment', async () => {
    const text = await logged(async (started) => {
      await started.browser().get('/login', { service: `https://other.example.org/a${secret}` })
      await started.browser().get('/login', { service: `https://closed.example.org/b${secret}` })
    })
    expect(text).toContain('"url":"https://other.example.org/a"')
    expect(text).toContain('"url":"https://closed.example.org/b"')
    expect(text).not.toContain('secret')
  })

  it('names both services when a ticket is presented by another than it was granted to', async () => {
    const text = await logged(async (started) => {
      const answer = await started
        .browser()
        .signIn(casuser, { service: 'https://app.example.org/one?secret' })
      const ticket = ticketIn(answer)
      const query = new URLSearchParams({ ticket, service: 'https://app.example.org/two?secret' })
      await fetch(`${started.url()}/serviceValidate?${query}`)
    })
    expect(text).toMatch(/"url":"https:..app.example.org.two","grantedTo":"https:..app.example.org.one"/)
    expect(text).not.toContain('secret')
  })

  it('names the parameter that cannot be read', async () => {
    const text = await logged(async (started) => {
      await fetch(`${started.url()}/serviceValidate?ticket=ST-1&ticket=ST-2&service=https://app.example.org/`)
      await started.browser().get('/login?renew=true&renew=false')
    })
    expect(text).toContain('"parameter":"ticket","problem":"repeated"')
    expect(text).toContain('"parameter":"renew","problem":"repeated"')
  })
})
