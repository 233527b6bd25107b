/** What a home keeps from one start to the next, and whether it may be used for these manifests. */
import { readdir } from 'node:fs/promises'
import type { Random } from '../common/clock.ts'
import { Fault } from '../common/fault.ts'
import { freePorts } from '../tools/system/ports.ts'
import { type Home, type HomeState, loadState, newState, saveState } from './home.ts'

export interface HomeToOpen {
  readonly home: Home
  /** `namespace/name` of the CasCluster. */
  readonly pool: string
  /** MongoDB members that it asks for. */
  readonly members: number
  readonly random: Random
}

/**
 * The state of the home: kept from an earlier start, or made now. Throws Fault, and changes nothing, where the data
 * belongs to another pool, cannot be opened any more, or has another number of members.
 */
export async function openState({ home, pool, members, random }: HomeToOpen): Promise<HomeState> {
  const kept = await loadState(home)
  if (kept === undefined && (await holdsData(home, members))) {
    throw new Fault(
      `${home.path} holds data of a pool, but ${home.state}, which opens it, is gone; put it back, or start over with --reset`,
      { code: 'STATE_LOST', retryable: false },
    )
  }
  if (kept?.replicaSet === undefined) {
    const fresh = newState({ pool, mongodbPorts: await freePorts(members) }, random)
    await saveState(home, fresh)
    return fresh
  }
  if (kept.pool !== undefined && kept.pool !== pool) throw otherPool(home, kept.pool, pool)
  if (kept.mongodbPorts.length !== members) {
    throw new Fault(
      `the pool in ${home.path} has ${kept.mongodbPorts.length} MongoDB members, the manifests ask for ${members}; ` +
        'the local pool does not change that: start over with --reset',
      { code: 'MEMBERS_CHANGED', retryable: false },
    )
  }
  if (kept.pool !== undefined) return kept
  const named = { ...kept, pool }
  await saveState(home, named)
  return named
}

/** Services and properties of the other one would stay in force, and no manifest would tell of them. */
function otherPool(home: Home, kept: string, wanted: string): Fault {
  return new Fault(
    `${home.path} holds the data of the CasCluster ${kept}, the manifests describe ${wanted}: ` +
      `${anotherHome}, or start over with --reset`,
    { code: 'HOME_OF_OTHER_POOL', retryable: false },
  )
}

export const anotherHome = 'use another home (--home, CASPOOL_HOME)'

/** Whether one of the mongods has written files. */
async function holdsData(home: Home, members: number): Promise<boolean> {
  const folders = Array.from({ length: members }, (_, member) => home.data(member))
  const names = await Promise.all(folders.map((folder) => readdir(folder)))
  return names.some((files) => files.length > 0)
}
