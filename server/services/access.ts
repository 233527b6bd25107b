/** Who may use a service: the access strategy of its definition. Pure. */
import type { Instant } from '../../common/clock.ts'
import { compilePattern, type JavaPattern } from '../../common/documents/java-pattern.ts'
import type { AccessStrategy, ServiceDefinition } from '../../common/documents/service-definition.ts'
import type { Attributes, Principal } from '../tickets/ticket.ts'

export type AccessDecision =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'denied'; readonly why: WhyDenied; readonly redirectUrl?: string }

/** For logs. Users are told that the service is off, or that it is not for them. */
export type WhyDenied = 'disabled' | 'not yet in use' | 'expired' | 'attributes'

/** An attribute and the patterns of which one must be found in one of its values. */
interface AttributeRule {
  readonly attribute: string
  readonly patterns: readonly (JavaPattern | undefined)[]
}

interface AccessRules {
  readonly required: readonly AttributeRule[]
  readonly rejected: readonly AttributeRule[]
}

/** Definitions are immutable and live as long as their document: compiled once each. */
const compiledRules = new WeakMap<AccessStrategy, AccessRules>()

/** Whoever is signed in: is the service in use at all, at this moment? */
export function serviceAccess({ access, expiresAt }: ServiceDefinition, now: Instant): AccessDecision {
  const { enabled, notBefore = now, notAfter = now } = access
  if (!enabled) return denied(access, 'disabled')
  if (now < notBefore) return denied(access, 'not yet in use')
  const isExpired = now > notAfter || (expiresAt !== undefined && now >= expiresAt)
  return isExpired ? denied(access, 'expired') : { kind: 'allowed' }
}

/**
 * Once the user is known: do the attributes allow this service, whose moment `serviceAccess` has judged? Asked at
 * issue and again at validation.
 *
 * Values are searched for the patterns as Apereo does (find, not whole). Any rejected attribute denies, also where
 * Apereo (with requireAllAttributes) wants all of them; a pattern that cannot be run denies.
 */
export function principalAccess(definition: ServiceDefinition, principal: Principal): AccessDecision {
  const { access } = definition
  if (!access.enabled) return denied(access, 'disabled')
  const { required, rejected } = rulesOf(access)
  if (rejected.some((rule) => isMet(rule, principal.attributes, 'whenUnclear')))
    return denied(access, 'attributes')
  const meets = (rule: AttributeRule) => isMet(rule, principal.attributes, 'notWhenUnclear')
  const isAllowed =
    required.length === 0 || (access.requireAllAttributes ? required.every(meets) : required.some(meets))
  return isAllowed ? { kind: 'allowed' } : denied(access, 'attributes')
}

function denied(access: AccessStrategy, why: WhyDenied): AccessDecision {
  const redirectUrl = access.unauthorizedRedirectUrl
  return redirectUrl === undefined ? { kind: 'denied', why } : { kind: 'denied', why, redirectUrl }
}

function isMet(
  { attribute, patterns }: AttributeRule,
  attributes: Attributes,
  unclear: 'whenUnclear' | 'notWhenUnclear',
): boolean {
  const values = Object.hasOwn(attributes, attribute) ? (attributes[attribute] ?? []) : []
  if (values.length === 0) return false
  // For older versions of Apereo CAS no pattern stands for any value, for newer ones for none. So does a blank one.
  if (patterns.length === 0) return unclear === 'whenUnclear'
  return patterns.some((pattern) =>
    pattern === undefined ? unclear === 'whenUnclear' : values.some((value) => pattern.finds(value)),
  )
}

function rulesOf(access: AccessStrategy): AccessRules {
  const known = compiledRules.get(access)
  if (known !== undefined) return known
  const { caseInsensitive } = access
  const rules = {
    required: attributeRules(access.requiredAttributes, caseInsensitive),
    rejected: attributeRules(access.rejectedAttributes, caseInsensitive),
  }
  compiledRules.set(access, rules)
  return rules
}

function attributeRules(
  attributes: Readonly<Record<string, readonly string[]>>,
  caseInsensitive: boolean,
): readonly AttributeRule[] {
  return Object.entries(attributes).map(([attribute, sources]) => ({
    attribute,
    patterns: sources.map((source) => {
      if (source.trim() === '') return undefined
      const compiled = compilePattern(source, { caseInsensitive })
      return compiled.kind === 'pattern' ? compiled.pattern : undefined
    }),
  }))
}
