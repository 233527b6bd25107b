/** Service URLs and redirects of people who want a ticket, a redirect or a header of their own, at every door of the pool. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { ServiceDefinition } from '../../../common/documents/service-definition.ts'
import { definition } from '../../cas/testing/samples.ts'
import type { Answer } from '../testing/browser.ts'
import { casuser, codeOf, type HostilePool, service, startHostilePool } from '../testing/hostile-pool.ts'

const services: readonly ServiceDefinition[] = [
  definition(),
  { ...definition(), id: 2n, serviceId: '^https://ports\\.example\\.org(:443)?/.*$' },
  { ...definition({ enabled: false }), id: 3n, serviceId: '^https://closed\\.example\\.org/$' },
]
let hostile: HostilePool
beforeAll(async () => {
  hostile = await startHostilePool({ services })
})
afterAll(() => hostile.pool.stop())

/** Pools of single tests. */
const others: HostilePool[] = []
afterEach(() => Promise.all(others.splice(0).map(({ pool }) => pool.stop())))
async function withServices(...definitions: readonly ServiceDefinition[]): Promise<HostilePool> {
  const other = await startHostilePool({ services: definitions })
  others.push(other)
  return other
}

/** No door of the pool gives anything for this service, nor shows any of it. */
async function expectRefused(url: string, { call, browser, tgt, ticket, validate } = hostile): Promise<void> {
  const isNothing = ({ status, location, headers, body }: Answer): void => {
    expect([status, location, headers.get('ticket')]).toEqual([403, undefined, null])
    expect(body).not.toMatch(/ST-|evil/)
  }
  for (const method of ['GET', 'POST', 'HEADER']) {
    isNothing(await browser.get('/login', { service: url, method }))
    isNothing(await browser.get('/login', { TARGET: url, method }))
    isNothing(await browser.get('/login', { service: url, gateway: 'true', method }))
  }
  const logout = await call(`/logout?${new URLSearchParams({ service: url })}`)
  expect([logout.status, logout.location]).toEqual([200, undefined])
  expect((await call(`/v1/tickets/${tgt}`, { body: { service: url } })).status).toBe(400)
  expect((await call('/v1/tickets', { body: { ...casuser, service: url } })).status).toBe(400)
  expect(codeOf(await validate({ service: url, ticket: await ticket() }))).toBe('INVALID_SERVICE')
}

describe('hostile input 1: dots in patterns', () => {
  it.each(['https://app.example.org.evil.net/', 'https://appXexample.org/', 'https://app.exampleXorg/'])(
    'an escaped dot is a dot, and the host ends where it ends: %s is refused',
    (url) => expectRefused(url),
  )

  describe('a pattern with dots that are not escaped', () => {
    const start = () => withServices({ ...definition(), serviceId: '^https://app.example.org(/.*)?$' })

    it('matches the whole URL still: nothing may stand behind the host', async () => {
      const loose = await start()
      await expectRefused('https://app.example.org.evil.net/', loose)
      await expectRefused('https://app.example.org@evil.net/', loose)
    })

    it('matches what it says, as in Apereo CAS (caspool lint names it), on one host', async () => {
      const loose = await start()
      expect((await loose.browser.get('/login', { service: 'https://appXexample.org/' })).status).toBe(302)
      for (const url of [
        'https://app/example.org/',
        'https://app?example.org/',
        'https://app#example.org/',
      ]) {
        expect((await loose.browser.get('/login', { service: url })).status).toBe(302)
      }
    })
  })
})

