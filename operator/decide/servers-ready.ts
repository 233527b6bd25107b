/** The condition ServersReady: all server pods run the newest revision and are ready. */
import type { WorkloadFact } from '../observe/facts.ts'
import { type Finding, waiting, well } from './findings.ts'

export function serversReady(servers: WorkloadFact, wanted: number): Finding {
  const { statefulSet, pods } = servers
  if (statefulSet === undefined) return waiting('Progressing', 'the servers are being set up')
  if (!statefulSet.observed) {
    const ready = pods.filter((pod) => pod.ready && !pod.terminating).length
    return waiting('Progressing', `${ready} of ${wanted} servers are ready, and about to follow the spec`)
  }
  const current = pods.filter((pod) => pod.revision === statefulSet.updateRevision && !pod.terminating)
  const ready = current.filter((pod) => pod.ready)
  const troubles = current.flatMap(({ name, trouble }) =>
    trouble === undefined ? [] : [`${name}: ${trouble}`],
  )
  if (pods.length > wanted) return waiting('Scaling', `${pods.length - wanted} servers are leaving`)
  if (ready.length < wanted) {
    const detail = troubles.length === 0 ? '' : ` (${troubles.join('; ')})`
    const count = `${ready.length} of ${wanted} servers are ready`
    return current.length < pods.length
      ? waiting('Rolling', `${count} at the newest revision${detail}`)
      : waiting('NotAllReady', `${count}${detail}`)
  }
  return well('AsSpecified', wanted === 1 ? '1 server is ready' : `${wanted} servers are ready`)
}
