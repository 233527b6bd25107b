/**
 * Apereo's attribute release policies and user name providers, as tables: what is honoured, what means nothing here,
 * and what refuses the definition because it withholds something and is not honoured.
 */
import { strictFields } from './definition-policies.ts'
import {
  emptyValue,
  type FieldTable,
  flag,
  ignoredField,
  inside,
  integer,
  isDocument,
  isEmpty,
  mapOf,
  meaningless,
  nullable,
  oneOfClasses,
  type Place,
  type Reader,
  refuse,
  refuseName,
  text,
  textList,
  unsupported,
  unsupportedFlag,
} from './document-reader.ts'
import type {
  PatternRule,
  ReleaseChain,
  ReleasePolicy,
  SingleRelease,
  StoredDocument,
  UsernameProvider,
} from './service-definition.ts'

/** Refuses a document without a field, unless something was said about the field already. */
function missing(place: Place, field: string): undefined {
  const { path, findings } = inside(place, field)
  if (!findings.problems.some((problem) => problem.path.startsWith(path)))
    refuse({ path, findings }, 'is missing')
}

const filledText: Reader<string> = (value, place) => {
  const found = text(value, place)
  return found?.trim() === '' ? refuse(place, 'must not be empty') : found
}

/**
 * Inline as `groovy { … }`, which an Apereo CAS finds anywhere in a text, whatever its case, or by its file. With a brace
 * that is escaped, or a path alone, it is no script to Apereo either, but whoever wrote it takes it for one.
 */
