import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { changeConfig, firstConfig, majorityOf, voters } from './change.ts'
import type { MemberAnswer, ObservedSet, SetConfig } from './facts.ts'
import { type Plan, planNextStep, type Step, type WantedSet } from './plan.ts'

const setName = 'sim'
const hostOf = (ordinal: number) => `m${ordinal}:27017`

type Mongod = { up: boolean; data: boolean; synced: boolean }

/** Seven processes that behave as mongods do in what the planner relies on, and complain when they are misused. */
class SimulatedSet {
  readonly mongods = new Map<string, Mongod>()
  config: SetConfig | undefined
  committed = true
  primary: string | undefined
  users = new Set<string>()
  initiations = 0

  constructor() {
    for (let ordinal = 0; ordinal < 7; ordinal += 1) {
      this.mongods.set(hostOf(ordinal), { up: false, data: false, synced: false })
    }
  }

  /** A moment passes: configurations spread, data is copied, a majority elects and commits. */
  pass(choice: number): void {
    const members = this.config?.members ?? []
    if (members.some(({ host }) => this.#carries(host))) {
      for (const { host } of members) {
        const mongod = this.mongod(host)
        if (mongod.up) mongod.synced = mongod.data
        if (mongod.up) mongod.data = true
      }
    }
    this.loseMinorityPrimary()
    if (this.primary === undefined) this.#elect(choice)
    else if (choice % 3 > 0) this.committed = true
  }

  loseMinorityPrimary(): void {
    if (this.primary === undefined) return
    if (!this.#carries(this.primary) || !this.#hasMajority()) this.primary = undefined
  }

  #elect(choice: number): void {
    if (this.config === undefined || !this.#hasMajority()) return
    const candidates = voters(this.config).filter(({ host }) => this.#carries(host))
    this.primary = candidates[choice % candidates.length]?.host
    this.committed = false
  }

  #hasMajority(config = this.config): boolean {
    if (config === undefined) return false
    const all = voters(config)
    return (
      all.filter(({ host }) => this.mongod(host).up && this.mongod(host).data).length >=
      majorityOf(all.length)
    )
  }

  #carries(host: string): boolean {
    const { up, data, synced } = this.mongod(host)
    return up && data && synced
  }

  mongod(host: string): Mongod {
    return this.mongods.get(host)!
  }

  observe(): ObservedSet {
    const { primary, config } = this
    return {
      members: [...this.mongods.keys()].map((host) => ({ name: host, host, answer: this.#answer(host) })),
      electableHosts: config?.members.filter(({ priority }) => priority > 0).map(({ host }) => host) ?? [],
      primary,
      view:
        primary === undefined || config === undefined
          ? undefined
          : {
              config,
              configCommitted: this.committed,
              members: config.members.map(({ host }) => ({
                host,
                healthy: this.mongod(host).up,
                state: host === primary ? 'PRIMARY' : this.#carries(host) ? 'SECONDARY' : 'STARTUP2',
              })),
            },
      users: {
        operator: primary === undefined ? 'unknown' : this.users.has('operator') ? 'works' : 'refused',
        server: primary === undefined ? 'unknown' : this.users.has('server') ? 'works' : 'refused',
      },
    }
  }

  #answer(host: string): MemberAnswer {
    const { up, data, synced } = this.mongod(host)
    if (!up) return { kind: 'unreachable', detail: 'down' }
    if (!data) return { kind: 'uninitialized' }
    if (this.config?.members.every((member) => member.host !== host)) {
      return { kind: 'member', state: 'REMOVED', setName: undefined, lagSeconds: undefined }
    }
    const state = host === this.primary ? 'PRIMARY' : synced ? 'SECONDARY' : 'STARTUP2'
    return { kind: 'member', state, setName, lagSeconds: synced ? 0 : undefined }
  }

  execute(step: Step): void {
    switch (step.kind) {
      case 'initiate':
        expect([...this.mongods.values()].some(({ data }) => data)).toBe(false)
        expect(step.hosts.every((host) => this.mongod(host).up)).toBe(true)
        this.initiations += 1
        this.config = { ...firstConfig(setName, step.hosts), version: 1, term: 1 }
        for (const host of step.hosts) Object.assign(this.mongod(host), { data: true, synced: true })
        return
      case 'ensureUser':
        expect(step.primary).toBe(this.primary)
        this.users.add(step.user)
        return
      case 'stepDown':
        this.#stepDown(step.primary)
        return
      case 'reconfigure':
        this.#reconfigure(step)
    }
  }

  #stepDown(primary: string): void {
    expect(primary).toBe(this.primary)
    const heirs = voters(this.config!).filter(({ host }) => host !== primary && this.#carries(host))
    expect(heirs).not.toHaveLength(0)
    this.primary = heirs[0]!.host
    this.committed = false
  }

  #reconfigure({ change, from }: Extract<Step, { kind: 'reconfigure' }>): void {
    const before = this.config!
    expect(this.committed).toBe(true)
    expect(from.version).toBe(before.version)
    const after = { ...changeConfig(before, change), term: before.term ?? 1 }
    const votes = (config: SetConfig) => new Set(voters(config).map(({ host }) => host))
    expect(votes(before).symmetricDifference(votes(after)).size).toBeLessThanOrEqual(1)
    const healthy = voters(after).filter(({ host }) => this.#carries(host)).length
    expect(healthy).toBeGreaterThanOrEqual(majorityOf(voters(after).length))
    expect(after.members.map(({ host }) => host)).toContain(this.primary)
    for (const host of votes(after).difference(votes(before))) expect(this.mongod(host).synced).toBe(true)
    this.config = after
    this.committed = false
  }
}

type Event =
  | { kind: 'kill' | 'start' | 'wipe'; ordinal: number }
  | { kind: 'want'; members: number }
  | { kind: 'elect' }
  | { kind: 'work'; choice: number }

const before = fc.constantFrom(undefined, 1, 3, 5, 7)
const ordinal = fc.nat({ max: 6 })
const events = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('kill' as const), ordinal }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('start' as const), ordinal }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('wipe' as const), ordinal }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('want' as const), members: fc.constantFrom(1, 3, 5, 7) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('elect' as const) }) },
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('work' as const), choice: fc.nat() }) },
  ),
  { maxLength: 60, size: 'max' },
)

