/** XML that reads files or grows, and attributes that want to be markup, over HTTP, read by parsers that forgive nothing. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { DOMParser } from '@xmldom/xmldom'
import { plainServer } from '../../outbound/testing/servers.ts'
import { soapRequest } from '../../saml1/testing/samples.ts'
import type { Attributes } from '../../tickets/ticket.ts'
import { ticketIn } from '../testing/browser.ts'
import { type HostilePool, service, startHostilePool } from '../testing/hostile-pool.ts'

describe('hostile input 18: XML of samlValidate that asks for more than reading', () => {
  let hostile: HostilePool
  beforeAll(async () => {
    hostile = await startHostilePool()
  })
  afterAll(() => hostile.pool.stop())
  const samlValidate = (body: string) =>
    hostile.call(`/samlValidate?TARGET=${encodeURIComponent(service)}`, {
      body,
      headers: { 'content-type': 'text/xml' },
    })
  const doctype = (inside: string) => `<!DOCTYPE x [${inside}]>${soapRequest('&e;')}`
  const billion = Array.from({ length: 9 }, (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(10)}">`).join(
    '',
  )

  it.each([
    ['a document type', `<!DOCTYPE x>${soapRequest('ST-1')}`],
    ['a document type elsewhere', `<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">${soapRequest('ST-1')}`],
    ['an external entity', doctype('<!ENTITY e SYSTEM "file:///etc/passwd">')],
    ['a parameter entity', doctype('<!ENTITY % e SYSTEM "http://127.0.0.1:9/x.dtd">%e;')],
    ['entities that expand a billion times', doctype(`<!ENTITY e0 "lol">${billion}<!ENTITY e "&e9;">`)],
    ['an entity that holds itself', doctype('<!ENTITY a "&e;"><!ENTITY e "&a;">')],
    ['an entity that nobody declared', soapRequest('&e;')],
    [
      'an inclusion',
      soapRequest('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>'),
    ],
    ['a processing instruction', `<?xml-stylesheet href="http://127.0.0.1:9/"?>${soapRequest('ST-1')}`],
    ['a processing instruction inside', soapRequest('<?php system("id") ?>')],
    ['a comment within the ticket', soapRequest('ST-<!-- x -->1')],
    ['CDATA around markup', soapRequest('<![CDATA[<b>ST-1</b>]]>')],
    ['an encoding that hides', `<?xml version="1.0" encoding="UTF-7"?>${soapRequest('+ADw-')}`],
    ['thousands of levels', `${'<a>'.repeat(4_000)}${'</a>'.repeat(4_000)}`],
  ])('%s is not read: no success, and nothing of it comes back', async (_what, body) => {
    const answer = await samlValidate(body)
    expect(answer.status).toBe(200)
    expect(answer.body).toMatch(/Value="samlp:Requester"/)
    expect(answer.body).not.toMatch(/root:|lollol|Success|<b>|uid=/)
  })

  it('no address in a document is ever asked', async () => {
    let asked = 0
    const { port, stop } = await plainServer((_request, response) => {
      asked += 1
      response.end()
    })
    const url = `http://127.0.0.1:${port}/x`
    const ticket = await hostile.ticket()
    for (const body of [
      `<!DOCTYPE x SYSTEM "${url}">${soapRequest(ticket)}`,
      doctype(`<!ENTITY e SYSTEM "${url}">`),
      `<?xml-stylesheet href="${url}"?>${soapRequest(ticket)}`,
    ]) {
      await samlValidate(body)
    }
    await stop()
    expect(asked).toBe(0)
    expect((await samlValidate(soapRequest(ticket))).body).toContain('samlp:Success')
  })

  it('a megabyte is refused unread', async () => {
    expect((await samlValidate(soapRequest(' '.repeat(1_000_000)))).status).toBe(413)
  })
})

describe('hostile input 21: names and values of attributes', () => {
  let hostile: HostilePool
  afterEach(() => hostile.pool.stop())

  /** What an application reads of a user who is called so and has these attributes: in XML and in JSON. */
  async function released(user: string, attributes: Attributes) {
    const authenticator = {
      authenticate: async () => ({ kind: 'authenticated', principal: { user, attributes } }) as const,
      problem: () => undefined,
    }
    hostile = await startHostilePool({ authenticator })
    const ticket = async () => ticketIn(await hostile.browser.get('/login', { service }))
    const path = '/p3/serviceValidate'
    const xml = await hostile.validate({ service, ticket: await ticket() }, path)
    const json = await hostile.validate({ service, ticket: await ticket(), format: 'JSON' }, path)
    const plain = await hostile.validate({ service, ticket: await ticket() }, '/validate')
    const saml = await hostile.call(`/samlValidate?TARGET=${encodeURIComponent(service)}`, {
      body: soapRequest(await ticket()),
    })
    return {
      xml: parsed(xml),
      json: JSON.parse(json).serviceResponse.authenticationSuccess,
      plain,
      saml: parsed(saml.body),
    }
  }
  const parsed = (xml: string) => {
    const onError = (_level: string, message: string) => {
      if (!message.includes('Unicode replacement character')) throw new Error(`${message} in ${xml}`)
    }
    return new DOMParser({ onError }).parseFromString(xml, 'text/xml')
  }
  const texts = (document: ReturnType<typeof parsed>, name: string) =>
    Array.from(document.getElementsByTagNameNS('*', name), ({ textContent }) => textContent)

  it.each([
    'with blank',
    'urn:oid:1.2',
    '1st',
    '<b>',
    'a"b\'c&d',
    ']]>',
    'xmlns:x',
    'cas:user',
    'ö',
    '-',
    '',
    '__proto__',
    'constructor',
    'a/../b',
  ])('a name such as %j neither breaks an answer nor becomes markup', async (name) => {
    const { xml, json, saml } = await released(
      'casuser',
      Object.fromEntries([
        [name, ['value']],
        ['mail', ['m']],
      ]),
    )
    expect(texts(xml, 'user')).toEqual(['casuser'])
    expect(texts(xml, 'mail')).toEqual(['m'])
    expect(json.user).toBe('casuser')
    expect(json.attributes.mail).toEqual(['m'])
    expect(texts(saml, 'NameIdentifier').every((text) => text === 'casuser')).toBe(true)
  })

  it.each([
    [']]>', ']]>'],
    ['<cas:user>admin</cas:user>', '<cas:user>admin</cas:user>'],
    ['&lt;b&gt; &amp; "\'', '&lt;b&gt; &amp; "\''],
    ['</cas:attributes></cas:authenticationSuccess>', '</cas:attributes></cas:authenticationSuccess>'],
    ['a\0\u0001\u001fb', 'a\ufffd\ufffd\ufffdb'],
    ['a\ud800b', 'a\ufffdb'],
    ['\ufffe', '\ufffd'],
    ['line\r\nbreak', 'line\r\nbreak'],
    ['$50 off', '$50 off'],
    ['🎉', '🎉'],
  ])(
    'a value such as %j arrives as itself, without what a document cannot carry',
    async (value, expected) => {
      const { xml, json, saml } = await released('casuser', { mail: [value, 'second'] })
      expect(texts(xml, 'mail')).toEqual([expected, 'second'])
      expect(texts(xml, 'user')).toEqual(['casuser'])
      expect(json.attributes.mail[1]).toBe('second')
      expect(json.attributes.mail[0].toWellFormed()).toBe(json.attributes.mail[0])
      expect(texts(saml, 'AttributeValue')).toContain('second')
    },
  )

  it('a value of a megabyte and ten thousand values arrive whole', async () => {
    const values = Array.from({ length: 10_000 }, (_, i) => `group ${i}`)
    const { xml, json } = await released('casuser', { photo: ['x'.repeat(1_000_000)], memberOf: values })
    expect(texts(xml, 'memberOf')).toEqual(values)
    expect(texts(xml, 'photo')[0]).toHaveLength(1_000_000)
    expect(json.attributes.memberOf).toEqual(values)
    expect(json.attributes.photo[0]).toHaveLength(1_000_000)
  })

  it.each(['<b>admin</b>', ']]>', 'yes\nadmin', '"admin"', 'a&b', '</cas:user><cas:user>admin'])(
    'a user who is called %j is that user in every format',
    async (user) => {
      const { xml, json, plain, saml } = await released(user, {})
      expect(texts(xml, 'user')).toEqual([user])
      expect(json.user).toBe(user)
      expect(plain.split('\n')).toHaveLength(3)
      expect(texts(saml, 'NameIdentifier').every((text) => text === user)).toBe(true)
    },
  )
})