describe('hostile input 2: patterns without anchors or with a tail that takes anything', () => {
  it.each([
    'https://evil.example/?https://app.example.org/',
    'https://evil.example/#https://app.example.org/',
    'https://app.example.org@evil.example/',
    'https://app.example.org:443@evil.example/',
    'https://app.example.org\\@evil.example/',
    'https://evil.example\\.app.example.org/',
  ])('%s does not belong to an anchored pattern', (url) => expectRefused(url))

  describe.each(['https://app\\.example\\.org.*', 'https://app\\.example\\.org', '.*app\\.example\\.org.*'])(
    'by the pattern %s',
    (serviceId) => {
      it.each([
        'https://app.example.org@evil.example/',
        'https://app.example.org:443@evil.example/',
        'https://app.example.org\\@evil.example/',
        'https://user:app.example.org@evil.example/',
        '//app.example.org/',
        'javascript:alert(1)//https://app.example.org/',
      ])('%s, which leads elsewhere than it reads, belongs to nobody', async (url) => {
        const everything = { ...definition(), id: 2n, serviceId: '^https://app\\.example\\.org/$' }
        await expectRefused(url, await withServices({ ...definition(), serviceId }, everything))
      })
    },
  )

  it('without anchors a pattern is compared with the whole URL all the same', async () => {
    const loose = await withServices(definition(), {
      ...definition(),
      id: 2n,
      serviceId: 'https://other\\.example\\.org',
    })
    await expectRefused('https://evil.example/?https://other.example.org', loose)
    await expectRefused('https://other.example.org.evil.example/', loose)
  })
})

describe('hostile input 3: characters and forms of URLs that readers take for different places', () => {
  it.each([
    ['a backslash', 'https:/\\evil.example/'],
    ['a leading blank', ' https://app.example.org/'],
    ['a blank behind', 'https://app.example.org/ '],
    ['a blank in the host', 'https://app.example.org /'],
    ['a blank that does not break', 'https://app.example.org/\u00a0'],
    ['a name of letters that look alike', 'https://аpp.example.org/'],
    ['a trailing dot', 'https://app.example.org./'],
    ['an IPv6 literal', 'https://[::1]/'],
    ['a number for an address', 'https://2130706433/'],
    ['a port that is none', 'https://app.example.org:99999/'],
    ['another port', 'https://app.example.org:8443/'],
    ['no scheme', '//evil.example/'],
    ['no scheme and a backslash', '/\\evil.example/'],
    ['a scheme without slashes', 'https:app.example.org/'],
    ['plain http', 'http://app.example.org/'],
    ['a script', 'javascript:alert(1)//https://app.example.org/'],
    ['data', 'data:text/html,https://app.example.org/'],
    ['another scheme', 'imaps://app.example.org/'],
    ['dot segments', 'https://app.example.org/../../evil'],
    ['escaped dot segments', 'https://app.example.org/%2e%2e/evil'],
  ])('%s is refused', (_what, url) => expectRefused(url))

  it.each([
    '\\',
    '\t',
    '\n',
    '\r',
    '\0',
    '\u001b',
    '\u007f',
    '\u0085',
    '\u2028',
    '\u2029',
    '\ufffd',
    '\ud800',
  ])('the character %j is refused at every place, in every parameter', async (character) => {
    const { browser, call, tgt, ticket, validate } = hostile
    for (const url of [
      `${service}${character}`,
      `https://app.example.org${character}/`,
      `${character}${service}`,
    ]) {
      for (const name of ['service', 'TARGET']) {
        const answer = await browser.get('/login', { [name]: url })
        expect([400, 403]).toContain(answer.status)
        expect([answer.location, answer.headers.getSetCookie()]).toEqual([undefined, []])
      }
      expect((await call(`/v1/tickets/${tgt}`, { body: { service: url } })).status).toBe(400)
      expect(await validate({ service: url, ticket: await ticket() })).toContain('authenticationFailure')
    }
  })

  it('an upper-case host and scheme are the same place, and the browser is sent there', async () => {
    const url = 'HTTPS://App.Example.ORG/x'
    const ticket = await hostile.ticket(url)
    expect(await hostile.validate({ service: 'https://app.example.org/x', ticket })).toContain('Success')
  })

  it('the default port belongs to a service only where its pattern has it', async () => {
    await expectRefused('https://app.example.org:443/')
    expect(await hostile.ticket('https://ports.example.org:443/')).toMatch(/^ST-/)
  })
})

