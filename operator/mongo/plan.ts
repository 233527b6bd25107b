/**
 * The replica set planner: what was observed and what is wanted give exactly one next step, or the reason why there
 * is none. It never asks anybody, never waits, and remembers nothing: after each step the set is observed anew.
 *
 * What it promises: a set is initiated only where no set ever was; one reconfiguration changes at most one vote;
 * none leaves fewer healthy voters than a majority needs; a newcomer votes only when it has the data; the primary
 * hands over before it is removed.
 */
import { type Change, changeConfig, majorityOf, voters } from './change.ts'
import {
  type ConfigMember,
  failoverSettings,
  isCaughtUp,
  type ObservedMember,
  type ObservedSet,
  type PrimaryView,
  type SetConfig,
  type WantedMember,
} from './facts.ts'

export type WantedSet = {
  readonly setName: string
  /** In order of their ordinals: the first one initiates the set. */
  readonly members: readonly WantedMember[]
  /** A set of this name was seen before. Then members without data mean lost data, and no new set is made. */
  readonly recorded: boolean
}

export type Step =
  | { readonly kind: 'initiate'; readonly through: string; readonly hosts: readonly string[] }
  /** Makes the user, or gives it the wanted password and roles. Through `__system`. */
  | { readonly kind: 'ensureUser'; readonly user: 'operator' | 'server'; readonly primary: string }
  /** `from` is the configuration that the plan was made for; a step that finds another one does nothing. */
  | {
      readonly kind: 'reconfigure'
      readonly primary: string
      readonly change: Change
      readonly from: { readonly version: number; readonly term: number | undefined }
    }
  /** The primary hands over to another member and does not come back for half a minute. */
  | { readonly kind: 'stepDown'; readonly primary: string }

export type WaitReason =
  | 'MembersStarting'
  | 'NoPrimary'
  /** All members find themselves in no configuration, as after their addresses changed. */
  | 'MembersRemoved'
  | 'PrimaryNotReadable'
  | 'ConfigNotCommitted'
  | 'MemberSyncing'
  | 'MemberUnhealthy'
  | 'MajorityAtRisk'
  | 'NoElectableSecondary'

export type StalledReason =
  /** A set was recorded, and every member is empty. */
  | 'DataLost'
  /** A member belongs to a set of another name. */
  | 'ForeignSet'
  /** A member is in the set already, under another address than the wanted one. */
  | 'AddressChanged'
  /** No primary can be elected: most electable members are gone for good. Needs a forced reconfiguration by hand. */
  | 'MajorityLost'

/** `primary` of a wait: the set serves all the same. */
export type Plan =
  | { readonly kind: 'step'; readonly step: Step }
  | { readonly kind: 'settled'; readonly primary: string }
  | {
      readonly kind: 'wait'
      readonly reason: WaitReason
      readonly message: string
      readonly primary: string | undefined
    }
  | { readonly kind: 'stalled'; readonly reason: StalledReason; readonly message: string }

/** What is known about a set that has a primary which answers. */
type Served = {
  readonly observed: ObservedSet
  readonly wanted: WantedSet
  readonly primary: string
  readonly view: PrimaryView
}

/** The one next step towards the wanted set. */
export function planNextStep(observed: ObservedSet, wanted: WantedSet): Plan {
  const foreign = observed.members.find((member) => isForeign(member, wanted.setName))
  if (foreign !== undefined) {
    return stalled('ForeignSet', `${foreign.name} holds data of another replica set than ${wanted.setName}`)
  }
  const { primary, view } = observed
  if (primary === undefined) return planWithoutPrimary(observed, wanted)
  if (observed.users.operator === 'refused') return step({ kind: 'ensureUser', user: 'operator', primary })
  if (view === undefined) {
    return wait('PrimaryNotReadable', `${primary}: ${observed.viewDetail ?? 'no answer'}`, primary)
  }
  if (observed.users.server === 'refused') return step({ kind: 'ensureUser', user: 'server', primary })
  return planWithPrimary({ observed, wanted, primary, view })
}

function isForeign({ answer }: ObservedMember, setName: string): boolean {
  return answer.kind === 'member' && answer.setName !== undefined && answer.setName !== setName
}

