/** Brings the local replica set up by the operator's own planner: observe, one step, observe again, until settled. */
import { delay } from '../common/clock.ts'
import { Fault, StoreFault } from '../common/fault.ts'
import { setWasSeen } from '../operator/mongo/facts.ts'
import { type Plan, planNextStep, type WantedSet } from '../operator/mongo/plan.ts'
import type { ReplicaSetAdmin } from '../operator/mongo/replica-set.ts'

export interface SettleOptions {
  readonly admin: ReplicaSetAdmin
  readonly wanted: WantedSet
  /** Called once when a set was seen for the first time: from then on missing data is a loss. */
  readonly recordSet: () => Promise<void>
  /** Receives what is being done or waited for, when it changes. */
  readonly progress: (sentence: string) => void
  readonly withinMs: number
}

const pauseMs = 100

/** Resolves with the primary's host. Throws Fault when the set is stalled or does not settle in time. */
export async function settleReplicaSet(options: SettleOptions): Promise<string> {
  const deadline = performance.now() + options.withinMs
  let wanted = options.wanted
  let said = ''
  for (;;) {
    const observed = await options.admin.observe()
    if (!wanted.recorded && setWasSeen(observed)) {
      await options.recordSet()
      wanted = { ...wanted, recorded: true }
    }
    const plan = planNextStep(observed, wanted)
    if (plan.kind === 'settled') return plan.primary
    if (plan.kind === 'stalled') throw stalled(plan.message)
    if (performance.now() > deadline) throw stalled(`not settled in time: ${sentenceOf(plan)}`)
    if (sentenceOf(plan) !== said) options.progress(sentenceOf(plan))
    said = sentenceOf(plan)
    await act(options.admin, plan)
  }
}

/** Does the step. A member that is busy or gone is a fact of the next look. */
async function act(admin: ReplicaSetAdmin, plan: Plan): Promise<void> {
  if (plan.kind !== 'step') return delay(pauseMs)
  try {
    const outcome = await admin.execute(plan.step)
    if (outcome.kind === 'refused') await delay(pauseMs)
  } catch (error) {
    if (!(error instanceof StoreFault && error.retryable)) throw error
    await delay(pauseMs)
  }
}

function sentenceOf(plan: Exclude<Plan, { kind: 'settled' }>): string {
  return plan.kind === 'step' ? `replica set: ${plan.step.kind}` : `replica set: ${plan.message}`
}

function stalled(message: string): Fault {
  return new Fault(`replica set: ${message}`, { code: 'REPLICA_SET_STALLED', retryable: false })
}