describe('hostile input 4: split headers, long values, repetitions, lists and operators', () => {
  it.each(['service', 'TARGET', 'url', 'locale', 'method'])('CR LF in %s makes no header', async (name) => {
    for (const path of ['/login', '/logout']) {
      const answer = await hostile.call(`${path}?${name}=${service}%0d%0aSet-Cookie:%20a=b%0d%0a%0d%0aevil`)
      expect(answer.headers.getSetCookie().join()).not.toContain('a=b')
      expect(answer.location).toBeUndefined()
      expect(answer.body).not.toContain('evil')
    }
  })

  it('a service of 100 kB is refused at every door', async () => {
    const url = `${service}${'a'.repeat(100_000)}`
    for (const path of ['/login', '/logout', '/serviceValidate']) {
      const answer = await hostile.call(`${path}?service=${url}`)
      expect([answer.status, answer.location]).toEqual([431, undefined])
    }
    expect((await hostile.call('/login', { body: { service: url } })).status).toBe(413)
    expect((await hostile.call('/v1/tickets', { body: { ...casuser, service: url } })).status).toBe(413)
  })

  it('a service that is longer than browsers carry is refused, with and without escapes', async () => {
    for (const url of [`${service}${'a'.repeat(2_100)}`, `${service}${'ö'.repeat(2_040)}`]) {
      expect((await hostile.browser.get('/login', { service: url })).status).toBe(400)
      expect((await hostile.browser.get('/login', { TARGET: url })).status).toBe(400)
      expect((await hostile.call(`/v1/tickets/${hostile.tgt}`, { body: { service: url } })).status).toBe(400)
    }
  })

  it.each(['service', 'TARGET', 'renew', 'gateway', 'method'])('%s given twice is refused', async (name) => {
    // Of a switch only the same twice says nothing new.
    const isSwitch = name === 'renew' || name === 'gateway'
    for (const other of [...(isSwitch ? [] : [service]), 'https://evil.example/']) {
      const answer = await hostile.browser.get(
        `/login?${name}=${encodeURIComponent(service)}&${name}=${other}`,
      )
      expect([answer.status, answer.location]).toEqual([400, undefined])
    }
  })

  it('two places that name different services are refused', async () => {
    const { call, browser } = hostile
    const evil = 'https://evil.example/'
    expect((await browser.get('/login', { service, TARGET: evil })).status).toBe(400)
    expect((await call(`/login?service=${service}`, { body: { service: evil } })).status).toBe(400)
  })

  it.each([
    'service[]',
    'service[$ne]',
    'service.x',
    '__proto__',
    'constructor',
    'SERVICE',
    'Renew',
    'Gateway',
  ])('%s is none of the protocol (names are case-sensitive)', async (name) => {
    const answer = await hostile.browser.get('/login', { [name]: 'https://evil.example/' })
    expect(answer.status).toBe(200)
    expect(answer.body).toContain('signed in as <strong>casuser</strong>')
  })

  it('bodies in JSON, with objects where text belongs, are no forms', async () => {
    const body = JSON.stringify({ username: { $ne: null }, password: { $ne: null }, service: [service] })
    const headers = { 'content-type': 'application/json' }
    for (const path of ['/v1/tickets', `/v1/tickets/${hostile.tgt}`, '/v1/users']) {
      expect((await hostile.call(path, { method: 'POST', body, headers })).status).toBe(415)
    }
    const login = await hostile.call('/login', { method: 'POST', body, headers })
    expect(login.headers.getSetCookie().join()).not.toContain('TGC=')
  })
})

