import { inflateSync } from 'node:zlib'
import { expect, it } from '@jest/globals'
import { frontChannelUrl, logoutForm, logoutXml } from './message.ts'

const message = {
  id: 'LR-abc_-1',
  issuedAt: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  nameId: 'casuser',
  sessionIndex: 'ST-1-a_b.c',
}

it('is a SAML 2.0 LogoutRequest with the ticket as SessionIndex (CAS 2.3.3)', () => {
  expect(logoutXml(message)).toBe(
    '<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="LR-abc_-1" Version="2.0" ' +
      'IssueInstant="2026-01-02T03:04:05.006Z"><saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">' +
      'casuser</saml:NameID><samlp:SessionIndex>ST-1-a_b.c</samlp:SessionIndex></samlp:LogoutRequest>',
  )
})

it('stays one document whatever the user is called', () => {
  const xml = logoutXml({ ...message, nameId: '</saml:NameID><samlp:SessionIndex>ST-2</x> & "\u0000]]>' })
  expect(xml.match(/<samlp:SessionIndex>/g)).toHaveLength(1)
  expect(xml).toContain('&#60;/saml:NameID&#62;')
  expect(xml).toContain('&#38; &#34;\ufffd]]&#62;')
})

it('is posted as the form field that clients look for', () => {
  expect(logoutForm(message)).toEqual({ logoutRequest: logoutXml(message) })
})

it.each([
  ['https://app.example.org/out', 'https://app.example.org/out?logoutRequest='],
  ['https://app.example.org/out?a=1#top', 'https://app.example.org/out?a=1&logoutRequest='],
])('goes through the browser as %s with the compressed document', (url, begin) => {
  const packed = frontChannelUrl(url, message)
  expect(packed.startsWith(begin)).toBe(true)
  const base64 = new URL(packed).searchParams.get('logoutRequest') ?? ''
  expect(inflateSync(Buffer.from(base64, 'base64')).toString()).toBe(logoutXml(message))
})
