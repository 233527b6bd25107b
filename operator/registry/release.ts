/** What a CasService releases of its users, as CAS knows it. Pure. */
import type {
  ReleasePolicy,
  SingleRelease,
  UsernameProvider,
} from '../../common/documents/service-definition.ts'
import type { AttributeReleaseSpec, ChainedReleaseSpec, UsernameSpec } from '../api/cas-service.ts'
import { present } from './present.ts'

const mergings = { Replace: 'replace', Add: 'add', Multivalued: 'multivalued' } as const

/** Without a policy nothing is released. */
export function releasePolicy(attributes: AttributeReleaseSpec | undefined): ReleasePolicy {
  if (attributes === undefined) return { kind: 'allowed', names: [] }
  const { policy, ...rest } = attributes
  if (policy !== 'Chain') return singleRelease({ policy, ...rest })
  const { merging = 'Replace', policies = [] } = attributes.chain ?? {}
  return { kind: 'chain', merging: mergings[merging], policies: policies.map(singleRelease) }
}

function singleRelease(spec: ChainedReleaseSpec): SingleRelease {
  if (spec.policy === 'Denied') return { kind: 'denied' }
  return {
    ...releaseRule(spec),
    ...present('valuePattern', spec.valuePattern),
    ...present('excludesDefaults', spec.excludeDefaults === true ? true : undefined),
    ...present('withholdsProtocolAttributes', spec.protocolAttributes === false ? true : undefined),
  }
}

function releaseRule(spec: ChainedReleaseSpec): SingleRelease {
  switch (spec.policy) {
    case 'All':
      return { kind: 'all' }
    case 'Mapped':
      return { kind: 'mapped', names: spec.mapped ?? {} }
    case 'MultiMapped':
      return { kind: 'mapped', names: spec.multiMapped ?? {} }
    case 'Pattern':
      return { kind: 'pattern', rules: spec.patterns ?? {} }
    case 'Static':
      return { kind: 'static', attributes: spec.static ?? {} }
    default:
      return { kind: 'allowed', names: spec.allowed ?? [] }
  }
}

/** Without a choice, the name that was signed in with. */
export function usernameProvider(spec: UsernameSpec): UsernameProvider {
  return { ...providerOf(spec), ...caseOf(spec) }
}

function providerOf({ attribute, anonymous, static: value }: UsernameSpec): UsernameProvider {
  if (attribute !== undefined) return { kind: 'attribute', attribute }
  if (anonymous !== undefined) {
    return { kind: 'anonymous', salt: anonymous.salt, ...present('attribute', anonymous.attribute) }
  }
  return value === undefined ? { kind: 'default' } : { kind: 'static', value }
}

function caseOf({ canonicalization }: UsernameSpec): Pick<UsernameProvider, 'canonicalization'> {
  if (canonicalization === 'Lower') return { canonicalization: 'lower' }
  return canonicalization === 'Upper' ? { canonicalization: 'upper' } : {}
}