describe('hostile input 5: redirects after logout', () => {
  it('goes to a registered service only', async () => {
    const logout = (query: Record<string, string>) => hostile.call(`/logout?${new URLSearchParams(query)}`)
    expect((await logout({ service })).location).toBe(service)
    expect((await logout({ service: 'https://evil.example/' })).location).toBeUndefined()
    expect((await logout({ service: 'https://closed.example.org/' })).location).toBeUndefined()
    expect((await logout({ url: service })).location).toBeUndefined()
  })

  it('a callback with a script is no parameter: no JSONP is answered, and nothing of it comes back', async () => {
    for (const callback of ['alert(1)//', '<script>alert(1)</script>', 'jQuery123']) {
      const answer = await hostile.call(
        `/logout?${new URLSearchParams({ callback, logoutRequest: callback })}`,
      )
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(answer.body).not.toContain('alert')
      expect(answer.body).not.toContain('jQuery')
    }
  })
})

describe('hostile input 6: patterns that cost too much, or that nobody can run', () => {
  const evil = (serviceId: string, id: bigint): ServiceDefinition => ({
    ...definition(),
    id,
    name: `evil ${id}`,
    serviceId,
    evaluationOrder: -1,
  })

  it.each([
    ['nested repetitions', '^https://app\\.example\\.org/(a+)+$'],
    ['alternatives that overlap', '^https://(.*)/(a|aa)*b$'],
    ['lookaheads that repeat', '^(?=(.*a){20})https://.*x$'],
  ])('%s stop no server', async (_what, serviceId) => {
    const { browser } = await withServices(evil(serviceId, 2n), definition())
    const answer = await browser.get('/login', { service: `${service}${'a'.repeat(1_900)}!` })
    expect([302, 403]).toContain(answer.status)
    expect((await browser.get('/login', { service: 'https://app.example.org/b' })).status).toBeLessThan(404)
  })

  it.each([
    ['broken', '^https://(app'],
    ['a possessive group that cannot be kept', '^https://(?>a|ab)c\\.example\\.org/$'],
    ['a possessive repetition', '^https://java\\.example\\.org/[a-z]*+$'],
    ['a reference to a group', '^https://(a)\\1\\.example\\.org/$'],
    ['a lookbehind', '^https://(?<=//)app\\.example\\.org/$'],
  ])('a pattern that is %s matches nothing, and stops no other service', async (_what, serviceId) => {
    const broken = { ...evil(serviceId, 2n), evaluationOrder: 1 }
    const { browser } = await withServices(broken, definition())
    expect((await browser.get('/login', { service })).status).toBe(302)
    for (const url of ['https://evil.example/', 'https://(app', 'https://java.example.org/a']) {
      expect((await browser.get('/login', { service: url })).status).toBe(403)
    }
  })

  it.each([
    ['\\z for the end', '^https://java\\.example\\.org/\\z'],
    ['an inline flag', '(?i)^https://JAVA\\.example\\.org/$'],
    ['a quotation', '^\\Qhttps://java.example.org/\\E$'],
  ])('%s, as Java writes it, means what it means there', async (_what, serviceId) => {
    const java = { ...evil(serviceId, 2n), evaluationOrder: 1 }
    const { browser } = await withServices(java, definition())
    expect((await browser.get('/login', { service: 'https://java.example.org/' })).status).toBe(302)
    expect((await browser.get('/login', { service: 'https://javaXexample.org/' })).status).toBe(403)
  })
})