const scriptForm = /groovy\s*\\?\{|(?:file|classpath):.+\.groovy|^[\w./~-]+\.groovy\s*$/i

/** Why a text is no pattern, as an Apereo CAS would run it. */
export const scriptProblem = (value: string): string | undefined =>
  scriptForm.test(value) ? 'scripts are not run' : undefined

/** Why a text would not stand for itself in an Apereo CAS, which runs scripts and evaluates expressions. */
export function plainTextProblem(value: string): string | undefined {
  return scriptProblem(value) ?? (value.includes('#{') ? 'expressions are not evaluated' : undefined)
}

const plainText: Reader<string> = (value, place) => {
  const found = text(value, place)
  const problem = found === undefined ? undefined : plainTextProblem(found)
  return problem === undefined ? found : refuse(place, problem)
}

const principalAttributesRepository: Reader<never> = oneOfClasses<never>({
  DefaultPrincipalAttributesRepository: (document, place) => {
    const table = {
      mergingStrategy: meaningless,
      attributeRepositoryIds: ignoredField('attribute repositories are not asked'),
      // Of a class that caches.
      expiration: ignoredField('attributes are not cached'),
      timeUnit: ignoredField('attributes are not cached'),
      ignoreResolvedAttributes: unsupportedFlag('withholds attributes, and is not honoured'),
    }
    strictFields(document, table, place)
    return undefined
  },
})

const principalIdAttribute: Reader<never> = (value, place) =>
  isEmpty(value)
    ? undefined
    : refuse(place, `is not honoured: the attribute ${value}, which holds the user's name, would be missing`)

const consentPolicy: Reader<never> = (value, place) => {
  if (!isDocument(value)) return refuse(place, 'must be a document')
  const chained: unknown = value['policies']
  if (Array.isArray(chained)) {
    for (const [i, policy] of chained.entries())
      consentPolicy(policy, inside(inside(place, 'policies'), String(i)))
  } else if (chained !== undefined) refuse(inside(place, 'policies'), 'must be a list')
  if (value['status'] === null) return refuse(inside(place, 'status'), emptyValue)
  if ([undefined, false, 'FALSE', 'UNDEFINED'].some((one) => one === value['status'])) return undefined
  return refuse(inside(place, 'status'), 'consent is not asked for, so it cannot be demanded')
}

/** A pattern for whole values; `compiledPattern` beside it is the same. */
const attributeFilter: Reader<string> = oneOfClasses<string>({
  RegisteredServiceRegexAttributeFilter: (document, place) => {
    const table = { pattern: filledText, compiledPattern: meaningless, order: meaningless }
    const { pattern } = strictFields(document, table, place)
    return pattern ?? missing(place, 'pattern')
  },
})

/** Fields that all release policies have. */
const releaseTable = {
  attributeFilter: nullable(attributeFilter),
  principalAttributesRepository,
  consentPolicy,
  principalIdAttribute,
  authorizedToReleaseCredentialPassword: ignoredField('passwords are never released'),
  authorizedToReleaseProxyGrantingTicket: ignoredField('a proxy-granting ticket is never an attribute'),
  authorizedToReleaseAuthenticationAttributes: flag,
  excludeDefaultAttributes: flag,
  excludedAttributes: unsupported('withholds attributes, and is not honoured'),
  canonicalizationMode: ignoredField('names of attributes keep their case'),
  order: integer,
  name: meaningless,
} satisfies FieldTable

/** The fields of a policy by its own table, and what further narrows its release. */
function policyFields<F extends FieldTable>(document: StoredDocument, own: F, place: Place) {
  const read = strictFields(document, { ...releaseTable, ...own }, place)
  const limits = {
    ...(read.attributeFilter === undefined ? {} : { valuePattern: read.attributeFilter }),
    ...(read.excludeDefaultAttributes === true ? { excludesDefaults: true } : {}),
    ...(read.authorizedToReleaseAuthenticationAttributes === false
      ? { withholdsProtocolAttributes: true }
      : {}),
  }
  return { read, limits }
}

const plainTexts: Reader<readonly string[]> = (value, place) =>
  textList(value, place)?.flatMap((item, i) => plainText(item, inside(place, String(i))) ?? [])

const releasedName: Reader<string | readonly string[]> = (value, place) =>
  typeof value === 'string' ? plainText(value, place) : plainTexts(value, place)

const patternRule: Reader<PatternRule> = (value, place) => {
  if (!isDocument(value)) return refuse(place, 'must be a document with pattern and transform')
  const read = strictFields(value, { pattern: filledText, transform: plainText }, place)
  if (read.pattern === undefined) return missing(place, 'pattern')
  if (read.transform === undefined) return missing(place, 'transform')
  return { pattern: read.pattern, transform: read.transform }
}

const singlePolicies: Parameters<typeof oneOfClasses<SingleRelease>>[0] = {
  ReturnAllAttributeReleasePolicy: (document, place) => ({
    kind: 'all',
    ...policyFields(document, {}, place).limits,
  }),
  ReturnAllowedAttributeReleasePolicy: (document, place) => {
    const { read, limits } = policyFields(document, { allowedAttributes: plainTexts }, place)
    return { kind: 'allowed', names: read.allowedAttributes ?? [], ...limits }
  },
  ReturnMappedAttributeReleasePolicy: (document, place) => {
    const { read, limits } = policyFields(document, { allowedAttributes: mapOf(releasedName) }, place)
    return { kind: 'mapped', names: read.allowedAttributes ?? {}, ...limits }
  },
  PatternMatchingAttributeReleasePolicy: (document, place) => {
    const { read, limits } = policyFields(document, { allowedAttributes: mapOf(patternRule) }, place)
    return { kind: 'pattern', rules: read.allowedAttributes ?? {}, ...limits }
  },
  ReturnStaticAttributeReleasePolicy: (document, place) => {
    const { read, limits } = policyFields(document, { allowedAttributes: mapOf(plainTexts) }, place)
    return { kind: 'static', attributes: read.allowedAttributes ?? {}, ...limits }
  },
  DenyAllAttributeReleasePolicy: (document, place) => {
    policyFields(document, {}, place)
    return { kind: 'denied' }
  },
}

const singlePolicy = oneOfClasses<SingleRelease>(singlePolicies)

const mergedOtherwise = ['none', 'source', 'destination']

/** In any case: Apereo CAS 5 wrote the names in lower case. */
const mergingPolicy: Reader<ReleaseChain['merging']> = (value, place) => {
  const name = typeof value === 'string' ? value.toLowerCase() : undefined
  if (name === 'replace' || name === 'add' || name === 'multivalued') return name
  if (name !== undefined && mergedOtherwise.includes(name)) {
    return refuse(place, `${value} is not honoured: write REPLACE, ADD or MULTIVALUED`)
  }
  return refuseName(place, value, ['REPLACE', 'ADD', 'MULTIVALUED'])
}

/** The policies of a chain, by their `order` and then as they stand. */
const chainedPolicies: Reader<readonly SingleRelease[]> = (value, place) => {
  if (!Array.isArray(value)) return refuse(place, 'must be a list')
  const policies = value.flatMap((item: unknown, i) => {
    const policy = singlePolicy(item, inside(place, String(i)))
    return policy === undefined ? [] : [{ policy, order: isDocument(item) ? Number(item['order'] ?? 0) : 0 }]
  })
  return policies.toSorted((a, b) => a.order - b.order).map(({ policy }) => policy)
}

/** Reads `attributeReleasePolicy`. */
export const attributeReleasePolicy: Reader<ReleasePolicy> = oneOfClasses<ReleasePolicy>({
  ...singlePolicies,
  ChainingAttributeReleasePolicy: (document, place) => {
    const table = { policies: chainedPolicies, mergingPolicy, order: meaningless }
    const { policies = [], mergingPolicy: merging = 'replace' } = strictFields(document, table, place)
    return { kind: 'chain', merging, policies }
  },
})

const canonicalization: Reader<'lower' | 'upper' | 'none'> = (value, place) => {
  if (value === 'NONE') return 'none'
  if (value === 'LOWER') return 'lower'
  if (value === 'UPPER') return 'upper'
  return refuseName(place, value, ['NONE', 'LOWER', 'UPPER'])
}

const usernameTable = {
  canonicalizationMode: canonicalization,
  encryptUsername: unsupportedFlag('user names are not encrypted'),
  scope: nullable(unsupported('is not honoured: the service would see another user name')),
  removePattern: nullable(unsupported('is not honoured: the service would see another user name')),
}

function caseOf(mode: 'lower' | 'upper' | 'none' | undefined) {
  return mode === undefined || mode === 'none' ? {} : { canonicalization: mode }
}

/** Apereo makes a salt up where none is stored: every server of a pool would know a user by another name. */
const persistentIdGenerator: Reader<{ readonly salt: string; readonly attribute?: string }> = oneOfClasses({
  ShibbolethCompatiblePersistentIdGenerator: (document, place) => {
    const { salt, attribute } = strictFields(document, { salt: filledText, attribute: text }, place)
    if (salt === undefined) return missing(place, 'salt')
    return attribute === undefined || attribute.trim() === '' ? { salt } : { salt, attribute }
  },
})

/** Why a text names no attribute for user names: since version 8, an Apereo CAS takes it for several. */
export const usernameAttributeProblem = (attribute: string): string | undefined =>
  attribute.includes(',')
    ? 'names several attributes, of which an Apereo CAS takes the first that a user has: name one'
    : undefined

/** Reads `usernameAttributeProvider`. */
export const usernameAttributeProvider: Reader<UsernameProvider> = oneOfClasses<UsernameProvider>({
  DefaultRegisteredServiceUsernameProvider: (document, place) => {
    const read = strictFields(document, usernameTable, place)
    return { kind: 'default', ...caseOf(read.canonicalizationMode) }
  },
  PrincipalAttributeRegisteredServiceUsernameProvider: (document, place) => {
    const read = strictFields(document, { ...usernameTable, usernameAttribute: text }, place)
    const attribute = read.usernameAttribute
    const at = inside(place, 'usernameAttribute')
    if (attribute === undefined || attribute === '') return refuse(at, 'must name an attribute')
    const problem = usernameAttributeProblem(attribute)
    if (problem !== undefined) return refuse(at, problem)
    return { kind: 'attribute', attribute, ...caseOf(read.canonicalizationMode) }
  },
  AnonymousRegisteredServiceUsernameAttributeProvider: (document, place) => {
    const read = strictFields(document, { ...usernameTable, persistentIdGenerator }, place)
    const generator = read.persistentIdGenerator ?? missing(place, 'persistentIdGenerator')
    return generator && { kind: 'anonymous', ...generator, ...caseOf(read.canonicalizationMode) }
  },
  StaticRegisteredServiceUsernameProvider: (document, place) => {
    const read = strictFields(document, { ...usernameTable, value: plainText }, place)
    const value = read.value ?? missing(place, 'value')
    return value === undefined ? undefined : { kind: 'static', value, ...caseOf(read.canonicalizationMode) }
  },
})
