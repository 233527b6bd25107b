/** Which URLs a refused definition holds back, in words for those who wonder why nobody can sign in. */
import { patternProblem } from '../../common/documents/java-pattern.ts'
import { shortText } from '../../common/documents/short-text.ts'
import type { MatchableService } from '../services/match.ts'
import type { HeldUrls } from '../services/registry-source.ts'

export function heldUrls(service: MatchableService): HeldUrls {
  const { serviceId } = service.claim
  if (service.kind === 'shape' || patternProblem(serviceId) === undefined) {
    return { areAll: false, which: `those that match ${shortText(serviceId)}` }
  }
  const { start, within } = service.pattern
  const held = [
    ...(start === '' ? [] : [`begin with http(s)://${shortText(start)}`]),
    ...(start.includes(within) ? [] : [`hold ${shortText(within)}`]),
  ]
  if (held.length === 0) return { areAll: true, which: 'ALL URLs behind it in the order' }
  return { areAll: false, which: `those that ${held.join(' and ')}` }
}
