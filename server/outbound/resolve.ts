/** Host names to addresses, through the system's resolver: search domains of the cluster and hosts files count. */
import { lookup } from 'node:dns/promises'

export interface ResolvedAddress {
  readonly address: string
  readonly family: 4 | 6
}

/** All addresses of a name. Rejects when there are none. */
export type Resolve = (host: string) => Promise<readonly ResolvedAddress[]>

/**
 * One question per name at a time. The system's resolver blocks one of the few threads that also hash passwords: a
 * name whose servers do not answer must not take them all.
 */
export function systemResolve(): Resolve {
  const asked = new Map<string, Promise<readonly ResolvedAddress[]>>()
  return (host) => {
    const known = asked.get(host)
    if (known !== undefined) return known
    const answer = lookup(host, { all: true, order: 'ipv4first' })
      .then((found) =>
        found.map(({ address, family }): ResolvedAddress => ({ address, family: family === 6 ? 6 : 4 })),
      )
      .finally(() => asked.delete(host))
    asked.set(host, answer)
    return answer
  }
}
