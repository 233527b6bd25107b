/** /logout over HTTP, on memory stores. */
import { afterEach, describe, expect, it } from '@jest/globals'
import { definition } from '../cas/testing/samples.ts'
import { type Pool, type PoolOptions, startPool } from './testing/pool.ts'

const service = 'https://app.example.org/bye'
const casuser = { username: 'casuser', password: 'Mellon' }
const following = { properties: { 'cas.logout.follow-service-redirects': 'true' } }
let pool: Pool

afterEach(() => pool.stop())
const start = async (options: PoolOptions = {}): Promise<Pool> => {
  pool = await startPool(options)
  return pool
}

describe('logout', () => {
  it('ends the session at every server, also for who kept the cookie (CAS 2.3)', async () => {
    const browser = (await start({ servers: 2 })).browser()
    await browser.signIn(casuser)
    const copy = browser.at(pool.url(1))
    const answer = await browser.get('/logout')
    expect(answer.status).toBe(200)
    expect(answer.body).toContain('Signed out')
    expect(browser.cookie('TGC')).toBeUndefined()
    expect((await copy.get('/login')).body).toContain('<form')
  })

  it('ends the real session also when a neighbour in the domain planted as many cookies of its name before it as a browser keeps', async () => {
    const browser = (await start()).browser()
    await browser.signIn(casuser)
    const session = browser.cookie('TGC') ?? ''
    const planted = browser.at(pool.url())
    const decoys = Array.from({ length: 150 }, (_, i) => `TGT-${String(i).padEnd(50, 'a')}; TGC=`)
    planted.setCookie('TGC', `${decoys.join('')}${session}`)
    expect((await planted.get('/login')).body).toContain('signed in as')
    expect((await planted.get('/logout')).status).toBe(200)
    expect((await browser.get('/login')).body).toContain('<form')
  })

  it('ends each session that the browser names', async () => {
    const [one, two] = [(await start()).browser(), pool.browser()]
    await one.signIn(casuser)
    await two.signIn({ username: 'jsmith', password: 'Speakfriend' })
    const both = one.at(pool.url())
    both.setCookie('TGC', `${one.cookie('TGC')}; TGC=${two.cookie('TGC')}`)
    await both.get('/logout')
    for (const browser of [one, two]) expect((await browser.get('/login')).body).toContain('<form')
  })

  it('without a session says the same', async () => {
    const answer = await (await start()).browser().get('/logout')
    expect(answer.status).toBe(200)
    expect(answer.body).toContain('Signed out')
  })

  it('goes nowhere by default, whatever is asked for', async () => {
    const answer = await (await start()).browser().get('/logout', { service, url: service })
    expect(answer.status).toBe(200)
    expect(answer.location).toBeUndefined()
  })

  it('goes to a registered service where the configuration says so, and never by the old url parameter', async () => {
    const browser = (await start(following)).browser()
    expect((await browser.get('/logout', { service })).location).toBe(service)
    expect((await browser.get('/logout', { url: service })).location).toBeUndefined()
  })

  it.each([
    'https://evil.example/',
    '//evil.example',
    'https://app.example.org@evil.example/',
    'javascript:alert(1)',
  ])('never goes to %s', async (url) => {
    const answer = await (await start(following)).browser().get('/logout', { service: url })
    expect(answer.status).toBe(200)
    expect(answer.location).toBeUndefined()
    expect(answer.body).not.toContain('evil')
  })

  it('does not go to a service that is switched off', async () => {
    const browser = (await start({ ...following, services: [definition({ enabled: false })] })).browser()
    expect((await browser.get('/logout', { service })).location).toBeUndefined()
  })

  it('ends the session also when the rest of the request makes no sense', async () => {
    const browser = (await start(following)).browser()
    await browser.signIn(casuser)
    const answer = await browser.get('/logout?service=a&service=b')
    expect(answer.status).toBe(400)
    expect((await browser.get('/login')).body).toContain('<form')
  })

  it('is not done by HEAD', async () => {
    const browser = (await start()).browser()
    await browser.signIn(casuser)
    expect((await browser.get('/logout', {}, 'HEAD')).status).toBe(405)
    expect((await browser.get('/login')).body).toContain('signed in as')
  })
})
