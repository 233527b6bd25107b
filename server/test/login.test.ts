/** /login over HTTP, on memory stores. */
import { afterEach, describe, expect, it } from '@jest/globals'
import type { Authenticator } from '../authn/authenticator.ts'
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

describe('the login form', () => {
  it('names the application, keeps its URL and is not cached (CAS 2.1.3)', async () => {
    const page = await (await start()).browser().get('/login', { service })
    expect(page.status).toBe(200)
    expect(page.body).toContain('<strong>App</strong>')
    expect(hiddenFields(page.body)).toEqual({ service, lt: expect.stringMatching(/^LT-/) })
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(page.headers.get('pragma')).toBe('no-cache')
  })

  it('runs no script, is in no frame, and does not forbid the redirect after it', async () => {
    const page = await (await start()).browser().get('/login', { service })
    const policy = page.headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('form-action')
    expect(page.body).not.toMatch(/<script|\son\w+=|style=/)
    expect(page.headers.get('x-powered-by')).toBeNull()
    expect(page.headers.get('etag')).toBeNull()
  })

  it('has its stylesheet', async () => {
    const css = await (await start()).browser().get('/style.css')
    expect(css.headers.get('content-type')).toBe('text/css; charset=utf-8')
    expect(css.headers.get('cache-control')).toContain('max-age')
  })
})

describe('credentials', () => {
  it('sign in and lead to the service with a ticket, by 303, without the credentials (CAS 2.2.4)', async () => {
    const browser = (await start()).browser()
    const answer = await browser.signIn(casuser, { service })
    expect(answer.status).toBe(303)
    expect(answer.location).toMatch(/^https:\/\/app\.example\.org\/start\?x=1&ticket=ST-[a-z0-9]{50}$/)
    expect(browser.cookie('TGC')).toMatch(/^TGT-[a-z0-9]{50}$/)
  })

  it('without a service lead to a page that says so', async () => {
    const answer = await (await start()).browser().signIn(casuser)
    expect(answer.status).toBe(200)
    expect(answer.body).toContain('You are signed in as <strong>casuser</strong>')
  })

  it('set a cookie for the context path only, and Secure exactly when the pool is https', async () => {
    const plain = await (await start()).browser().signIn(casuser)
    expect(plain.headers.getSetCookie()).toContainEqual(
      expect.stringMatching(/^TGC=TGT-\w{50}; Path=\/cas; HttpOnly; SameSite=Lax$/),
    )
    await pool.stop()
    const secure = await (await start({ serverUrl: 'https://sso.example.org/cas' })).browser().signIn(casuser)
    expect(secure.headers.getSetCookie()).toContainEqual(
      expect.stringMatching(/^TGC=TGT-\w{50}; Path=\/cas; HttpOnly; SameSite=Lax; Secure$/),
    )
    expect(secure.headers.get('strict-transport-security')).toContain('max-age')
  })

  it.each([
    'https://localhost:8443/cas',
    'https://127.0.0.1/cas',
    'https://sso.localhost/cas',
    'https://[::1]/cas',
  ])('never hold other programs on the same machine to https: %s', async (serverUrl) => {
    const page = await (await start({ serverUrl })).browser().get('/login')
    expect(page.headers.get('strict-transport-security')).toBeNull()
  })

  it('leave out Strict-Transport-Security where the configuration says so', async () => {
    const properties = { 'cas.http-web-request.header.hsts': 'false' }
    const page = await (await start({ serverUrl: 'https://sso.example.org/cas', properties }))
      .browser()
      .get('/login')
    expect(page.headers.get('strict-transport-security')).toBeNull()
  })

  it.each([
    ['a wrong password', { username: 'casuser', password: 'Melone' }],
    ['an unknown user', { username: 'nobody', password: 'Mellon' }],
    ['a NUL in the name', { username: 'cas\0user', password: 'Mellon' }],
    ['a password far too long', { username: 'casuser', password: 'x'.repeat(1500) }],
  ])('with %s show the form again with one and the same reason', async (_what, fields) => {
    const browser = (await start()).browser()
    const answer = await browser.signIn(fields, { service })
    expect(answer.status).toBe(fields.username.includes('\0') ? 400 : 401)
    expect(browser.cookie('TGC')).toBeUndefined()
    if (answer.status === 401) {
      expect(answer.body).toContain('Username or password is wrong')
      expect(hiddenFields(answer.body)['service']).toBe(service)
      expect(answer.body).not.toContain(fields.password)
    }
  })

  it('that are incomplete are asked for again', async () => {
    const answer = await (await start()).browser().signIn({ username: 'casuser' })
    expect(answer.status).toBe(400)
    expect(answer.body).toContain('fill in username and password')
    expect(answer.body).toContain('value="casuser"')
  })

  it('in the query do not sign in', async () => {
    const browser = (await start()).browser()
    expect((await browser.get('/login', casuser)).body).toContain('<form')
    const { lt = '' } = hiddenFields((await browser.get('/login')).body)
    const answer = await browser.post(`/login?username=casuser&password=Mellon&lt=${lt}`, {})
    expect(answer.status).toBe(303)
    expect(answer.location).toBe('/cas/login')
    expect(browser.cookie('TGC')).toBeUndefined()
  })

  it('shown again keep markup as text', async () => {
    const answer = await (await start()).browser().signIn({ username: '"><b>x', password: 'x' })
    expect(answer.body).not.toContain('<b>x')
    expect(answer.body).toContain('value="&#34;&#62;&#60;b&#62;x"')
  })
})

