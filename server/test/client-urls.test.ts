/**
 * Services whose URLs hold what clients write differently: each client goes to /login, is sent back by way of a browser,
 * and validates, in the very octets that it sends, each request at the other of two servers.
 */
import { once } from 'node:events'
import { get as httpGet } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { definition } from '../cas/testing/samples.ts'
import type { Browser } from './testing/browser.ts'
import {
  type ClientUrls,
  javaCasClient,
  javaCasClientBare,
  modAuthCas,
  phpCas,
} from './testing/client-urls.ts'
import { roundRobin } from './testing/http-client.ts'
import { type Pool, startPool } from './testing/pool.ts'

let pool: Pool
let browser: Browser
const call = roundRobin(() => pool)

beforeAll(async () => {
  pool = await startPool({ servers: 2, services: [definition()], serverUrl: 'https://sso.example.org/cas' })
  browser = pool.browser(0)
  await browser.signIn({ username: 'casuser', password: 'Mellon' })
})
afterAll(() => pool.stop())

/** What a browser asks an application for when it is sent there. */
function targetIn(location: string | undefined): string {
  const { pathname, search } = new URL(location ?? '')
  return `${pathname}${search}`
}

/** From a page of the application to /login and back: what the browser asks the application for then. */
async function sentBack(client: ClientUrls, target: string): Promise<string> {
  const answer = await browser.get(`/login?${client.loginQuery(target)}`)
  expect([answer.status, answer.body]).toEqual([302, ''])
  return targetIn(answer.location)
}

const ticketOf = (target: string): string => /[?&]ticket=(ST-[^&]*)/.exec(target)?.[1] ?? ''

/** Sends the query as it is: no library between that would write it anew. */
async function validate(query: string): Promise<string> {
  const { hostname, port, pathname } = new URL(pool.url(1))
  const request = httpGet({ hostname, port, path: `${pathname}/serviceValidate?${query}`, agent: false })
  const [response] = await once(request, 'response')
  return text(response)
}

async function signsIn(client: ClientUrls, target: string): Promise<string> {
  const back = await sentBack(client, target)
  return validate(client.validationQuery(back, ticketOf(back)))
}

const clients: readonly (readonly [string, ClientUrls])[] = [
  ['mod_auth_cas', modAuthCas],
  ['phpCAS', phpCas],
  ['the Java client', javaCasClient],
  ['the Java client with encodeServiceUrl=false', javaCasClientBare],
]
const targets = [
  '/',
  '/start?a=1&b=2',
  '/my%20files/start?q=a%20b&r=a+b',
  '/?name=J%C3%B6rg+%26+S%C3%B6hne&next=https%3A%2F%2Fx.example%2F%3Fy%3D%26z',
  '/~jsmith/?home=~jsmith',
  '/in;jsessionid=A1B2.node1?x=1',
  "/?list[]=1&filter={a|b}^`'(c)*!",
  '/?next=https://x.example/y;z@w:1,2',
  '/?flag&empty=&a=1',
  '/?plus=1%2B1&percent=100%25',
]

describe.each(clients)('%s', (_name, client) => {
  it.each(targets)('signs in to %s', async (target) => {
    expect(await signsIn(client, target)).toContain('<cas:user>casuser</cas:user>')
  })

  it('signs in where the servlet container took its session id away again', async () => {
    const back = await sentBack(client, '/in;jsessionid=A1B2?x=1')
    const target = back.replace(';jsessionid=A1B2', '')
    const answer = await validate(client.validationQuery(target, ticketOf(back)))
    expect(answer).toContain('authenticationSuccess')
  })

  it('does not validate a ticket for another page', async () => {
    const back = await sentBack(client, '/start?a=1')
    const other = '/start?a=2'
    const answer = await validate(client.validationQuery(other, ticketOf(back)))
    expect(answer).toContain('INVALID_SERVICE')
  })
})

it('clients send the octets that they are known for', () => {
  const target = '/my%20app/~x?q=a+b%20c&u=%C3%BC%26&t=~'
  const ticket = 'ST-1'
  expect(modAuthCas.loginQuery(target)).toBe(
    'service=https%3a%2f%2fapp.example.org%2fmy%20app%2f%7ex%3fq%3da%2bb%2520c%26u%3d%25C3%25BC%2526%26t%3d%7e',
  )
  expect(phpCas.validationQuery(target, ticket)).toBe(
    'service=https%3A%2F%2Fapp.example.org%2Fmy%2520app%2F%7Ex%3Fq%3Da%2Bb%2520c%26u%3D%25C3%25BC%2526%26t%3D%7E&ticket=ST-1',
  )
  expect(javaCasClient.validationQuery(target, ticket)).toBe(
    'ticket=ST-1&service=https%3A%2F%2Fapp.example.org%2Fmy%2520app%2F%7Ex%3Fq%3Da%2Bb%2Bc%26u%3D%25C3%25BC%2526%26t%3D%257E',
  )
  expect(javaCasClientBare.loginQuery(target)).toBe(
    'service=https%3A%2F%2Fapp.example.org%2Fmy%2520app%2F%7Ex%3Fq%3Da+b+c%26u%3D%C3%BC%26%26t%3D%7E',
  )
})

describe('SAML 1.1', () => {
  const open =
    '<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Header/><SOAP-ENV:Body>'
  const close = '</samlp:Request></SOAP-ENV:Body></SOAP-ENV:Envelope>'
  const request =
    'samlp:Request xmlns:samlp="urn:oasis:names:tc:SAML:1.0:protocol"  MajorVersion="1" MinorVersion="1"'
  const artifact = (ticket: string): string => `<samlp:AssertionArtifact>${ticket}</samlp:AssertionArtifact>`
  const bodies: readonly (readonly [string, (ticket: string) => string])[] = [
    [
      'mod_auth_cas',
      (ticket) =>
        `<?xml version="1.0" encoding="utf-8"?>${open}<${request} RequestID="9c1185a5c5e9fc54612808977ee8f548">${artifact(ticket)}${close}`,
    ],
    [
      'phpCAS',
      (ticket) =>
        `${open}<${request} RequestID="_192.168.16.51.1024506224022" IssueInstant="2002-06-19T17:03:44.022Z">${artifact(ticket)}${close}`,
    ],
  ]

  it.each(bodies)('is understood as %s sends it', async (_name, body) => {
    const back = await sentBack(modAuthCas, '/start?q=a%20b')
    const target = modAuthCas.validationQuery(back, '').replace('service=', 'TARGET=').replace('&ticket=', '')
    const answer = await call(`/samlValidate?${target}`, {
      body: body(ticketOf(back)),
      headers: { 'content-type': 'text/xml' },
    })
    expect(answer.body).toContain('samlp:Success')
  })

  it('asks for primary credentials with renew, as mod_auth_cas does with CASRenew', async () => {
    const back = await sentBack(modAuthCas, '/start')
    const target = encodeURIComponent(modAuthCas.service(back))
    const answer = await call(`/samlValidate?TARGET=${target}&renew=true`, {
      body: bodies[0]?.[1](ticketOf(back)) ?? '',
      headers: { 'content-type': 'text/xml' },
    })
    expect(answer.body).not.toContain('samlp:Success')
  })
})
