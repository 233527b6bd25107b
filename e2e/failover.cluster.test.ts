/** What people notice when a part of the pool dies: as little as possible. */
import { beforeAll, expect, it, jest } from '@jest/globals'
import { apply, eventually, getObject, kubectl, waitFor } from './kubectl.ts'
import { casService, type HasMetadata, resourceVersions } from './objects.ts'
import {
  client,
  clientLines,
  installPool,
  namespace,
  operatorNamespace,
  poolUrl,
  serverUrl,
  service,
  type Turn,
  type Validation,
} from './pool.ts'

jest.setTimeout(600_000)

/** Five times the target of 12 s. */
const longestGapMs = 60_000

beforeAll(installPool)

it('goes on after the mongod primary was killed, and loses no session and no ticket that was handed out', async () => {
  await patchTicketLifetime('300')
  const held = await client<{ tickets: string[]; tgcs: string[] }>('hold', poolUrl, service, '10')
  const loop = clientLines<Turn>('load', poolUrl, service, '45')
  const primary = await primaryPod()
  await kubectl(namespace, 'delete', `pod/${primary}`, '--grace-period=0', '--force')
  const turns = await loop

  const good = turns.filter((turn) => turn.user === 'casuser')
  process.stderr.write(
    `longest time without a sign-in: ${longestPause(good)} ms of at most 12000 ms wanted\n`,
  )
  expect(longestPause(good)).toBeLessThan(longestGapMs)
  expect(turns.at(-1)).toMatchObject({ user: 'casuser' })
  expect(turns.filter((turn) => turn.error?.startsWith('INVALID'))).toEqual([])
  const server = await serverUrl(1)
  for (const ticket of held.tickets) {
    expect(await client<Validation>('validate', server, service, ticket)).toMatchObject({ user: 'casuser' })
  }
  for (const tgc of held.tgcs) {
    expect(await client('grant', server, service, tgc)).toMatchObject({
      ticket: expect.stringMatching(/^ST-/),
    })
  }
  await patchTicketLifetime(null)
  await waitFor(namespace, 'condition=Ready', 'cascluster/sso')
})

it('answers every request through the Service while a server pod is deleted', async () => {
  const pod = await getObject<HasMetadata>(namespace, 'pod/sso-server-1')
  const loop = clientLines<Turn>('load', poolUrl, service, '30')
  await kubectl(namespace, 'delete', 'pod/sso-server-1', '--wait=false')
  await untilReplaced('pod/sso-server-1', pod)
  const turns = await loop
  expect(turns.filter((turn) => turn.error !== undefined)).toEqual([])
  expect(turns.length).toBeGreaterThan(10)
  await waitFor(namespace, 'condition=Ready', 'pod/sso-server-1')
})

it('never calls a ticket invalid because a server pod was killed with the validation in its hands', async () => {
  const loops = Array.from({ length: 4 }, () => clientLines<Turn>('load', poolUrl, service, '25'))
  for (const name of ['pod/sso-server-0', 'pod/sso-server-2']) {
    const killed = await getObject<HasMetadata>(namespace, name)
    await kubectl(namespace, 'delete', name, '--grace-period=0', '--force')
    await untilReplaced(name, killed)
    await waitFor(namespace, 'condition=Ready', name)
  }
  const turns = (await Promise.all(loops)).flat()
  expect(turns.filter((turn) => turn.error?.startsWith('INVALID'))).toEqual([])
  expect(turns.filter((turn) => turn.user === 'casuser').length).toBeGreaterThan(10)
})

it('rewrites nothing when the operator restarts', async () => {
  await waitFor(namespace, 'condition=Ready', 'cascluster/sso')
  const before = await resourceVersions()
  await kubectl(operatorNamespace, 'rollout', 'restart', 'deployment/cas-operator')
  await kubectl(operatorNamespace, 'rollout', 'status', 'deployment/cas-operator', '--timeout=120s')
  // A service that only the new process can have taken over proves that it has looked at everything.
  await apply(namespace, casService('after-restart', { match: { hosts: ['after.example.org'] } }))
  await waitFor(namespace, 'condition=Served', 'casservice/after-restart')
  const after = await resourceVersions()
  const changed = Object.keys(before).filter((name) => before[name] !== after[name])
  // The cluster's status counts services and revisions, so that one object changes with the service.
  expect(changed.filter((name) => name !== 'CasCluster/sso')).toEqual([])
  const registry = await getObject<{ status: { registry: { rev: number } } }>(namespace, 'cascluster/sso')
  expect(registry?.status.registry.rev).toBeGreaterThan(0)
  await kubectl(namespace, 'delete', 'casservice/after-restart')
})

async function primaryPod(): Promise<string> {
  return eventually('the status names the primary', async () => {
    const cluster = await getObject<{ status: { mongodb?: { primary?: string } } }>(
      namespace,
      'cascluster/sso',
    )
    return cluster?.status.mongodb?.primary?.split('.')[0]
  })
}

async function patchTicketLifetime(seconds: string | null): Promise<void> {
  const patch = { spec: { config: { 'cas.ticket.st.time-to-kill-in-seconds': seconds } } }
  await kubectl(namespace, 'patch', 'cascluster/sso', '--type=merge', '--patch', JSON.stringify(patch))
  await waitFor(namespace, 'condition=ConfigSynced', 'cascluster/sso')
}

/** The longest time between two successes, in milliseconds. */
function longestPause(turns: readonly Turn[]): number {
  const ends = turns.map((turn) => turn.at + turn.ms)
  return Math.max(...ends.slice(1).map((end, i) => end - (ends[i] ?? end)))
}

/** Resolves when another object has the name. */
async function untilReplaced(name: string, before: HasMetadata | undefined): Promise<void> {
  await eventually('another pod took its place', async () => {
    const now = await getObject<HasMetadata>(namespace, name)
    return now !== undefined && now.metadata.uid !== before?.metadata.uid
  })
}
