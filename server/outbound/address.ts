/**
 * Which addresses may be called. Others choose the URLs, so that what only this server can reach (its own host, the
 * cluster's network, the cloud's metadata) is refused unless the administrator has put it on the allow-list. Pure.
 */
import { BlockList, isIPv4, isIPv6 } from 'node:net'
import type { OutboundAllowEntry } from '../../common/outbound-allow.ts'

export interface AddressRules {
  /** Whether `address` (canonical text) may be called under the name `host` (lower case, or the address itself). */
  mayCall(host: string, address: string): boolean
}

/** IPv4 ranges that are not the public internet (IANA special-purpose registry). */
const specialIpv4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

/** Inside 2000::/3, outside of which nothing is public: Teredo and other protocols, documentation, 6to4. */
const specialIpv6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

const ipv4 = networks(specialIpv4, 'ipv4')
const ipv6 = networks(specialIpv6, 'ipv6')
const publicIpv6 = networks([['2000::', 3]], 'ipv6')
const linkLocal = new BlockList()
linkLocal.addSubnet('169.254.0.0', 16, 'ipv4')
linkLocal.addSubnet('fe80::', 10, 'ipv6')

/** Rules with these exceptions. A name lets its private addresses through, link-local ones only a network does. */
export function addressRules(allow: readonly OutboundAllowEntry[]): AddressRules {
  const names = new Set<string>()
  // One list per family: a list of both would take an IPv4-mapped IPv6 address for the IPv4 one.
  const allowed = { ipv4: new BlockList(), ipv6: new BlockList() }
  for (const entry of allow) {
    if (entry.kind === 'host') names.add(entry.name)
    else allowed[entry.family].addSubnet(entry.address, entry.prefix, entry.family)
  }
  return {
    mayCall(host, address) {
      const family = isIPv4(address) ? 'ipv4' : 'ipv6'
      if (family === 'ipv6' && !isIPv6(address)) return false
      if (isPublicAddress(address)) return true
      if (isMapped(address)) return false
      if (allowed[family].check(address, family)) return true
      return names.has(host) && !linkLocal.check(withoutZone(address), family)
    },
  }
}

/** True for an address of the public internet, IPv4-mapped and translated (NAT64) ones excepted. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !ipv4.check(address, 'ipv4')
  if (!isIPv6(address) || address.includes('%')) return false
  return publicIpv6.check(address, 'ipv6') && !ipv6.check(address, 'ipv6')
}

/** `::ffff:10.0.0.1` is an IPv4 address in disguise, which no resolver answers with. */
const isMapped = (address: string): boolean =>
  URL.parse(`http://[${withoutZone(address)}]/`)?.hostname.startsWith('[::ffff:') === true

const withoutZone = (address: string): string => address.replace(/%.*$/, '')

function networks(list: readonly (readonly [string, number])[], family: 'ipv4' | 'ipv6'): BlockList {
  const blockList = new BlockList()
  for (const [address, prefix] of list) blockList.addSubnet(address, prefix, family)
  return blockList
}
