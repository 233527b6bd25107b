/** What of an access strategy holds at any time. Pure. */
import type { AccessStrategy } from './service-definition.ts'

/** Whether it says nothing but, perhaps, when. */
export function hasNoRules(access: AccessStrategy): boolean {
  return (
    access.enabled &&
    access.ssoEnabled &&
    access.requireAllAttributes &&
    !access.caseInsensitive &&
    access.unauthorizedRedirectUrl === undefined &&
    Object.keys(access.requiredAttributes).length === 0 &&
    Object.keys(access.rejectedAttributes).length === 0
  )
}