describe('the login token', () => {
  it('is good for one attempt, also for a failed one', async () => {
    const browser = (await start()).browser()
    const fields = hiddenFields((await browser.get('/login', { service })).body)
    const wrong = await browser.post('/login', { ...fields, username: 'casuser', password: 'wrong' })
    expect(wrong.status).toBe(401)
    const again = await browser.post('/login', { ...fields, ...casuser })
    expect(again.status).toBe(400)
    expect(again.body).toContain('used already')
    expect(browser.cookie('TGC')).toBeUndefined()
  })

  it('of fifty parallel attempts lets one through', async () => {
    const browser = (await start()).browser()
    const fields = hiddenFields((await browser.get('/login', { service })).body)
    const attempts = Array.from({ length: 50 }, () =>
      browser.at(pool.url()).post('/login', { ...fields, ...casuser }),
    )
    const statuses = (await Promise.all(attempts)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 303)).toHaveLength(1)
    expect(statuses.filter((status) => status === 400)).toHaveLength(49)
  })

  it('sent any number of times has one password checked, by whom it may be', async () => {
    const checked: string[] = []
    const authenticator: Authenticator = {
      async authenticate({ username }, client) {
        checked.push(`${username} ${client}`)
        return { kind: 'refused', detail: 'wrongPassword' }
      },
      problem: () => undefined,
    }
    const browser = (await start({ authenticator })).browser()
    const fields = hiddenFields((await browser.get('/login')).body)
    const send = (_: unknown, i: number) =>
      browser.at(pool.url()).post('/login', { ...fields, username: `user${i}`, password: 'x' })
    const together = await Promise.all(Array.from({ length: 30 }, send))
    const later = await send(undefined, 30)
    expect(checked).toEqual([expect.stringMatching(/^user\d+ (::ffff:)?127\.0\.0\.1$/)])
    expect(together.filter(({ status }) => status === 401)).toHaveLength(1)
    expect(together.filter(({ status }) => status === 400)).toHaveLength(29)
    expect(later.status).toBe(400)
  })

  it('once used tells nothing about the credentials sent with it', async () => {
    const browser = (await start()).browser()
    const fields = hiddenFields((await browser.get('/login')).body)
    await browser.post('/login', { ...fields, username: 'casuser', password: 'wrong' })
    const right = await browser.post('/login', { ...fields, ...casuser })
    const wrong = await browser.post('/login', { ...fields, username: 'casuser', password: 'wrong' })
    expect(right.status).toBe(wrong.status)
    expect(right.body.replaceAll(/LT-[^"]*/g, '')).toBe(wrong.body.replaceAll(/LT-[^"]*/g, ''))
  })

  it('of one browser is refused from another: no site can sign its visitors in with an account of its own', async () => {
    const [mine, victim] = [(await start()).browser(), pool.browser()]
    const fields = hiddenFields((await mine.get('/login', { service })).body)
    await victim.get('/login')
    const answer = await victim.post('/login', { ...fields, ...casuser })
    expect(answer.status).toBe(400)
    expect(victim.cookie('TGC')).toBeUndefined()
  })

  it.each([{ lt: '' }, { lt: 'LT-1' }, { service: 'https://app.example.org/other' }])(
    'changed to %j is refused',
    async (change) => {
      const answer = await (await start()).browser().signIn({ ...casuser, ...change }, { service })
      expect(answer.status).toBe(400)
    },
  )

  it('expires with its form after an hour', async () => {
    const browser = (await start()).browser()
    const fields = hiddenFields((await browser.get('/login')).body)
    pool.clock.advanceMs(3_600_000)
    expect((await browser.post('/login', { ...fields, ...casuser })).body).toContain('open for too long')
  })
})

