/** Generated definitions, for tests. */
import fc from 'fast-check'
import { wholeMatch } from '../definition-matching.ts'
import type { ServiceDefinition, SingleRelease } from '../service-definition.ts'

const name = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9:._-]{0,20}$/)
const words = fc.string({ minLength: 1 }).filter((text) => text.trim() !== '')
const wordsOrBlank = fc.oneof({ weight: 4, arbitrary: words }, fc.constantFrom('', ' '))
const optional = <T>(key: string, value: fc.Arbitrary<T>) =>
  fc.option(
    value.map((v) => ({ [key]: v })),
    { nil: {} },
  )

const flags = fc.tuple(
  optional('valuePattern', words),
  optional('excludesDefaults', fc.constant(true)),
  optional('withholdsProtocolAttributes', fc.constant(true)),
)
const singleRelease: fc.Arbitrary<SingleRelease> = fc.oneof(
  fc.constant({ kind: 'denied' as const }),
  fc
    .tuple(
      fc.oneof(
        fc.constant({ kind: 'all' as const }),
        fc.record({ kind: fc.constant('allowed' as const), names: fc.array(name) }),
        fc.record({
          kind: fc.constant('mapped' as const),
          names: fc.dictionary(name, fc.oneof(name, fc.array(name, { minLength: 1 }))),
        }),
        fc.record({
          kind: fc.constant('pattern' as const),
          rules: fc.dictionary(name, fc.record({ pattern: words, transform: name })),
        }),
        fc.record({
          kind: fc.constant('static' as const),
          attributes: fc.dictionary(name, fc.array(name)),
        }),
      ),
      flags,
    )
    .map(([rule, limits]) => Object.assign({}, rule, ...limits) as SingleRelease),
)

/** Any definition that a document can hold; its patterns need not be ones that can be run. */
export const definitions: fc.Arbitrary<ServiceDefinition> = fc
  .tuple(
    fc.record({
      id: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      name: words,
      serviceId: words.map(wholeMatch),
      evaluationOrder: fc.integer(),
      access: fc
        .tuple(
          fc.record({
            enabled: fc.boolean(),
            ssoEnabled: fc.boolean(),
            requireAllAttributes: fc.boolean(),
            caseInsensitive: fc.boolean(),
            // At least one that is not blank: a document without any is refused.
            requiredAttributes: fc.dictionary(
              name,
              fc
                .array(wordsOrBlank, { minLength: 1 })
                .filter((list) => list.some((text) => text.trim() !== '')),
            ),
            rejectedAttributes: fc.dictionary(name, fc.array(fc.oneof(fc.string(), wordsOrBlank))),
          }),
          optional('unauthorizedRedirectUrl', words),
          optional('notBefore', fc.integer({ min: 0, max: 2_000_000_000_000 })),
          optional('notAfter', fc.integer({ min: 2_000_000_000_000, max: 4_000_000_000_000 })),
        )
        .map(([access, ...others]) => Object.assign({}, access, ...others)),
      release: fc.oneof(
        singleRelease,
        fc.record({
          kind: fc.constant('chain' as const),
          merging: fc.constantFrom('replace' as const, 'add' as const, 'multivalued' as const),
          policies: fc.array(singleRelease, { maxLength: 4 }),
        }),
      ),
      username: fc.oneof(
        fc.constant({ kind: 'default' as const }),
        fc.record({ kind: fc.constant('attribute' as const), attribute: name }),
        fc.constant({ kind: 'attribute' as const, attribute: 'uid', canonicalization: 'lower' as const }),
        fc
          .tuple(
            fc.record({ kind: fc.constant('anonymous' as const), salt: words }),
            optional('attribute', name),
          )
          .map(([base, attribute]) => ({ ...base, ...attribute })),
        fc.record({ kind: fc.constant('static' as const), value: name }),
      ),
      proxy: fc.constantFrom(
        { kind: 'refuse' as const },
        { kind: 'matching' as const, pattern: '^https://a/.*$' },
      ),
      logout: fc
        .tuple(
          fc.record({
            type: fc.constantFrom('none' as const, 'backChannel' as const, 'frontChannel' as const),
          }),
          optional('url', words),
        )
        .map(([type, url]) => ({ ...type, ...url })),
      contacts: fc.array(
        fc.tuple(fc.record({ name: words }), optional('email', words)).map(([a, b]) => ({ ...a, ...b })),
      ),
    }),
    optional('description', words),
    optional('theme', words),
    optional('expiresAt', fc.integer({ min: 0, max: 4_000_000_000_000 })),
    optional('responseType', fc.constantFrom('redirect' as const, 'post' as const, 'header' as const)),
    optional(
      'tickets',
      fc
        .tuple(
          fc.record({ serviceTicketSeconds: fc.integer({ min: 1, max: 86_400 }) }),
          optional('proxyTicketSeconds', fc.integer({ min: 1, max: 86_400 })),
          optional('proxyGrantingTicketSeconds', fc.integer({ min: 1, max: 1_000_000 })),
          optional('sessionSeconds', fc.integer({ min: 1, max: 1_000_000 })),
        )
        .map(([st, pt, pgt, session]) => ({ ...st, ...pt, ...pgt, ...session })),
    ),
  )
  .map(([base, ...others]) => Object.assign({}, base, ...others) as ServiceDefinition)
