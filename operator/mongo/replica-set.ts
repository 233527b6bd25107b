/**
 * The replica set as the operator and the local pool handle it: look at it, do one planned step, look again. Members
 * are reached over the network one by one, so that it works the same in and outside Kubernetes. When to look, and
 * whether to do the planned step, is the caller's business.
 */
import { type Clock, delay, systemClock } from '../../common/clock.ts'
import { reasonOf, StoreFault } from '../../common/fault.ts'
import type { Log } from '../../common/log.ts'
import { changeConfig, firstConfig } from './change.ts'
import { Connections, type Credentials, refusalOf, type Session } from './connections.ts'
import type { ObservedSet, SetConfig, UserFact, WantedMember } from './facts.ts'
import { askMembers, askPrimary, fillStates } from './observe.ts'
import type { Step } from './plan.ts'
import { checkLogin, checkRoles, ensureUser, operatorRoles, serverRoles } from './users.ts'

export type ReplicaSetOptions = {
  /** The wanted members in order of their ordinals. Others of their set are found through them. */
  readonly members: readonly WantedMember[]
  readonly setName: string
  /** Content of the key file. */
  readonly keyfile: string
  readonly operatorUser: Credentials
  readonly serverUser: Credentials
  /** The pool's database. */
  readonly database: string
  readonly log: Log
  readonly clock?: Clock
}

export type StepOutcome =
  | { readonly kind: 'done' }
  /** The set said no, or is not as it was planned for: observe and plan again. Nothing was changed. */
  | { readonly kind: 'refused'; readonly message: string }

export type ReplicaSetAdmin = {
  /** The facts of this moment, within a few seconds whatever the members do. Members that fail are facts. */
  observe(): Promise<ObservedSet>
  /** Does one step. Throws StoreFault when a member cannot be reached or refuses the key file. */
  execute(step: Step): Promise<StepOutcome>
  /** Closes all connections. */
  close(): Promise<void>
}

/** How long a login of the server's user that worked is believed: each check is a new connection. */
const loginBelievedMs = 60_000
const reconfigureWithinMs = 15_000
/** Long enough for the others to elect, short enough that the member can be elected again when they fail. */
const stepDownForSeconds = 30
const catchUpWithinSeconds = 5

/** Connects to nothing before the first call. */
export function replicaSetAdmin(options: ReplicaSetOptions): ReplicaSetAdmin {
  return new Admin(options)
}

class Admin implements ReplicaSetAdmin {
  readonly #options: ReplicaSetOptions
  readonly #connections: Connections
  readonly #clock: Clock
  #loginWorkedAt = Number.NEGATIVE_INFINITY

  constructor(options: ReplicaSetOptions) {
    this.#options = options
    this.#connections = new Connections(options.operatorUser, options.keyfile)
    this.#clock = options.clock ?? systemClock
  }

