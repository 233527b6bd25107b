/** An operator on a real API server, for tests: what it has done so far can be waited for. */
import { Writable } from 'node:stream'
import { systemClock, systemRandom } from '../../common/clock.ts'
import { createLog } from '../../common/log.ts'
import { Metrics } from '../../common/metrics.ts'
import { until } from '../../tools/system/ports.ts'
import { startControllers } from '../controller/controllers.ts'
import { connectKube } from '../kube/connect.ts'
import { watchMetrics } from '../kube/watch-metrics.ts'
import { images } from './builders.ts'

export interface RunningOperator {
  /** Resolves when this pool was passed over again, from begin to end. */
  untilPassed(key: string): Promise<void>
  stop(): Promise<void>
}

let epoch = 0

/** Starts an operator that leads at once. */
export async function startOperator(kubeconfig: string): Promise<RunningOperator> {
  epoch += 1
  const lead = epoch
  const passes: string[] = []
  const destination = new Writable({
    write: (line: Buffer, _, done) => {
      const entry = JSON.parse(line.toString()) as { readonly msg?: string; readonly pool?: string }
      if (entry.msg === 'pool was passed over') passes.push(entry.pool ?? '')
      done()
    },
  })
  const connection = connectKube({ kubeconfig })
  const controllers = startControllers({
    client: connection.client,
    namespaces: [],
    operatorNamespace: 'operator',
    images,
    instance: `operator-${lead}`,
    epoch: () => lead,
    watchMetrics: watchMetrics(new Metrics()),
    clock: systemClock,
    random: systemRandom,
    log: createLog('operator', 'debug', destination),
  })
  controllers.lead()
  const passesOf = (key: string): number => passes.filter((passed) => passed === key).length
  return {
    // The pass under way may have begun before; the one after it has not.
    untilPassed: async (key) => {
      const before = passesOf(key)
      await until(`${key} was passed over`, async () => passesOf(key) >= before + 2)
    },
    stop: async () => {
      await controllers.stop()
      await connection.close()
    },
  }
}
