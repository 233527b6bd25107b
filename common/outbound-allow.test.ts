import { expect, it } from '@jest/globals'
import { parseOutboundAllowEntry } from './outbound-allow.ts'

it('takes host names, addresses and networks', () => {
  expect(parseOutboundAllowEntry('App.Example.org')).toEqual({ kind: 'host', name: 'app.example.org' })
  expect(parseOutboundAllowEntry('10.20.0.0/16')).toEqual({
    kind: 'network',
    address: '10.20.0.0',
    prefix: 16,
    family: 'ipv4',
  })
  expect(parseOutboundAllowEntry('10.1.2.3')).toMatchObject({ address: '10.1.2.3', prefix: 32 })
  expect(parseOutboundAllowEntry('fd00::/8')).toMatchObject({ family: 'ipv6', prefix: 8 })
  expect(parseOutboundAllowEntry('::1')).toMatchObject({ family: 'ipv6', prefix: 128 })
})

it.each([
  '',
  '10.0.0.0/33',
  'fd00::/129',
  '10.0.0.0/8/8',
  '127.1',
  '0x7f000001',
  '2130706433',
  'https://app.example.org',
  'app.example.org:8443',
  '*.example.org',
  'app..example.org',
  'fe80::1%eth0',
])('refuses %s', (text) => {
  expect(() => parseOutboundAllowEntry(text)).toThrow('must be a host name')
})