describe('single sign-on', () => {
  it('grants a ticket for a further service without asking, by 302', async () => {
    const browser = (await start()).browser()
    await browser.signIn(casuser)
    const answer = await browser.get('/login', { service })
    expect(answer.status).toBe(302)
    expect(ticketIn(answer)).toMatch(/^ST-/)
  })

  it('without a service says that one is signed in', async () => {
    const browser = (await start()).browser()
    await browser.signIn(casuser)
    expect((await browser.get('/login')).body).toContain('signed in as <strong>casuser</strong>')
  })

  it('asks again with renew, and gateway is ignored then (CAS 2.1.1)', async () => {
    const browser = (await start()).browser()
    await browser.signIn(casuser)
    expect((await browser.get('/login', { service, renew: 'true' })).body).toContain('<form')
    expect((await browser.get('/login', { service, renew: 'true', gateway: 'true' })).body).toContain('<form')
  })

  it('with gateway and no session returns to the service without a ticket', async () => {
    const answer = await (await start()).browser().get('/login', { service, gateway: 'true' })
    expect(answer.status).toBe(302)
    expect(answer.location).toBe(service)
  })

  it('ends with the idle time, and lasts while it is used', async () => {
    const browser = (await start()).browser()
    await browser.signIn(casuser)
    for (let i = 0; i < 3; i++) {
      pool.clock.advanceMs(7_000_000)
      expect((await browser.get('/login', { service })).status).toBe(302)
    }
    pool.clock.advanceMs(7_200_000)
    expect((await browser.get('/login', { service })).body).toContain('<form')
  })

  it('never takes up a session id that it did not make (fixation)', async () => {
    const browser = (await start()).browser()
    const planted = `TGT-${'a'.repeat(50)}`
    browser.setCookie('TGC', planted)
    expect((await browser.get('/login', { service })).body).toContain('<form')
    await browser.signIn(casuser)
    expect(browser.cookie('TGC')).not.toBe(planted)
    const other = pool.browser()
    other.setCookie('TGC', planted)
    expect((await other.get('/login', { service })).body).toContain('<form')
  })

  it.each(['cross-site', 'same-site'])(
    'are not taken from a form that stands %s (login CSRF)',
    async (site) => {
      const browser = (await start()).browser()
      const form = hiddenFields((await browser.get('/login')).body)
      const answer = await fetch(`${pool.url()}/login`, {
        method: 'POST',
        headers: { cookie: `CASLOGIN=${browser.cookie('CASLOGIN')}`, 'sec-fetch-site': site },
        body: new URLSearchParams({ ...form, ...casuser }),
      })
      expect(answer.status).toBe(400)
      expect(answer.headers.getSetCookie().join()).not.toContain('TGC=')
      expect((await browser.post('/login', { ...form, ...casuser })).status).toBe(200)
    },
  )

  it('opens a new session with each success, and ends one of another user in the same browser', async () => {
    const browser = (await start()).browser()
    await browser.signIn(casuser)
    const first = browser.at(pool.url())
    await browser.signIn({ username: 'jsmith', password: 'Speakfriend' }, { renew: 'true' })
    expect(browser.cookie('TGC')).not.toBe(first.cookie('TGC'))
    expect((await browser.get('/login')).body).toContain('<strong>jsmith</strong>')
    expect((await first.get('/login')).body).toContain('<form')
  })

  it('with warn asks before each further service, and goes on by a confirmation that nobody else can make', async () => {
    const browser = (await start()).browser()
    const direct = await browser.signIn({ ...casuser, warn: 'true' }, { service })
    expect(direct.status).toBe(303)
    const page = await browser.get('/login', { service })
    expect(page.status).toBe(200)
    expect(page.body).toContain('Continue?')
    const fields = hiddenFields(page.body)
    const forged = await browser.post('/login', { service, confirmation: 'LT-1-2-3' })
    expect(forged.body).toContain('Continue?')
    const confirmed = await browser.post('/login', fields)
    expect(confirmed.status).toBe(303)
    expect(ticketIn(confirmed)).toMatch(/^ST-/)
  })
})

