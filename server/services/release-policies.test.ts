import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { defaultAccess } from '../../common/documents/definition-policies.ts'
import { defaultConfig } from '../../common/documents/properties.ts'
import type {
  ReleasePolicy,
  ServiceDefinition,
  SingleRelease,
} from '../../common/documents/service-definition.ts'
import type { Attributes } from '../tickets/ticket.ts'
import { releasedPrincipal, releasesProtocolAttributes } from './release.ts'

const held: Attributes = {
  mail: ['Anna@x.org', 'spam'],
  cn: ['Anna'],
  memberOf: ['CN=admins,OU=it', 'CN=staff,OU=hr', 'nobody'],
}

const definitionWith = (release: ReleasePolicy): ServiceDefinition => ({
  id: 1n,
  name: 'app',
  serviceId: '.*',
  evaluationOrder: 0,
  access: defaultAccess,
  release,
  username: { kind: 'default' },
  proxy: { kind: 'refuse' },
  logout: { type: 'none' },
  contacts: [],
})

function released(
  release: ReleasePolicy,
  { user = held, defaults = [] as readonly string[] } = {},
): Attributes {
  const facts = { service: 'https://app.example.org/', config: { defaultReleasedAttributes: defaults } }
  return releasedPrincipal(definitionWith(release), { user: 'anna', attributes: user }, facts).attributes
}

const rules = (pattern: string, transform: string) => ({ memberOf: { pattern, transform } })

describe('a policy', () => {
  it('finds attributes without regard to case, and gives them the name that it says', () => {
    expect(released({ kind: 'allowed', names: ['MAIL', 'CN'] })).toEqual({ MAIL: held['mail'], CN: ['Anna'] })
  })

  it('rewrites values in which its pattern is found, and leaves the others out', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Apereo's way to name a group
    expect(released({ kind: 'pattern', rules: rules('^cn=(\\w+),OU=(\\w+)', '${1}@${2}/${0}') })).toEqual({
      memberOf: ['admins@it/CN=admins,OU=it', 'staff@hr/CN=staff,OU=hr'],
    })
  })

  it('does not expand a value that looks like a template, nor a group that is not there', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Apereo's way to name a group
    const transform = '${1}${2}${9}'
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what somebody is called
    const memberOf = ['${2}x']
    expect(
      released({ kind: 'pattern', rules: rules('^(.{4})(.)$', transform) }, { user: { memberOf } }),
    ).toEqual({ memberOf })
  })

  it('releases nothing by a pattern that leaves nothing, or cannot be run', () => {
    expect(released({ kind: 'pattern', rules: rules('nowhere', 'x') })).toEqual({})
    expect(released({ kind: 'pattern', rules: rules('(', 'x') })).toEqual({})
    expect(released({ kind: 'all', valuePattern: '(' })).toEqual({})
  })

  it('releases the same to every user', () => {
    expect(released({ kind: 'static', attributes: { org: ['Example'] } }, { user: {} })).toEqual({
      org: ['Example'],
    })
  })

  it('releases only values that match its filter as a whole, and no attribute without values', () => {
    expect(released({ kind: 'all', valuePattern: '[A-Z]+' })).toEqual({
      mail: ['spam'],
      cn: ['Anna'],
      memberOf: ['nobody'],
    })
    expect(released({ kind: 'allowed', names: ['cn'], valuePattern: 'ann' })).toEqual({})
  })

  it('releases what the pool releases to everybody, unless it excludes that or denies all', () => {
    const defaults = ['cn', 'phone']
    const names = ['mail']
    expect(released({ kind: 'allowed', names }, { defaults })).toEqual({ cn: ['Anna'], mail: held['mail'] })
    expect(Object.keys(released({ kind: 'allowed', names, excludesDefaults: true }, { defaults }))).toEqual(
      names,
    )
    expect(released({ kind: 'denied' }, { defaults })).toEqual({})
  })
})

describe('a chain', () => {
  const policies: readonly SingleRelease[] = [
    { kind: 'allowed', names: ['mail', 'cn'] },
    { kind: 'static', attributes: { mail: ['other@x.org', 'spam'] } },
  ]

  it.each([
    ['replace', ['other@x.org', 'spam']],
    ['add', ['Anna@x.org', 'spam']],
    ['multivalued', ['Anna@x.org', 'spam', 'other@x.org']],
  ] as const)('merges by %s', (merging, mail) => {
    expect(released({ kind: 'chain', merging, policies })).toEqual({ mail, cn: ['Anna'] })
  })

  it('lets a policy see what the ones before it released', () => {
    const renamed: SingleRelease = { kind: 'mapped', names: { mail: 'email' } }
    const filtered: SingleRelease = { kind: 'mapped', names: { email: 'address' }, valuePattern: '.+@.+' }
    expect(released({ kind: 'chain', merging: 'replace', policies: [renamed, filtered] })).toEqual({
      email: held['mail'],
      address: ['Anna@x.org'],
    })
  })

  it('releases nothing without policies', () => {
    expect(released({ kind: 'chain', merging: 'replace', policies: [] })).toEqual({})
  })
})

