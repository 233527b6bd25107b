import { describe, expect, it } from '@jest/globals'
import { parseSamlRequest } from './request.ts'
import { soapRequest } from './testing/samples.ts'

const ticket = `ST-${'a'.repeat(50)}`

describe('a SAML 1.1 request', () => {
  it.each([
    ['as clients send it', soapRequest(ticket)],
    ['with white space around the artifact', soapRequest(`\n   ${ticket}\t\n`)],
    ['with an XML declaration', `<?xml version="1.0" encoding="UTF-8"?>\n${soapRequest(ticket)}`],
    ['behind empty lines', `\r\n${soapRequest(ticket)}`],
    ['with CDATA', soapRequest(`<![CDATA[${ticket}]]>`)],
    [
      'with a comment beside the artifact',
      soapRequest(ticket).replace('<soap:Body>', '<soap:Body><!-- hi -->'),
    ],
    ['with other prefixes', soapRequest(ticket).replaceAll('soap:', 'S:').replaceAll(':soap', ':S')],
  ])('is read %s', (_what, text) => {
    expect(parseSamlRequest(text)).toEqual({ kind: 'request', requestId: '_r1', artifact: ticket })
  })

  it('may leave out its id', () => {
    const text = soapRequest(ticket).replace(' RequestID="_r1"', '')
    expect(parseSamlRequest(text)).toMatchObject({ kind: 'request', requestId: undefined })
  })

  it('of another major version is refused as such', () => {
    const text = soapRequest(ticket).replace('MajorVersion="1"', 'MajorVersion="2"')
    expect(parseSamlRequest(text)).toEqual({ kind: 'refused', failure: 'samlVersion' })
  })

  const artifact = `<samlp:AssertionArtifact>${ticket}</samlp:AssertionArtifact>`
  const doctype = (inside: string) => `<!DOCTYPE x [${inside}]>${soapRequest('&e;')}`
  it.each([
    ['is empty', ''],
    ['is no XML', 'ticket=ST-1'],
    ['is not well-formed', soapRequest(ticket).replace('</soap:Body>', '')],
    ['has something behind its end', `${soapRequest(ticket)}<x/>`],
    ['has a document type', `<!DOCTYPE x>${soapRequest(ticket)}`],
    ['has an external entity', doctype('<!ENTITY e SYSTEM "file:///etc/passwd">')],
    ['has expanding entities', doctype('<!ENTITY a "aaaa"><!ENTITY e "&a;&a;&a;">')],
    ['has a parameter entity', doctype('<!ENTITY % e SYSTEM "http://127.0.0.1/x.dtd">%e;')],
    ['uses an entity that nobody declared', soapRequest('&e;')],
    ['has a processing instruction', `<?xml-stylesheet href="x"?>${soapRequest(ticket)}`],
    ['includes a file', soapRequest('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="x"/>')],
    ['has a comment in the artifact', soapRequest('ST-<!-- x -->1')],
    ['has no artifact', soapRequest('').replace(/<samlp:Asser.*Artifact>/, '')],
    ['has an empty artifact', soapRequest('  ')],
    ['has two artifacts', soapRequest(ticket).replace(artifact, artifact + artifact)],
    ['has an artifact elsewhere', `<a>${artifact}</a>`],
    ['is of another namespace', soapRequest(ticket).replaceAll('SAML:1.0:protocol', 'SAML:2.0:protocol')],
    ['is in another envelope', soapRequest(ticket).replace('xmlsoap.org/soap', 'example.org/soap')],
    ['has markup for an id', soapRequest(ticket).replace('"_r1"', '"&lt;a&gt;"')],
    ['is deep', `${'<a>'.repeat(10_000)}${'</a>'.repeat(10_000)}`],
    ['is large', soapRequest(ticket + ' '.repeat(40_000))],
  ])('is refused when it %s', (_what, text) => {
    expect(parseSamlRequest(text)).toEqual({ kind: 'refused', failure: 'unreadableSamlRequest' })
  })
})