function planWithoutPrimary(observed: ObservedSet, wanted: WantedSet): Plan {
  const asked = observed.members.filter(({ host }) => isWanted(host, wanted))
  const silent = asked.filter(({ answer }) => answer.kind === 'unreachable')
  if (observed.members.some(({ answer }) => answer.kind === 'member')) return planElection(observed, wanted)
  if (silent.length > 0 || asked.length < wanted.members.length) {
    return wait('MembersStarting', `not reached yet: ${names(silent) || 'members that are yet to start'}`)
  }
  if (wanted.recorded) {
    const message = `replica set ${wanted.setName} existed, but no member holds its data`
    return stalled('DataLost', `${message}: restore the volumes or a backup`)
  }
  const hosts = wanted.members.map(({ host }) => host)
  const through = hosts[0]
  if (through === undefined) throw new TypeError('a replica set has at least one member')
  return step({ kind: 'initiate', through, hosts })
}

/** Members with data, but no primary: they elect one by themselves as long as a majority can come together. */
function planElection(observed: ObservedSet, wanted: WantedSet): Plan {
  const electable = observed.electableHosts
  const gone = observed.members.filter(
    ({ host, answer }) =>
      answer.kind === 'unreachable' && electable.includes(host) && !isWanted(host, wanted),
  )
  if (electable.length > 0 && electable.length - gone.length < majorityOf(electable.length)) {
    return stalled('MajorityLost', `no primary can be elected without ${names(gone)}`)
  }
  const states = observed.members.map(({ name, answer }) => `${name} is ${stateOf(answer)}`)
  if (observed.members.every(({ answer }) => answer.kind === 'member' && answer.state === 'REMOVED')) {
    const message = `no member finds its address in the configuration of ${wanted.setName}`
    return wait('MembersRemoved', `${message}: it comes up under its former addresses only`)
  }
  return wait('NoPrimary', `no primary: ${states.join(', ')}`)
}

/** One thing at a time, and the safest first: more voters with data, then fewer members. */
function planWithPrimary(set: Served): Plan {
  const { view, primary } = set
  if (!view.configCommitted) {
    return wait('ConfigNotCommitted', 'the last configuration has not reached a majority yet', primary)
  }
  if (!hasFailoverSettings(view.config)) return reconfigure(set, { kind: 'settings' })
  const growth = planGrowth(set)
  if (growth.kind === 'step' || growth.kind === 'stalled') return growth
  const shrink = planShrink(set, growth.kind === 'settled')
  if (shrink.kind !== 'settled') return shrink
  if (growth.kind !== 'settled') return growth
  return planHealth(set)
}

/** Newcomers join without a vote, and get it when they have the data. */
function planGrowth(set: Served): Plan {
  const { config } = set.view
  const configured = new Map(config.members.map((member) => [member.host, member]))
  const silent = set.wanted.members.filter(({ host }) => configured.get(host)?.votes === 0)
  const ready = silent.find(({ host }) => isCaughtUpAt(host, set))
  if (ready !== undefined) {
    const plan = reconfigure(set, { kind: 'promote', host: ready.host })
    if (plan.kind === 'step') return plan
  }
  const newcomers = set.wanted.members.filter(({ host }) => !configured.has(host))
  const renamed = newcomers.find(({ host }) => servesAlready(answerOf(host, set.observed)))
  if (renamed !== undefined) {
    return stalled('AddressChanged', `${renamed.host} is a member under another address`)
  }
  const arrived = newcomers.find((member) => isReachable(member.host, set.observed))
  if (arrived !== undefined) return reconfigure(set, { kind: 'add', host: arrived.host })
  if (newcomers.length > 0) {
    return wait('MembersStarting', `not reached yet: ${names(newcomers)}`, set.primary)
  }
  if (ready !== undefined) return reconfigure(set, { kind: 'promote', host: ready.host })
  if (silent.length > 0) return wait('MemberSyncing', `copying data: ${names(silent)}`, set.primary)
  return { kind: 'settled', primary: set.primary }
}

/**
 * Leavers go one at a time, those that carry least first and the primary last, after it handed over. While the set
 * is not complete yet, only leavers go that do not carry it anyway.
 */