describe('services', () => {
  it.each([
    'https://evil.example/',
    'https://app.example.org.evil.example/',
    'https://app.example.org@evil.example/',
    'https://app.example.org\\@evil.example/',
    '//app.example.org/',
    'javascript:alert(1)',
  ])('that are not registered are refused with a page, without ticket and redirect: %s', async (url) => {
    const browser = (await start()).browser()
    await browser.signIn(casuser)
    for (const query of [
      { service: url },
      { service: url, gateway: 'true' },
      { service: url, renew: 'true' },
    ]) {
      const answer = await browser.get('/login', query as Record<string, string>)
      expect(answer.status).toBe(403)
      expect(answer.location).toBeUndefined()
      expect(answer.body).toContain('not registered')
      expect(answer.body).not.toContain('evil')
    }
  })

  it('that are not registered get no password either', async () => {
    const browser = (await start()).browser()
    const { lt = '' } = hiddenFields((await browser.get('/login')).body)
    const answer = await browser.post('/login', { ...casuser, lt, service: 'https://evil.example/' })
    expect(answer.status).toBe(403)
    expect(browser.cookie('TGC')).toBeUndefined()
  })

  it('that are switched off are refused', async () => {
    const answer = await (await start({ services: [definition({ enabled: false })] }))
      .browser()
      .get('/login', { service })
    expect(answer.status).toBe(403)
    expect(answer.body).toContain('switched off')
  })

  it('that the user may not use are refused after the sign-in, which stands', async () => {
    const admins = definition({ requiredAttributes: { memberOf: ['admins'] } })
    const browser = (await start({ services: [admins] })).browser()
    const answer = await browser.signIn({ username: 'jsmith', password: 'Speakfriend' }, { service })
    expect(answer.status).toBe(403)
    expect(answer.location).toBeUndefined()
    expect((await browser.get('/login')).body).toContain('<strong>jsmith</strong>')
    expect((await browser.get('/login', { service })).status).toBe(403)
  })
})

describe('hostile input', () => {
  it.each([
    ['a repeated service', '/login?service=https://app.example.org/&service=https://evil.example/', 400],
    ['a service of 100 kB', `/login?service=${'a'.repeat(15_000)}`, 400],
    ['CR LF in the service', '/login?service=https://app.example.org/%0d%0aSet-Cookie:%20a=b', 400],
    ['a list', '/login?service[]=https://evil.example/', 200],
    ['an operator', '/login?service[$ne]=x', 200],
    ['an unknown page', '/samlValidat', 404],
    ['an endpoint that is not offered', '/oauth2.0/authorize?client_id=1', 404],
    ['a path that climbs', '/../admin', 404],
  ])('%s', async (_what, path, status) => {
    const answer = await (await start()).browser().get(path)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('set-cookie') ?? '').not.toContain('a=b')
  })

  it('of a megabyte in the form is refused unread', async () => {
    const answer = await (await start()).browser().post('/login', { username: 'x'.repeat(1_000_000) })
    expect(answer.status).toBe(413)
  })

  it('never makes HEAD, OPTIONS or another method grant a ticket', async () => {
    const browser = (await start()).browser()
    await browser.signIn(casuser)
    expect(await browser.get('/login', { service }, 'HEAD')).toMatchObject({
      status: 200,
      location: undefined,
    })
    expect(await browser.get('/login', { service }, 'OPTIONS')).toMatchObject({ status: 204 })
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      const answer = await browser.get('/login', { service }, method)
      expect(answer.status).toBe(405)
      expect(answer.headers.get('allow')).toBe('GET, HEAD, POST, OPTIONS')
    }
  })
})