/** A set, what is wanted of it, and what its operator remembers. */
class Story {
  readonly set = new SimulatedSet()
  wanted: number
  recorded = false

  /** With members wanted from before, the story begins with a settled set of that many. */
  constructor(settledBefore: number | undefined) {
    this.wanted = settledBefore ?? 3
    if (settledBefore !== undefined) expect(this.finish().kind).toBe('settled')
  }

  plan(): Plan {
    const members = Array.from({ length: this.wanted }, (_, index) => ({
      name: hostOf(index),
      host: hostOf(index),
    }))
    const wanted: WantedSet = { setName, members, recorded: this.recorded }
    return planNextStep(this.set.observe(), wanted)
  }

  work(choice: number): Plan {
    this.set.pass(choice)
    const plan = this.plan()
    if (plan.kind === 'step') this.set.execute(plan.step)
    if (plan.kind === 'stalled') {
      expect(
        [...this.set.mongods.values()].some(({ up, data }) => up && data && plan.reason === 'DataLost'),
      ).toBe(false)
    }
    this.recorded ||= this.set.config !== undefined
    return plan
  }

  happen(event: Event): void {
    if (event.kind === 'work') this.work(event.choice)
    else if (event.kind === 'want') this.wanted = event.members
    else if (event.kind === 'elect') this.set.primary = undefined
    else this.#toMember(event)
    this.set.loseMinorityPrimary()
  }

  #toMember({ kind, ordinal: index }: Extract<Event, { ordinal: number }>): void {
    const mongod = this.set.mongod(hostOf(index))
    if (kind === 'start') mongod.up = true
    if (kind === 'kill') mongod.up = false
    // A pod whose volume is gone: it is down first, and comes back empty.
    if (kind === 'wipe') Object.assign(mongod, { up: false, data: false, synced: false })
  }

  /** Every member is up from now on: works until the plan is settled or stalled. */
  finish(): Plan {
    for (const mongod of this.set.mongods.values()) mongod.up = true
    for (let turn = 0; turn < 100; turn += 1) {
      const plan = this.work(turn)
      if (plan.kind === 'settled' || plan.kind === 'stalled') return plan
    }
    return this.plan()
  }
}

describe('the plan for a replica set, whatever happens to its members', () => {
  it('settles on the wanted members once all are up, breaking no rule on the way', () => {
    fc.assert(
      fc.property(before, events, (settledBefore, happenings) => {
        const story = new Story(settledBefore)
        for (const event of happenings) story.happen(event)
        const { config } = story.set
        const dataLeft = config?.members.some(({ host, votes }) => votes > 0 && story.set.mongod(host).synced)
        const plan = story.finish()
        expect(story.set.initiations).toBeLessThanOrEqual(1)
        if (config !== undefined && !dataLeft) return
        expect(plan.kind).toBe('settled')
        const hosts = Array.from({ length: story.wanted }, (_, index) => hostOf(index))
        expect(
          voters(story.set.config!)
            .map(({ host }) => host)
            .toSorted(),
        ).toEqual(hosts)
        expect(story.set.config!.members).toHaveLength(story.wanted)
        expect([...story.set.users].toSorted()).toEqual(['operator', 'server'])
      }),
      { numRuns: 1000 },
    )
  })

  it('never makes a second set when the first one lost everything', () => {
    fc.assert(
      fc.property(before, events, (settledBefore, happenings) => {
        const story = new Story(settledBefore)
        for (const event of happenings) story.happen(event)
        story.finish()
        for (const mongod of story.set.mongods.values()) Object.assign(mongod, { data: false, synced: false })
        story.set.primary = undefined
        expect(story.finish()).toMatchObject({ kind: 'stalled', reason: 'DataLost' })
        expect(story.set.initiations).toBe(1)
      }),
      { numRuns: 200 },
    )
  })
})
