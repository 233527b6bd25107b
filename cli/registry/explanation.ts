/** Which service a URL belongs to, and why those that are asked before it do not take it. Pure. */
import { compareClaims } from '../../common/documents/claim-order.ts'
import { patternProblem } from '../../common/documents/java-pattern.ts'
import type { ServiceShape } from '../../common/documents/service-shape.ts'
import { CompiledPatterns } from '../../server/services/compiled-patterns.ts'
import {
  type FoundService,
  type MatchableService,
  matchableService,
  serviceIndex,
  shapeMatches,
} from '../../server/services/match.ts'
import { readServiceUrl, type ServiceUrl } from '../../server/services/service-url.ts'
import { calledName, type DefinitionSource } from '../lint/source.ts'

export interface Asked {
  readonly source: DefinitionSource
  readonly name: string
  readonly serviceId: string
  readonly evaluationOrder: number
  /** Why it does not take the URL; undefined: it does, or keeps it from others as it is refused. */
  readonly whyNot: string | undefined
  /** Whether its pattern is about the URL's host. */
  readonly isNear: boolean
}

export interface Explanation {
  /** What a server answers. */
  readonly answer: FoundService
  /** The definition that answers, or keeps its URLs from others as it is refused. */
  readonly source: DefinitionSource | undefined
  /** In the order asked, up to and with the one that takes the URL. */
  readonly asked: readonly Asked[]
  /** Why no service whatever takes the URL. */
  readonly unreadable: string | undefined
}

export function explain(url: string, sources: readonly DefinitionSource[]): Explanation {
  const services = sources
    .flatMap((source) => {
      const { claim, definition, problems } = source
      if (claim === undefined) return []
      const reason = `service ${calledName(source)}: ${problems.map(({ path, message }) => `${path}: ${message}`).join('; ')}`
      const outcome =
        definition === undefined
          ? ({ kind: 'refused', reason } as const)
          : ({ kind: 'service', definition } as const)
      return [{ matchable: matchableService(claim, outcome), source }]
    })
    .toSorted((a, b) => compareClaims(a.matchable.claim, b.matchable.claim))
  const answer = serviceIndex(
    services.map(({ matchable }) => matchable),
    new CompiledPatterns(),
  ).find(url)
  const read = readServiceUrl(url)
  if (read === undefined) {
    const unreadable = /^https?:\/\//i.test(url)
      ? 'browsers and servers may read this URL differently, so that no service takes it'
      : 'it is no URL that begins with https:// or http://'
    return { answer, source: undefined, asked: [], unreadable }
  }
  const asked: Asked[] = []
  for (const { matchable, source } of services) {
    const { serviceId, evaluationOrder } = matchable.claim
    const name = calledName(source)
    const whyNot = reasonAgainst(matchable, read, answer)
    asked.push({ source, name, serviceId, evaluationOrder, whyNot, isNear: isNear(matchable, read) })
    if (whyNot === undefined) return { answer, source, asked, unreadable: undefined }
  }
  return { answer, source: undefined, asked, unreadable: undefined }
}

function reasonAgainst(service: MatchableService, url: ServiceUrl, answer: FoundService): string | undefined {
  const reason = service.kind === 'shape' ? shapeReason(service.shape, url) : patternReason(service, url)
  if (reason !== undefined || answer.kind !== 'refused' || service.outcome.kind === 'refused') return reason
  // It takes the URL, and is not refused itself: what was asked before it has cost too much.
  return isRefusedAlone(service, url) ? undefined : answer.reason
}

/** What servers say of it, so that this never says anything else. */
function patternReason(service: MatchableService, url: ServiceUrl): string | undefined {
  const alone = serviceIndex([service], new CompiledPatterns()).find(url.text)
  if (alone.kind !== 'unregistered') return undefined
  const problem = patternProblem(service.claim.serviceId)
  return problem === undefined
    ? 'the regular expression does not match'
    : `the regular expression cannot be run (${problem}), and this is no URL that it might take`
}

const isRefusedAlone = (service: MatchableService, url: ServiceUrl): boolean =>
  serviceIndex([service], new CompiledPatterns()).find(url.text).kind === 'refused'

/** The first thing that is not as the shape wants it; undefined: it takes the URL. */
function shapeReason(shape: ServiceShape, url: ServiceUrl): string | undefined {
  if (shapeMatches(shape, url)) return undefined
  const alone = (change: Partial<ServiceShape>) => shapeMatches({ ...shape, ...change }, url)
  const anyPath = { paths: [''], tail: { end: true, next: '*' } } as const
  const anyPort = { hosts: shape.hosts.map((host) => ({ ...host, port: '*' })) }
  if (!shape.schemes.includes(url.scheme))
    return `the scheme is ${url.scheme}, not ${shape.schemes.join(' or ')}`
  if (alone(anyPath))
    return `the path ${url.rest === '' ? '(none)' : url.rest} is not below ${shape.paths.map(pathText).join(' or ')}`
  if (alone({ ...anyPath, ...anyPort }))
    return `the port is ${url.port === '' ? 'not given' : url.port}, not ${portsOf(shape)}`
  return `the host ${url.host} is not ${shape.hosts.map(hostText).join(' or ')}`
}

const pathText = (path: string): string => (path === '' ? '/' : path)

const hostText = ({ kind, name }: ServiceShape['hosts'][number]): string =>
  `${kind === 'anyLabel' ? '*' : ''}${name}`

const portsOf = ({ hosts }: ServiceShape): string =>
  [...new Set(hosts.map(({ port }) => (port === '' ? 'none' : port)))].join(' or ')

function isNear(service: MatchableService, url: ServiceUrl): boolean {
  if (service.kind === 'shape') {
    const anything = { schemes: [url.scheme], paths: [''], tail: { end: true, next: '*' } } as const
    return shapeMatches(
      { ...anything, hosts: service.shape.hosts.map((host) => ({ ...host, port: '*' })) },
      url,
    )
  }
  return true
}
