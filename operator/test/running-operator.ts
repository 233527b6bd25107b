/** An operator on a real API server, for tests: that it has come to rest can be waited for. */
import { monotonicClock, systemClock, systemRandom } from '../../common/clock.ts'
import { silentLog } from '../../common/log.ts'
import { Metrics } from '../../common/metrics.ts'
import { until } from '../../tools/system/ports.ts'
import { startControllers } from '../controller/controllers.ts'
import type { PassMetrics } from '../controller/pass-metrics.ts'
import { connectKube } from '../kube/connect.ts'
import { watchMetrics } from '../kube/watch-metrics.ts'
import { images } from './builders.ts'

export interface RunningOperator {
  /** Resolves when every queue has looked at this pool, and none has had a reason to for half a second. */
  untilQuiet(key: string): Promise<void>
  stop(): Promise<void>
}

let epoch = 0

/** Starts an operator that leads at once. */
export function startOperator(kubeconfig: string): RunningOperator {
  epoch += 1
  const lead = epoch
  const passes = new Passes()
  const connection = connectKube({ kubeconfig })
  const controllers = startControllers({
    client: connection.client,
    namespaces: [],
    operatorNamespace: 'operator',
    images,
    instance: `operator-${lead}`,
    epoch: () => lead,
    watchMetrics: watchMetrics(new Metrics()),
    passes,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
  })
  controllers.lead()
  return {
    untilQuiet: async (key) => {
      await until(`${key} is at rest`, async () => passes.isQuiet(key))
    },
    stop: async () => {
      await controllers.stop()
      await connection.close()
    },
  }
}

const quietMs = 500
const queues = ['cluster', 'replica-set', 'registry', 'status']

/** Which queue looked at which pool, and when it ended. */
class Passes implements PassMetrics {
  readonly #endedAt = new Map<string, number>()
  readonly #running = new Map<string, number>()

  measured: PassMetrics['measured'] = (queue, work) => async (key) => {
    const pass = `${queue} ${key}`
    this.#running.set(pass, (this.#running.get(pass) ?? 0) + 1)
    try {
      return await work(key)
    } finally {
      this.#running.set(pass, (this.#running.get(pass) ?? 0) - 1)
      this.#endedAt.set(pass, monotonicClock.now())
    }
  }

  isQuiet(key: string): boolean {
    return queues.every((queue) => {
      const pass = `${queue} ${key}`
      const endedAt = this.#endedAt.get(pass) ?? Number.POSITIVE_INFINITY
      return this.#running.get(pass) === 0 && monotonicClock.now() - endedAt > quietMs
    })
  }
}