function planShrink(set: Served, complete: boolean): Plan {
  const leavers = set.view.config.members.filter(({ host }) => !isWanted(host, set.wanted))
  const [first] = leavers
    .filter((member) => complete || !carries(member, set.view))
    .toSorted((a, b) => weight(a, set) - weight(b, set) || b._id - a._id)
  if (first === undefined) return { kind: 'settled', primary: set.primary }
  if (first.host !== set.primary) return reconfigure(set, { kind: 'remove', host: first.host })
  const heir = voters(set.view.config).find(({ host }) => host !== set.primary && isCaughtUpAt(host, set))
  if (heir !== undefined) return step({ kind: 'stepDown', primary: set.primary })
  return wait('NoElectableSecondary', `${set.primary} is to leave and nobody can take over`, set.primary)
}

/** Members without vote before those that do not answer, these before healthy ones, and the primary last. */
function weight(member: ConfigMember, set: Served): number {
  if (member.votes === 0) return 0
  if (!carries(member, set.view)) return 1
  return member.host === set.primary ? 3 : 2
}

/** The configuration is as wanted: are the members, too? */
function planHealth(set: Served): Plan {
  const ill = set.wanted.members.filter(({ host }) => !isCaughtUpAt(host, set))
  if (ill.length === 0) return { kind: 'settled', primary: set.primary }
  const states = ill.map(({ name, host }) => `${name} is ${stateOf(answerOf(host, set.observed))}`)
  return wait('MemberUnhealthy', states.join(', '), set.primary)
}

/** A reconfiguration, unless too few voters of the old or the new configuration could carry it. */
function reconfigure(set: Served, change: Change): Plan {
  const { config } = set.view
  for (const { members, _id } of [config, changeConfig(config, change)]) {
    const all = members.filter(({ votes }) => votes > 0)
    const healthy = all.filter((member) => carries(member, set.view)).length
    if (healthy >= majorityOf(all.length) && all.length <= 7) continue
    const message = `${change.kind}: ${healthy} of ${all.length} voters of ${_id} would be healthy`
    return wait('MajorityAtRisk', message, set.primary)
  }
  const from = { version: config.version, term: config.term }
  return step({ kind: 'reconfigure', primary: set.primary, change, from })
}

function hasFailoverSettings({ settings = {} }: SetConfig): boolean {
  return Object.entries(failoverSettings).every(([name, value]) => Number(settings[name]) === value)
}

/** A voter that can acknowledge writes now, by the primary's word. */
function carries({ host, votes }: ConfigMember, view: PrimaryView): boolean {
  const seen = view.members.find((member) => member.host === host)
  return votes > 0 && seen?.healthy === true && (seen.state === 'PRIMARY' || seen.state === 'SECONDARY')
}

function isCaughtUpAt(host: string, { observed }: Served): boolean {
  return isCaughtUp(answerOf(host, observed))
}

const isReachable = (host: string, observed: ObservedSet): boolean =>
  answerOf(host, observed).kind !== 'unreachable'

/** Its set counts on it; a member that was removed, or is still starting, names no set. */
const servesAlready = (answer: ObservedMember['answer']): boolean =>
  answer.kind === 'member' && answer.setName !== undefined

const isWanted = (host: string, { members }: WantedSet): boolean =>
  members.some((member) => member.host === host)

function answerOf(host: string, { members }: ObservedSet): ObservedMember['answer'] {
  const member = members.find((observed) => observed.host === host)
  return member?.answer ?? { kind: 'unreachable', detail: 'not asked' }
}

function stateOf(answer: ObservedMember['answer']): string {
  if (answer.kind === 'unreachable') return `unreachable (${answer.detail})`
  if (answer.kind === 'uninitialized') return 'empty'
  return answer.lagSeconds ? `${answer.state} (${answer.lagSeconds} s behind)` : answer.state
}

const names = (members: readonly { name: string }[]): string => members.map(({ name }) => name).join(', ')

const step = (next: Step): Plan => ({ kind: 'step', step: next })

const wait = (reason: WaitReason, message: string, primary?: string): Plan => ({
  kind: 'wait',
  reason,
  message,
  primary,
})

const stalled = (reason: StalledReason, message: string): Plan => ({ kind: 'stalled', reason, message })
