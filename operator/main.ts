/** Entry of the operator process: settings, connections, election, controllers, shutdown. */
import { monotonicClock, systemClock, systemRandom } from '../common/clock.ts'
import { Fault, reasonOf, SettingsFault } from '../common/fault.ts'
import { Lifecycle } from '../common/lifecycle.ts'
import { createLog, type Log } from '../common/log.ts'
import { Metrics } from '../common/metrics.ts'
import { logUnknownVariables, parseSettings, unknownVariables } from '../common/settings.ts'
import { startControllers } from './controller/controllers.ts'
import { passMetrics } from './controller/pass-metrics.ts'
import { connectKube } from './kube/connect.ts'
import { type Leadership, startElection } from './kube/lease.ts'
import { watchMetrics } from './kube/watch-metrics.ts'
import { startManagement } from './management.ts'
import { type OperatorSettings, operatorSettings } from './settings.ts'

const leaseName = 'caspool-operator'
const stopDeadlineMs = 20_000

async function run(settings: OperatorSettings, log: Log): Promise<void> {
  const lifecycle = new Lifecycle(log)
  lifecycle.exitOnSignals(stopDeadlineMs, (code) => process.exit(code))
  const metrics = new Metrics()
  const { kubeconfig } = settings
  const kube = connectKube(kubeconfig === undefined ? {} : { kubeconfig })
  lifecycle.add('kubernetes client', () => kube.close())
  const controllers = startControllers({
    client: kube.client,
    namespaces: settings.watchNamespaces,
    operatorNamespace: settings.podNamespace,
    images: { server: settings.serverImage, mongodb: settings.mongodbImage },
    instance: settings.podName,
    epoch: () => epochOf(election.current()),
    onFenced: (epoch) => election.outgrow(epoch),
    watchMetrics: watchMetrics(metrics),
    passes: passMetrics(metrics, monotonicClock),
    configRefused: metrics.gauge(
      'caspool_config_refused',
      'Whether properties of spec.config are refused, by pool',
    ),
    clock: systemClock,
    random: systemRandom,
    log,
  })
  const election = startElection({
    client: kube.client,
    namespace: settings.podNamespace,
    name: leaseName,
    identity: settings.podName,
    clock: systemClock,
    monotonic: monotonicClock,
    log,
    onLeading: (leadership) => {
      controllers.lead()
      // Who has lost the lead starts over: nothing that was begun under it may go on.
      leadership.signal.addEventListener('abort', () => {
        if (!lifecycle.isStopping) process.exit(1)
      })
    },
  })
  lifecycle.add('election', () => election.stop())
  lifecycle.add('controllers', () => controllers.stop())
  const memory = metrics.gauge('caspool_process_resident_memory_bytes', 'Resident memory of the process.')
  const management = await startManagement({
    port: settings.managementPort,
    host: settings.listenHost,
    metrics,
    refresh: () => memory.set(process.memoryUsage.rss()),
    notReady: () => (controllers.hasSynced() ? undefined : 'objects are being listed'),
  })
  lifecycle.add('management port', () => management.close())
  log.info({ server: kube.server, management: management.port }, 'operator started')
}

/** Without the Lease nothing may be written to a registry. */
function epochOf(leadership: Leadership | undefined): number {
  if (leadership === undefined) throw new Fault('write a registry', { code: 'NOT_LEADING', retryable: true })
  return leadership.epoch
}

try {
  const settings = parseSettings(operatorSettings, process.env)
  const log = createLog('caspool-operator', settings.logLevel)
  logUnknownVariables(log, unknownVariables(operatorSettings, process.env))
  await run(settings, log)
} catch (thrown) {
  process.stderr.write(`${thrown instanceof SettingsFault ? thrown.message : reasonOf(thrown)}\n`)
  process.exit(1)
}
