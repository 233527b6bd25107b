import { describe, expect, it } from '@jest/globals'
import { parseOutboundAllowEntry } from '../../common/outbound-allow.ts'
import { addressRules, isPublicAddress } from './address.ts'

const rules = (...allow: string[]) => addressRules(allow.map(parseOutboundAllowEntry))

describe('an address', () => {
  it.each(['93.184.216.34', '8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:2800:220:1::1', '2a00:1450::1'])(
    'of the public internet may be called: %s',
    (address) => expect(isPublicAddress(address)).toBe(true),
  )

  it.each([
    ['the server itself', '127.0.0.1'],
    ['the server itself', '127.255.255.254'],
    ['the server itself', '::1'],
    ['any address of the server', '0.0.0.0'],
    ['any address of the server', '::'],
    ['private', '10.96.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['private', 'fd00::1'],
    ['shared by providers', '100.64.0.1'],
    ['metadata of the cloud', '169.254.169.254'],
    ['metadata of the cloud', 'fd00:ec2::254'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['multicast', '224.0.0.1'],
    ['multicast', 'ff02::1'],
    ['broadcast', '255.255.255.255'],
    ['IPv4-mapped', '::ffff:127.0.0.1'],
    ['IPv4-mapped', '::ffff:8.8.8.8'],
    ['IPv4-compatible', '::127.0.0.1'],
    ['translated by NAT64', '64:ff9b::a00:1'],
    ['translated by NAT64', '64:ff9b:1::1'],
    ['6to4', '2002:7f00:1::'],
    ['Teredo', '2001::1'],
    ['documentation', '2001:db8::1'],
    ['no address', 'localhost'],
    ['no address', ''],
  ])('that is %s may not be called: %s', (_what, address) => {
    expect(isPublicAddress(address)).toBe(false)
    expect(rules().mayCall('app.example.org', address)).toBe(false)
  })
})

describe('the allow-list', () => {
  it('lets the addresses of its networks through, under any name', () => {
    expect(rules('10.20.0.0/16').mayCall('app.internal', '10.20.3.4')).toBe(true)
    expect(rules('10.20.0.0/16').mayCall('app.internal', '10.21.0.1')).toBe(false)
    expect(rules('fd00:1::/32').mayCall('app.internal', 'fd00:1::7')).toBe(true)
  })

  it('lets private addresses of its names through, under these names only', () => {
    expect(rules('app.internal').mayCall('app.internal', '10.1.1.1')).toBe(true)
    expect(rules('app.internal').mayCall('app.internal', 'fd00::1')).toBe(true)
    expect(rules('app.internal').mayCall('other.internal', '10.1.1.1')).toBe(false)
  })

  it('lets link-local addresses, and with them metadata, through by network only', () => {
    expect(rules('app.internal').mayCall('app.internal', '169.254.169.254')).toBe(false)
    expect(rules('app.internal').mayCall('app.internal', 'fe80::1%eth0')).toBe(false)
    expect(rules('169.254.0.0/16').mayCall('app.internal', '169.254.3.4')).toBe(true)
  })

  it('is not reached by an IPv4-mapped form of an allowed address', () => {
    expect(rules('127.0.0.0/8', '0.0.0.0/0').mayCall('app.internal', '::ffff:127.0.0.1')).toBe(false)
    expect(rules('app.internal').mayCall('app.internal', '::ffff:7f00:1')).toBe(false)
  })
})