  async observe(): Promise<ObservedSet> {
    const facts = await askMembers(this.#connections, this.#options.members)
    await this.#connections.keepOnly(facts.members.map(({ host }) => host))
    const { primary } = facts
    const unknown = { operator: 'unknown', server: 'unknown' } as const
    if (primary === undefined) return { ...facts, view: undefined, users: unknown }
    try {
      const operator = await this.#checkOperator(primary)
      if (operator !== 'works') return { ...facts, view: undefined, users: { ...unknown, operator } }
      const view = await askPrimary(this.#connections, primary)
      const users = { operator, server: await this.#checkServer(primary) }
      return { ...facts, members: fillStates(facts.members, view), view, users }
    } catch (error) {
      return { ...facts, view: undefined, viewDetail: reasonOf(error), users: unknown }
    }
  }

  async execute(step: Step): Promise<StepOutcome> {
    try {
      const outcome = await this.#do(step)
      this.#options.log.info({ set: this.#options.setName, step, outcome }, 'replica set step taken')
      return outcome
    } catch (cause) {
      const refusal = refusalOf(cause)
      if (refusal === undefined) {
        throw cause instanceof StoreFault ? cause : new StoreFault(step.kind, { retryable: true, cause })
      }
      this.#options.log.warn({ set: this.#options.setName, step, refusal }, 'replica set step refused')
      return { kind: 'refused', message: `${refusal.codeName}: ${refusal.message}` }
    }
  }

  close(): Promise<void> {
    return this.#connections.close()
  }

  #do(step: Step): Promise<StepOutcome> {
    switch (step.kind) {
      case 'initiate':
        return this.#initiate(step.through, step.hosts)
      case 'ensureUser':
        return this.#ensureUser(step)
      case 'reconfigure':
        return this.#reconfigure(step)
      case 'stepDown':
        return this.#stepDown(step.primary)
    }
  }

  async #checkOperator(primary: string): Promise<UserFact> {
    const roles = operatorRoles(this.#options.database)
    try {
      return await this.#connections.asOperator(primary, (session) => checkRoles(session, roles))
    } catch (error) {
      if (refusalOf(error) !== undefined) return 'refused'
      throw error
    }
  }

  async #checkServer(primary: string): Promise<UserFact> {
    const now = this.#clock.now()
    if (now - this.#loginWorkedAt < loginBelievedMs) return 'works'
    const { serverUser, database } = this.#options
    const user = { ...serverUser, roles: serverRoles(database) }
    const fact = await checkLogin(this.#connections, primary, user)
    if (fact === 'works') this.#loginWorkedAt = now
    return fact
  }

  async #initiate(through: string, hosts: readonly string[]): Promise<StepOutcome> {
    const config = firstConfig(this.#options.setName, hosts)
    await this.#connections.asSystem(through, async (session) => {
      await session.command({ replSetInitiate: config }, reconfigureWithinMs)
      await this.#electAtOnce(session)
    })
    return { kind: 'done' }
  }

  /** Spares the first start the election timeout. Where it is refused, the members elect one by themselves. */
  async #electAtOnce(session: Session): Promise<void> {
    for (let tries = 0; tries < 10; tries += 1) {
      try {
        await session.command({ replSetStepUp: 1 })
        return
      } catch (err) {
        this.#options.log.debug({ err, set: this.#options.setName }, 'step up after initiate refused')
        await delay(200)
      }
    }
  }

  async #ensureUser({ user, primary }: Extract<Step, { kind: 'ensureUser' }>): Promise<StepOutcome> {
    const { database, operatorUser, serverUser } = this.#options
    const wanted =
      user === 'operator'
        ? { ...operatorUser, roles: operatorRoles(database) }
        : { ...serverUser, roles: serverRoles(database) }
    await this.#connections.asSystem(primary, (session) => ensureUser(session, wanted))
    if (user === 'operator') await this.#connections.forgetOperator()
    else this.#loginWorkedAt = Number.NEGATIVE_INFINITY
    return { kind: 'done' }
  }

  #reconfigure({ primary, change, from }: Extract<Step, { kind: 'reconfigure' }>): Promise<StepOutcome> {
    return this.#connections.asOperator(primary, async (session) => {
      const answer = await session.command({ replSetGetConfig: 1 })
      const config = answer['config'] as SetConfig
      if (config.version !== from.version || config.term !== from.term) {
        return { kind: 'refused', message: `the configuration is at version ${config.version} by now` }
      }
      const next = changeConfig(config, change)
      await session.command(
        { replSetReconfig: next, maxTimeMS: reconfigureWithinMs },
        2 * reconfigureWithinMs,
      )
      return { kind: 'done' }
    })
  }

  #stepDown(primary: string): Promise<StepOutcome> {
    return this.#connections.asOperator(primary, async (session) => {
      await session.command(
        { replSetStepDown: stepDownForSeconds, secondaryCatchUpPeriodSecs: catchUpWithinSeconds },
        reconfigureWithinMs,
      )
      return { kind: 'done' }
    })
  }
}
