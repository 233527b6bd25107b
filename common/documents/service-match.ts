/** From a pattern back to the hosts and paths that it stands for: the inverse of `servicePattern`. */
import { matchProblems, type ServiceMatchSpec, servicePattern } from './service-pattern.ts'
import { type HostShape, parseServicePattern, type ServiceShape } from './service-shape.ts'

/**
 * The match whose pattern takes exactly the URLs that `serviceId` takes; undefined where there is none. A pattern such
 * as `^https://app\.example\.org/.*` has none: it leaves out the host without a path.
 */
export function serviceMatch(serviceId: string): ServiceMatchSpec | undefined {
  const shape = parseServicePattern(serviceId)
  if (shape === undefined) return undefined
  const match = candidate(shape)
  if (matchProblems(match).length > 0) return undefined
  const again = parseServicePattern(servicePattern(match))
  return again !== undefined && canonical(again) === canonical(shape) ? match : undefined
}

function candidate({ schemes, hosts, paths }: ServiceShape): ServiceMatchSpec {
  const isHttpsOnly = schemes.length === 1 && schemes[0] === 'https'
  const isAnyPath = paths.length === 1 && paths[0] === ''
  return {
    ...(isHttpsOnly ? {} : { schemes }),
    hosts: [...new Set(hosts.map(hostText))],
    ...(isAnyPath ? {} : { paths: [...new Set(paths)] }),
  }
}

function hostText({ kind, name, port }: HostShape): string {
  return `${kind === 'anyLabel' ? '*' : ''}${name}${port === '' ? '' : `:${port}`}`
}

/** Equal for shapes that take the same URLs. */
function canonical({ schemes, hosts, paths, tail }: ServiceShape): string {
  const sorted = (texts: readonly string[]) => [...new Set(texts)].toSorted()
  const next = tail.next === '*' ? '*' : sorted([...tail.next]).join('')
  return JSON.stringify([sorted(schemes), sorted(hosts.map(hostText)), sorted(paths), tail.end, next])
}