describe('hostile input 7: a service URL that is written otherwise at validation', () => {
  const url = (rest: string) => `https://app.example.org/${rest}`
  const validated = async (service: string, presented: string): Promise<boolean> => {
    const body = await hostile.validate({ service: presented, ticket: await hostile.ticket(service) })
    const isSuccess = body.includes('authenticationSuccess')
    if (!isSuccess) expect(codeOf(body)).toBe('INVALID_SERVICE')
    return isSuccess
  }

  it.each([
    '?q=a%20b',
    '?q=a+b',
    '?q=%2520',
    '%C3%B6',
    'ö?x=%26y',
    'a;b=c/d',
    '?service=https%3A%2F%2Fevil.example%2F%3Fa%3Db',
    '?a=1&a=2',
    '#fragment',
  ])('is valid as the same text: %s', async (rest) => {
    expect(await validated(url(rest), url(rest))).toBe(true)
  })

  it.each([
    ['percent-encoding in other letters', '?q=%2f', '?q=%2F'],
    ['an escape that is not needed', '%7Euser', '~user'],
    ['a blank as %20 and as +', '?q=a%20b', '?q=a+b'],
    ['what a browser escapes', 'a b/ö?q={ö|ö}', 'a%20b/%C3%B6?q=%7B%C3%B6%7C%C3%B6%7D'],
    ['a session id of a servlet container at login', 'in;jsessionid=A1B2.node1?x=1', 'in?x=1'],
    ['a session id of a servlet container at validation', 'in?x=1', 'in;JSESSIONID=A1B2?x=1'],
    ['a fragment, which no application sees', '?x=1#/route', '?x=1'],
  ])('is the same service by %s: %s and %s', async (_what, granted, presented) => {
    expect(await validated(url(granted), url(presented))).toBe(true)
  })

  it('is the same service by the default port', async () => {
    expect(await validated('https://ports.example.org:443/', 'https://ports.example.org/')).toBe(true)
  })

  it.each([
    ['double encoding', '?q=%2520', '?q=%20'],
    ['a plus sign for a blank', '?q=a%2Bb', '?q=a+b'],
    ['an escaped slash for a slash', 'a%2Fb', 'a/b'],
    ['an escaped delimiter for a delimiter', '?a=1%26b=2', '?a=1&b=2'],
    ['a session id in the query', '?a=1;jsessionid=2', '?a=1'],
    ['letter case', 'a', 'A'],
    ['a slash at its end', 'a', 'a/'],
    ['the order of parameters', '?a=1&b=2', '?b=2&a=1'],
    ['one more parameter', '?a=1', '?a=1&b=2'],
    ['octets that are no UTF-8', '?q=%ff', '?q=%fe'],
  ])('is another service by %s: %s and %s', async (_what, granted, presented) => {
    expect(await validated(url(granted), url(presented))).toBe(false)
  })
})

describe('hostile input 8: the ticket in a URL that has a query, a fragment or a ticket already', () => {
  it.each([
    ['an empty query', 'https://app.example.org/?', /^https:\/\/app\.example\.org\/\?ticket=ST-\w+$/],
    ['no path', 'https://app.example.org', /^https:\/\/app\.example\.org\?ticket=ST-\w+$/],
    ['a fragment', 'https://app.example.org/#a?b', /^https:\/\/app\.example\.org\/\?ticket=ST-\w+#a\?b$/],
    ['both', 'https://app.example.org/?a=1#b', /^https:\/\/app\.example\.org\/\?a=1&ticket=ST-\w+#b$/],
    [
      'a ticket',
      'https://app.example.org/?ticket=ST-old',
      /^https:\/\/app\.example\.org\/\?ticket=ST-\w{50}$/,
    ],
    ['two tickets', 'https://app.example.org/?ticket=1&a=2&ticket=3', /\/\?a=2&ticket=ST-\w{50}$/],
    ['an escaped ticket', 'https://app.example.org/?%74icket=ST-old', /\/\?ticket=ST-\w{50}$/],
  ])('%s: the application finds one ticket, and validates by its own URL', async (_what, url, location) => {
    const answer = await hostile.browser.get('/login', { service: url })
    expect(answer.location).toMatch(location)
    const ticket = new URL(answer.location ?? '').searchParams.getAll('ticket').join()
    const own = (answer.location ?? '').replace(/#.*/, '').replace(/[?&]ticket=[^&]*/, '')
    expect(await hostile.validate({ service: own, ticket })).toContain('authenticationSuccess')
  })

  it.each(['POST', 'HEADER'])('by method %s an old ticket is taken out as well', async (method) => {
    const answer = await hostile.browser.get('/login', { service: `${service}?ticket=ST-old`, method })
    expect(answer.body).not.toContain('ST-old')
    expect(answer.headers.get('service') ?? service).toBe(service)
  })
})