describe('protocol attributes', () => {
  it.each<[string, ReleasePolicy, boolean]>([
    ['are released', { kind: 'allowed', names: [] }, true],
    ['are withheld by a policy that says so', { kind: 'all', withholdsProtocolAttributes: true }, false],
    ['are withheld where nothing is released', { kind: 'denied' }, false],
    [
      'are withheld by a chain of which one policy says so',
      {
        kind: 'chain',
        merging: 'add',
        policies: [{ kind: 'all' }, { kind: 'all', withholdsProtocolAttributes: true }],
      },
      false,
    ],
  ])('%s', (_title, release, expected) => {
    const definition = definitionWith(release)
    expect(releasesProtocolAttributes(definition, defaultConfig)).toBe(expected)
    expect(releasesProtocolAttributes(definition, { protocolAttributesReleased: false })).toBe(false)
  })
})

const name = fc.constantFrom('mail', 'Mail', 'cn', 'memberOf', 'ou', '__proto__', 'constructor', 'toString')
const values = fc.array(fc.string({ maxLength: 4 }), { maxLength: 3 })
const maps = <T>(value: fc.Arbitrary<T>) =>
  fc.array(fc.tuple(name, value), { maxLength: 4 }).map((entries) => Object.fromEntries(entries))
const singles: fc.Arbitrary<SingleRelease> = fc
  .tuple(
    fc.oneof(
      fc.constant({ kind: 'denied' as const }),
      fc.record({ kind: fc.constant('allowed' as const), names: fc.array(name, { maxLength: 4 }) }),
      fc.record({ kind: fc.constant('mapped' as const), names: maps(fc.oneof(name, fc.array(name))) }),
      fc.record({
        kind: fc.constant('pattern' as const),
        rules: maps(fc.constant({ pattern: '(.)', transform: 'x' })),
      }),
      fc.record({ kind: fc.constant('static' as const), attributes: maps(values) }),
    ),
    fc.boolean(),
    fc.option(fc.constantFrom('.', '[a-m]*', 'x'), { nil: undefined }),
  )
  .map(([rule, excludesDefaults, valuePattern]) =>
    Object.assign({}, rule, excludesDefaults && { excludesDefaults }, valuePattern && { valuePattern }),
  )

/** Names that a policy may release, whoever the user is. */
function allowedNames(policy: SingleRelease, defaults: readonly string[]): readonly string[] {
  if (policy.kind === 'denied' || policy.kind === 'all') return []
  const own =
    policy.kind === 'allowed'
      ? policy.names
      : policy.kind === 'mapped'
        ? Object.values(policy.names).flat()
        : Object.keys(policy.kind === 'pattern' ? policy.rules : policy.attributes)
  return policy.excludesDefaults === true ? own : [...own, ...defaults]
}

describe('whatever a policy and a user hold', () => {
  const defaults = fc.array(name, { maxLength: 2 })

  it('no name is released that the policy does not allow, and no value that its filter does not', () => {
    fc.assert(
      fc.property(singles, maps(values), defaults, (policy, user, named) => {
        const result = released(policy, { user, defaults: named })
        const allowed = allowedNames(policy, named)
        expect(Object.keys(result).filter((own) => !allowed.includes(own))).toEqual([])
        const { valuePattern } = policy.kind === 'denied' ? { valuePattern: undefined } : policy
        const filter = new RegExp(`^(?:${valuePattern ?? '[^]*'})$`, 'i')
        expect(
          Object.values(result)
            .flat()
            .every((value) => filter.test(value)),
        ).toBe(true)
        expect(Object.values(result).every((found) => found.length > 0)).toBe(true)
      }),
    )
  })

  it('a chain releases nothing that none of its policies allows, and the order decides between them', () => {
    const mergings = fc.constantFrom('replace' as const, 'add' as const, 'multivalued' as const)
    fc.assert(
      fc.property(fc.array(singles, { maxLength: 4 }), mergings, maps(values), (policies, merging, user) => {
        const result = released({ kind: 'chain', merging, policies }, { user })
        const allowed = policies.flatMap((policy) => allowedNames(policy, []))
        expect(Object.keys(result).filter((own) => !allowed.includes(own))).toEqual([])
        const statics = policies.filter(
          (policy) => policy.kind === 'static' && policy.valuePattern === undefined,
        )
        if (statics.length !== policies.length || merging === 'multivalued') return
        const inOrder = merging === 'replace' ? statics.toReversed() : statics
        for (const [own, found] of Object.entries(result)) {
          const first = inOrder.find(
            (policy) => policy.kind === 'static' && (policy.attributes[own]?.length ?? 0) > 0,
          )
          expect(first?.kind === 'static' && first.attributes[own]).toEqual(found)
        }
      }),
    )
  })
})
