/** All classes of Apereo's that definitions are known to hold, by their whole names. */
import type { FieldsOfClass } from './class-types.ts'
import { clientClasses } from './classes-clients.ts'
import { accessClasses, signInClasses, ticketClasses } from './classes-policies.ts'
import { releaseClasses, usernameClasses } from './classes-release.ts'

/** Package of most classes; tables name them without it. */
const servicesPackage = 'org.apereo.cas.services'

/** Fields by whole name of their class. */
export const classTables: ReadonlyMap<string, FieldsOfClass> = new Map(
  Object.entries({
    ...clientClasses,
    ...releaseClasses,
    ...usernameClasses,
    ...inServices(accessClasses),
    ...inServices(signInClasses),
    ...inServices(ticketClasses),
  }),
)

/** What any registered service has: for classes of services that are not known. */
export const anyService: FieldsOfClass = clientClasses[`${servicesPackage}.CasRegisteredService`] ?? {}

/** The class under its name since version 5: before, packages began with `org.jasig.cas`. */
export function currentClassName(name: string): string {
  return name.startsWith('org.jasig.cas.') ? `org.apereo.cas.${name.slice('org.jasig.cas.'.length)}` : name
}

/** The fields of a class; undefined for a class that is not known. */
export function fieldsOf(className: unknown): FieldsOfClass | undefined {
  return typeof className === 'string' ? classTables.get(currentClassName(className)) : undefined
}

const classesByField: ReadonlyMap<string, readonly string[]> = fieldIndex()

/** Classes that have a field of this name, without their packages. */
export const classesOfField = (field: string): readonly string[] => classesByField.get(field) ?? []

function fieldIndex(): ReadonlyMap<string, readonly string[]> {
  const pairs = [...classTables].flatMap(([name, fields]) =>
    Object.keys(fields).map((field) => ({ field, className: name.replace(/^.*[.$]/, '') })),
  )
  const byField = Map.groupBy(pairs, ({ field }) => field)
  return new Map([...byField].map(([field, found]) => [field, found.map(({ className }) => className)]))
}

function inServices(classes: Readonly<Record<string, FieldsOfClass>>): Record<string, FieldsOfClass> {
  return Object.fromEntries(
    Object.entries(classes).map(([name, fields]) => [`${servicesPackage}.${name}`, fields]),
  )
}
