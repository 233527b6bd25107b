/** Replaces server pods that a roll does not get to by itself. */
import { decideServerRoll } from '../decide/server-roll.ts'
import type { WorkloadFact } from '../observe/facts.ts'
import type { ClusterDeps } from './cluster-deps.ts'

/** Answers when to look again, in milliseconds; undefined: no pod is stuck or on its way there. */
export async function replaceStuckServers(
  { kube, clock, log }: Pick<ClusterDeps, 'kube' | 'clock' | 'log'>,
  servers: WorkloadFact,
): Promise<number | undefined> {
  const { replace, againInMs } = decideServerRoll(servers, clock.now())
  for (const { name, namespace, uid, revision } of replace) {
    log.info({ pod: name, revision }, 'replacing a server pod that is stuck at an older revision')
    await kube.delete({ kind: 'Pod', namespace, name }, { uid })
  }
  return againInMs
}
