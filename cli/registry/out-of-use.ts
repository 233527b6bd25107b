/** Why nobody may sign in to a service at a moment, whoever it is: what servers decide, in words. Pure. */
import type { Instant } from '../../common/clock.ts'
import type { ServiceDefinition } from '../../common/documents/service-definition.ts'
import { serviceAccess } from '../../server/services/access.ts'

/** Undefined: it is in use. */
export function whyOutOfUse(definition: ServiceDefinition, now: Instant): string | undefined {
  if (serviceAccess(definition, now).kind === 'allowed') return undefined
  const { access, expiresAt } = definition
  if (!access.enabled) return 'it is disabled'
  if (expiresAt !== undefined && expiresAt <= now) return `it expired on ${timeText(expiresAt)}`
  if (access.notBefore !== undefined && access.notBefore > now)
    return `it is not in use before ${timeText(access.notBefore)}`
  return `it was in use until ${access.notAfter === undefined ? 'now' : timeText(access.notAfter)}`
}

const timeText = (instant: Instant): string => new Date(instant).toISOString().replace('.000Z', 'Z')
