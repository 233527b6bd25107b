/**
 * Which private addresses servers may call: entries of the allow-list, as a CasCluster names them and as servers
 * read them. Public addresses need no entry.
 */
import { isIP } from 'node:net'

export type OutboundAllowEntry =
  /** A host name, exactly; lower case. */
  | { readonly kind: 'host'; readonly name: string }
  | {
      readonly kind: 'network'
      readonly address: string
      readonly prefix: number
      readonly family: 'ipv4' | 'ipv6'
    }

const label = '[a-z0-9]([a-z0-9_-]*[a-z0-9])?'
const hostForm = new RegExp(`^${label}(\\.${label})*$`)

/** An entry: a host name, an address, or a network such as `10.20.0.0/16`. Throws Error with what is wrong. */
export function parseOutboundAllowEntry(text: string): OutboundAllowEntry {
  const [address = '', prefix, ...rest] = text.split('/')
  const version = isIP(address)
  if (version !== 0 && !address.includes('%') && rest.length === 0) {
    const bits = version === 4 ? 32 : 128
    const family = version === 4 ? 'ipv4' : 'ipv6'
    if (prefix === undefined) return { kind: 'network', address, prefix: bits, family }
    if (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits) {
      return { kind: 'network', address, prefix: Number(prefix), family }
    }
  }
  const name = text.toLowerCase()
  // What browsers read as a number is an address in disguise: 127.1, 0x7f000001.
  if (hostForm.test(name) && name.length <= 253 && URL.parse(`http://${name}/`)?.hostname === name) {
    if (version === 0) return { kind: 'host', name }
  }
  throw new Error('must be a host name, an address or a network such as 10.20.0.0/16')
}
