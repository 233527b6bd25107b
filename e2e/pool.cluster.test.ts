/** A pool as the samples describe it: one ticket at any server, services and configuration followed by all of them. */
import { beforeAll, describe, expect, it, jest } from '@jest/globals'
import { apply, eventually, getObject, kubectl, waitFor } from './kubectl.ts'
import { casService, conditionOf, type HasConditions, signInRefusals, uidsOfServers } from './objects.ts'
import { client, installPool, namespace, type SignedIn, serverUrl, service, type Validation } from './pool.ts'

jest.setTimeout(600_000)

let servers: readonly string[]

beforeAll(async () => {
  await installPool()
  servers = await Promise.all([0, 1, 2].map(serverUrl))
})

describe('tickets', () => {
  it('lets a ticket of one server be validated at another, once, with the attributes of the user', async () => {
    const [first = '', second = '', third = ''] = servers
    const { ticket } = await client<SignedIn>('login', first, service)
    const validated = await client<Validation>('validate', second, service, ticket)
    expect(validated).toMatchObject({
      user: 'casuser',
      attributes: { memberOf: ['staff', 'developers', 'admins'] },
    })
    expect(await client<Validation>('validate', third, service, ticket)).toMatchObject({
      code: 'INVALID_TICKET',
    })
  })

  it('gives exactly one success to fifty parallel validations over all servers', async () => {
    for (let round = 0; round < 5; round++) {
      const { ticket } = await client<SignedIn>('login', servers[round % 3] ?? '', service)
      const race = await client('race', service, ticket, ...servers)
      expect(race).toEqual({ success: 1, codes: { INVALID_TICKET: 49 } })
    }
  })

  it('grants from a session of another server without asking again', async () => {
    const { tgc } = await client<SignedIn>('login', servers[0] ?? '', service)
    const granted = await client<{ ticket?: string }>('grant', servers[2] ?? '', service, tgc)
    expect(granted.ticket).toMatch(/^ST-/)
  })
})

describe('services', () => {
  const shop = (path: string, name = 'shop') =>
    casService(name, { match: { hosts: ['shop.example.org'], paths: [path] } })

  it('serves an added service at every server when Served is true', async () => {
    await apply(namespace, shop('/a'))
    await waitFor(namespace, 'condition=Served', 'casservice/shop')
    expect(await signInRefusals(servers, 'https://shop.example.org/a')).toEqual([])
    expect(await signInRefusals(servers, 'https://shop.example.org/b')).toHaveLength(3)
  })

  it('serves an edit at every server when Served is true for the new generation', async () => {
    await apply(namespace, shop('/b'))
    await waitFor(namespace, 'condition=Served', 'casservice/shop')
    expect(await signInRefusals(servers, 'https://shop.example.org/b')).toEqual([])
    expect(await signInRefusals(servers, 'https://shop.example.org/a')).toHaveLength(3)
  })

  it('serves a renamed service under its new name, and the old one is gone', async () => {
    await apply(namespace, shop('/b', 'store'))
    await kubectl(namespace, 'delete', 'casservice/shop')
    await waitFor(namespace, 'condition=Served', 'casservice/store')
    expect(await signInRefusals(servers, 'https://shop.example.org/b')).toEqual([])
  })

  it('refuses a deleted service at every server', async () => {
    await kubectl(namespace, 'delete', 'casservice/store')
    await eventually('every server refuses the service', async () => {
      const refused = await signInRefusals(servers, 'https://shop.example.org/b')
      return refused.length === 3
    })
  })

  it('leaves a definition to somebody who changes it again and again, says so, and servers refuse what they cannot keep', async () => {
    await apply(namespace, casService('shared', { match: { hosts: ['shared.example.org'] } }))
    await waitFor(namespace, 'condition=Served', 'casservice/shared')
    const uri = await mongodbUri()
    // Another writer of the collection, such as an Apereo CAS, saves what our servers cannot honour, and insists on it.
    const synced = await eventually('the operator gives in', async () => {
      await client('overwrite', uri, 'shared')
      const condition = conditionOf(await getObject<HasConditions>(namespace, 'casservice/shared'), 'Synced')
      return condition?.reason === 'Conflict' ? condition : undefined
    })
    expect(synced).toMatchObject({
      status: 'False',
      message: expect.stringContaining('somebody else changes definition'),
    })
    await client('overwrite', uri, 'shared')
    await eventually('every server refuses it', async () => {
      const refused = await signInRefusals(servers, 'https://shared.example.org/')
      return refused.length === 3
    })
    await kubectl(namespace, 'delete', 'casservice/shared')
  })

  it('refuses what the API server cannot check, in a condition that names the field', async () => {
    await apply(namespace, casService('broken', { serviceId: '^https://broken(' }))
    const accepted = await eventually('Accepted is false', async () => {
      const condition = conditionOf(
        await getObject<HasConditions>(namespace, 'casservice/broken'),
        'Accepted',
      )
      return condition?.status === 'False' ? condition : undefined
    })
    expect(accepted.message).toContain('spec.serviceId')
    await kubectl(namespace, 'delete', 'casservice/broken')
  })
})

describe('configuration', () => {
  it('takes a changed property over at every server without a restart', async () => {
    const before = await uidsOfServers()
    await patchConfig({ 'cas.ticket.st.time-to-kill-in-seconds': '1' })
    await waitFor(namespace, 'condition=Ready', 'cascluster/sso')
    await waitFor(namespace, 'condition=ConfigSynced', 'cascluster/sso')
    for (const server of servers) {
      const { ticket } = await client<SignedIn>('login', server, service)
      await eventually('the ticket has expired', async () => {
        const { ticket: other } = await client<SignedIn>('login', server, service)
        await new Promise((resolve) => setTimeout(resolve, 1100))
        return (await client<Validation>('validate', server, service, other)).code === 'INVALID_TICKET'
      })
      expect(await client<Validation>('validate', server, service, ticket)).toMatchObject({
        code: 'INVALID_TICKET',
      })
    }
    await patchConfig({ 'cas.ticket.st.time-to-kill-in-seconds': null })
    await waitFor(namespace, 'condition=ConfigSynced', 'cascluster/sso')
    expect(await uidsOfServers()).toEqual(before)
  })
})

async function patchConfig(config: Readonly<Record<string, string | null>>): Promise<void> {
  await kubectl(
    namespace,
    'patch',
    'cascluster/sso',
    '--type=merge',
    '--patch',
    JSON.stringify({ spec: { config } }),
  )
}

async function mongodbUri(): Promise<string> {
  const secret = await getObject<{ data: { uri: string } }>(namespace, 'secret/sso-mongodb-server')
  return Buffer.from(secret?.data.uri ?? '', 'base64').toString('utf8')
}
