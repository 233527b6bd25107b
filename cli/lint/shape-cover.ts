/** Whether the URLs of one service all belong to others: exact for shapes, which are finite unions. Pure. */
import type { HostShape, ServiceShape, TailShape } from '../../common/documents/service-shape.ts'

/** One scheme, one host, one path prefix. */
export interface ShapePart {
  readonly scheme: 'http' | 'https'
  readonly host: HostShape
  readonly path: string
  readonly tail: TailShape
}

export function partsOf({ schemes, hosts, paths, tail }: ServiceShape): readonly ShapePart[] {
  return schemes.flatMap((scheme) =>
    hosts.flatMap((host) => paths.map((path) => ({ scheme, host, path, tail }))),
  )
}

/** Does a shape take every URL of a part? */
export function covers(shape: ServiceShape, part: ShapePart): boolean {
  return (
    shape.schemes.includes(part.scheme) &&
    shape.hosts.some((host) => coversHost(host, part.host)) &&
    shape.paths.some((path) => coversRest({ path, tail: shape.tail }, part))
  )
}

function coversHost(host: HostShape, part: HostShape): boolean {
  if (host.port !== '*' && host.port !== part.port) return false
  if (host.kind === part.kind) return host.name === part.name
  if (host.kind === 'exact') return false
  const dot = part.name.indexOf('.')
  return dot > 0 && part.name.slice(dot) === host.name && /^[a-z0-9-]+$/.test(part.name.slice(0, dot))
}

interface Rest {
  readonly path: string
  readonly tail: TailShape
}

function coversRest(wide: Rest, part: Rest): boolean {
  if (!part.path.startsWith(wide.path)) return false
  const next = part.path.charAt(wide.path.length)
  if (next !== '') return wide.tail.next === '*' || wide.tail.next.includes(next)
  if (part.tail.end && !wide.tail.end) return false
  if (wide.tail.next === '*') return true
  return part.tail.next !== '*' && [...part.tail.next].every((one) => wide.tail.next.includes(one))
}
