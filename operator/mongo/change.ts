/** Changes of a replica set's configuration, each small enough for one reconfiguration. */
import { type ConfigMember, failoverSettings, type SetConfig } from './facts.ts'

export type Change =
  /** A newcomer gets no vote: it has no data yet. */
  | { readonly kind: 'add'; readonly host: string }
  | { readonly kind: 'promote'; readonly host: string }
  | { readonly kind: 'remove'; readonly host: string }
  | { readonly kind: 'settings' }

/** The configuration of a new set: all members vote from the start, since all are equally empty. */
export function firstConfig(setName: string, hosts: readonly string[]): Omit<SetConfig, 'version'> {
  return {
    _id: setName,
    members: hosts.map((host, _id) => ({ _id, host, votes: 1, priority: 1 })),
    settings: failoverSettings,
  }
}

/**
 * The next version of a configuration. Fields that we do not know stay as they are; the term is left out, so that
 * the primary fills in its own.
 */
export function changeConfig(config: SetConfig, change: Change): SetConfig {
  const { term: _, ...rest } = config
  const next = { ...rest, version: config.version + 1 }
  if (change.kind === 'settings') return { ...next, settings: { ...config.settings, ...failoverSettings } }
  return { ...next, members: changeMembers(config.members, change) }
}

function changeMembers(
  members: readonly ConfigMember[],
  change: Exclude<Change, { kind: 'settings' }>,
): readonly ConfigMember[] {
  switch (change.kind) {
    case 'add':
      return [...members, { _id: freeId(members), host: change.host, votes: 0, priority: 0 }]
    case 'promote':
      return members.map((member) =>
        member.host === change.host ? { ...member, votes: 1, priority: 1 } : member,
      )
    case 'remove':
      return members.filter(({ host }) => host !== change.host)
  }
}

/** Ids go from 0 to 255. One that was just freed is not given again at once: a member that missed the removal knows it. */
function freeId(members: readonly ConfigMember[]): number {
  const taken = new Set(members.map(({ _id }) => _id))
  const next = Math.max(-1, ...taken) + 1
  if (next <= 255) return next
  let id = 0
  while (taken.has(id)) id += 1
  return id
}

/** The members that elect a primary and whose writes count. */
export const voters = (config: SetConfig): readonly ConfigMember[] =>
  config.members.filter(({ votes }) => votes > 0)

/** How many voters it takes to elect a primary and to commit a write. */
export const majorityOf = (voterCount: number): number => Math.floor(voterCount / 2) + 1
