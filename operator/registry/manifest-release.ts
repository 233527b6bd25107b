/** What a definition releases, as a CasService says it: the inverse of `release.ts`. Pure. */
import type {
  ReleasePolicy,
  SingleRelease,
  UsernameProvider,
} from '../../common/documents/service-definition.ts'
import type { AttributeReleaseSpec, ChainedReleaseSpec, UsernameSpec } from '../api/cas-service.ts'
import { present } from './present.ts'

const mergings = { replace: 'Replace', add: 'Add', multivalued: 'Multivalued' } as const

/** Undefined where a CasService need not say anything. */
export function attributesSpec(release: ReleasePolicy): AttributeReleaseSpec | undefined {
  if (release.kind !== 'chain') {
    const spec = singleSpec(release)
    const isDefault = spec.policy === 'Allowed' && Object.keys(spec).length === 1
    return isDefault ? undefined : spec
  }
  // A chain of nothing releases nothing, not even what the configuration releases to everybody.
  if (release.policies.length === 0) return { policy: 'Allowed', excludeDefaults: true }
  const { merging } = release
  const policies = release.policies.map(singleSpec)
  return {
    policy: 'Chain',
    chain: { ...(merging === 'replace' ? {} : { merging: mergings[merging] }), policies },
  }
}

function singleSpec(release: SingleRelease): ChainedReleaseSpec {
  if (release.kind === 'denied') return { policy: 'Denied' }
  return {
    ...ruleSpec(release),
    ...present('valuePattern', release.valuePattern),
    ...(release.excludesDefaults === true ? { excludeDefaults: true } : {}),
    ...(release.withholdsProtocolAttributes === true ? { protocolAttributes: false } : {}),
  }
}

/** Rules over no attribute at all are `Allowed` without names. */
function ruleSpec(release: SingleRelease): ChainedReleaseSpec {
  switch (release.kind) {
    case 'all':
      return { policy: 'All' }
    case 'allowed':
      return release.names.length === 0
        ? { policy: 'Allowed' }
        : { policy: 'Allowed', allowed: release.names }
    case 'mapped':
      return mappedSpec(release.names)
    case 'pattern':
      return isNothing(release.rules) ? { policy: 'Allowed' } : { policy: 'Pattern', patterns: release.rules }
    case 'static':
      return isNothing(release.attributes)
        ? { policy: 'Allowed' }
        : { policy: 'Static', static: release.attributes }
    case 'denied':
      return { policy: 'Denied' }
  }
}

const isNothing = (map: object): boolean => Object.keys(map).length === 0

/** One name is the same as a list of one; an attribute under no name is not released. */
function mappedSpec(names: Readonly<Record<string, string | readonly string[]>>): ChainedReleaseSpec {
  const lists = Object.entries(names)
    .map(([from, to]) => [from, [to].flat()] as const)
    .filter(([, to]) => to.length > 0)
  if (lists.length === 0) return { policy: 'Allowed' }
  const isSingle = lists.every(([, to]) => to.length === 1)
  if (!isSingle) return { policy: 'MultiMapped', multiMapped: Object.fromEntries(lists) }
  return { policy: 'Mapped', mapped: Object.fromEntries(lists.map(([from, to]) => [from, to[0] ?? ''])) }
}

const cases = { lower: 'Lower', upper: 'Upper' } as const

/** Undefined where a CasService need not say anything. */
export function usernameSpec(username: UsernameProvider): UsernameSpec | undefined {
  const { canonicalization } = username
  const spec = {
    ...providerSpec(username),
    ...present('canonicalization', canonicalization && cases[canonicalization]),
  }
  return isNothing(spec) ? undefined : spec
}

function providerSpec(username: UsernameProvider): UsernameSpec {
  switch (username.kind) {
    case 'default':
      return {}
    case 'attribute':
      return { attribute: username.attribute }
    case 'anonymous':
      return { anonymous: { salt: username.salt, ...present('attribute', username.attribute) } }
    case 'static':
      return { static: username.value }
  }
}
