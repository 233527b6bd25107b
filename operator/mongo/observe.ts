/** Gathers the facts about a replica set: every member is asked at once, then the primary about the whole. */
import { reasonOf } from '../../common/fault.ts'
import { type Answer, type Connections, codes, refusalOf } from './connections.ts'
import type {
  MemberAnswer,
  MemberState,
  ObservedMember,
  PrimaryView,
  SetConfig,
  WantedMember,
} from './facts.ts'

/** What a member said to `hello`, in so far as it matters here. */
type Hello = {
  readonly isWritablePrimary?: boolean
  readonly secondary?: boolean
  /** Set on members without a valid configuration. */
  readonly isreplicaset?: boolean
  readonly setName?: string
  readonly setVersion?: number
  readonly hosts?: readonly string[]
  readonly passives?: readonly string[]
  readonly primary?: string
  readonly electionId?: { toHexString(): string }
  readonly lastWrite?: { readonly lastWriteDate: Date; readonly majorityWriteDate?: Date }
}

type Asked = WantedMember & { readonly hello: Hello | undefined; readonly answer: MemberAnswer }

/** What the members themselves say. */
export type MemberFacts = {
  readonly members: readonly ObservedMember[]
  readonly electableHosts: readonly string[]
  readonly primary: string | undefined
}

/** Asks these members, and those that they name as belonging to their set. Members that fail are facts, not faults. */
export async function askMembers(
  connections: Connections,
  wanted: readonly WantedMember[],
): Promise<MemberFacts> {
  const known = await Promise.all(wanted.map((member) => askMember(connections, member)))
  const others = new Set(known.flatMap(({ hello }) => hostsNamedBy(hello)))
  for (const { host } of wanted) others.delete(host)
  const found = await Promise.all([...others].map((host) => askMember(connections, { name: host, host })))
  const asked = [...known, ...found]
  const newest = newestWriteMs(asked)
  return {
    members: asked.map(({ name, host, hello, answer }) => ({
      name,
      host,
      answer: answer.kind === 'member' ? { ...answer, lagSeconds: lagSeconds(hello, newest) } : answer,
    })),
    electableHosts: electableHosts(asked),
    primary: newestPrimary(asked)?.host,
  }
}

async function askMember(connections: Connections, member: WantedMember): Promise<Asked> {
  try {
    const hello = await connections.asAnybody(
      member.host,
      async (session) => (await session.command({ hello: 1 })) as Hello,
    )
    const answer = hello.setName === undefined ? await askWithoutSet(connections, member.host) : inSet(hello)
    return { ...member, hello, answer }
  } catch (error) {
    return { ...member, hello: undefined, answer: { kind: 'unreachable', detail: reasonOf(error) } }
  }
}

function inSet(hello: Hello): MemberAnswer {
  const state = hello.isWritablePrimary ? 'PRIMARY' : hello.secondary ? 'SECONDARY' : 'UNKNOWN'
  return { kind: 'member', state, setName: hello.setName, lagSeconds: undefined }
}

/**
 * Empty, removed from its set, or still reading its configuration after a start: `hello` says the same for all
 * three. Taking the third for the first would mean taking data for lost.
 */
async function askWithoutSet(connections: Connections, host: string): Promise<MemberAnswer> {
  const outside = (state: MemberState): MemberAnswer => ({
    kind: 'member',
    state,
    setName: undefined,
    lagSeconds: undefined,
  })
  return connections.asSystem(host, async (session) => {
    try {
      const { myState } = await session.command({ replSetGetStatus: 1 })
      return outside(states[Number(myState)] ?? 'UNKNOWN')
    } catch (error) {
      const code = refusalOf(error)?.code
      if (code === codes.invalidConfig) return outside('REMOVED')
      if (code !== codes.notYetInitialized) throw error
      return (await session.hasConfigOnDisk()) ? outside('STARTUP') : { kind: 'uninitialized' }
    }
  })
}

/** The numbers of replSetGetStatus. */
const states: Readonly<Record<number, MemberState>> = {
  0: 'STARTUP',
  1: 'PRIMARY',
  2: 'SECONDARY',
  3: 'RECOVERING',
  5: 'STARTUP2',
  6: 'UNKNOWN',
  7: 'ARBITER',
  8: 'DOWN',
  9: 'ROLLBACK',
  10: 'REMOVED',
}

function hostsNamedBy(hello: Hello | undefined): readonly string[] {
  if (hello === undefined) return []
  const { hosts = [], passives = [], primary } = hello
  return [...hosts, ...passives, ...(primary === undefined ? [] : [primary])]
}

function electableHosts(asked: readonly Asked[]): readonly string[] {
  const [newest] = asked
    .filter(({ hello }) => hello?.hosts !== undefined)
    .toSorted((a, b) => (b.hello?.setVersion ?? 0) - (a.hello?.setVersion ?? 0))
  return newest?.hello?.hosts ?? []
}

/** A former primary that does not know yet has the older election id. */
function newestPrimary(asked: readonly Asked[]): Asked | undefined {
  const election = ({ hello }: Asked): string => hello?.electionId?.toHexString() ?? ''
  return asked
    .filter(({ hello }) => hello?.isWritablePrimary === true)
    .reduce<Asked | undefined>(
      (best, next) => (best === undefined || election(next) > election(best) ? next : best),
      undefined,
    )
}

function newestWriteMs(asked: readonly Asked[]): number {
  return Math.max(0, ...asked.map(({ hello }) => hello?.lastWrite?.majorityWriteDate?.getTime() ?? 0))
}

function lagSeconds(hello: Hello | undefined, newestMs: number): number | undefined {
  const lastMs = hello?.lastWrite?.lastWriteDate.getTime() ?? 0
  // Before its first copy is complete, a member gives the year 1970.
  return lastMs === 0 ? undefined : Math.max(0, (newestMs - lastMs) / 1000)
}

/** The set as the primary sees it, read as the operator's user. Throws what the primary or the connection throws. */
export async function askPrimary(connections: Connections, host: string): Promise<PrimaryView> {
  const [status, { config, commitmentStatus }] = await connections.asOperator(host, (session) =>
    Promise.all([
      session.command({ replSetGetStatus: 1 }),
      session.command({ replSetGetConfig: 1, commitmentStatus: true }),
    ]),
  )
  return { config: config as SetConfig, configCommitted: commitmentStatus === true, members: viewsOf(status) }
}

function viewsOf(status: Answer): PrimaryView['members'] {
  const { members } = status as {
    readonly members: readonly { readonly name: string; readonly state: number; readonly health: number }[]
  }
  return members.map(({ name, state, health }) => ({
    host: name,
    state: states[state] ?? 'UNKNOWN',
    healthy: health === 1,
  }))
}

/** What `hello` leaves open about members that are neither primary nor secondary, the primary knows. */
export function fillStates(members: readonly ObservedMember[], view: PrimaryView): readonly ObservedMember[] {
  return members.map((member) => {
    const { answer, host } = member
    if (answer.kind !== 'member' || answer.state !== 'UNKNOWN') return member
    const seen = view.members.find((other) => other.host === host)
    return seen === undefined ? member : { ...member, answer: { ...answer, state: seen.state } }
  })
}
