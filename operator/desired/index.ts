/** All objects of a pool in apply order: what others mount or refer to comes first. Pure. */
import { ingressManifests } from './ingress.ts'
import { mongodbManifests } from './mongodb.ts'
import type { Manifest, Pool, PoolFacts } from './pool.ts'
import { secretManifests } from './secrets.ts'
import { serverManifests } from './server.ts'

export function desiredManifests(pool: Pool, facts: PoolFacts): Manifest[] {
  return [
    ...secretManifests(pool, facts),
    ...mongodbManifests(pool, facts),
    ...serverManifests(pool),
    ...ingressManifests(pool),
  ]
}
