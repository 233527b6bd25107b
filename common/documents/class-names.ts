/** Names of Apereo's classes, as documents state them and as tables here name them: without their package. */
import { editDistance, maxSlips } from '../near-name.ts'

const servicesPackage = 'org.apereo.cas.services'

/** Of the classes in tables, those of another package than the others. */
const otherPackages: ReadonlyMap<string, string> = new Map([
  ['DefaultPrincipalAttributesRepository', 'org.apereo.cas.authentication.principal'],
  ['ShibbolethCompatiblePersistentIdGenerator', 'org.apereo.cas.authentication.principal'],
  ['RegisteredServiceRegexAttributeFilter', `${servicesPackage}.support`],
])

const inPackage = (name: string): string => `${otherPackages.get(name) ?? servicesPackage}.${name}`

/**
 * The name of a class without its package, if that is the one in which Apereo (before, Jasig) has it; else the whole
 * name, which no table holds. Without any package there is no such class: an Apereo CAS loads no such definition.
 */
export function className(stated: unknown): string | undefined {
  if (typeof stated !== 'string' || !stated.includes('.')) return undefined
  const current = stated.replace(/^org\.jasig\.cas\./, 'org.apereo.cas.')
  const name = lastPart(current)
  return inPackage(name) === current ? name : current
}

/** The whole name of the known class that was probably meant. */
export function nearestClass(stated: string, known: readonly string[]): string | undefined {
  const written = lastPart(stated).slice(0, 200).toLowerCase()
  for (let slips = 0; slips <= maxSlips; slips++) {
    const name = known.find((one) => editDistance(written, one.toLowerCase(), slips) !== undefined)
    if (name !== undefined) return inPackage(name)
  }
  return undefined
}

/** Room for `and 10 more`. */
const restLength = ' and 10 more'.length

/** As many names as fit, or none: more would be cut off within one. */
export function classesText(names: readonly string[], maxLength = 112): string {
  const told = names.filter((_, i) => names.slice(0, i + 1).join(', ').length <= maxLength - restLength)
  if (told.length === 0) return ''
  const left = names.length - told.length
  return `${told.join(', ')}${left === 0 ? '' : ` and ${left} more`}`
}

const lastPart = (name: string): string => name.slice(name.lastIndexOf('.') + 1)
