/** Probes, metrics, start and drain of a server, on memory stores. */
import { request } from 'node:http'
import { afterEach, describe, expect, it } from '@jest/globals'
import { createLog } from '../../common/log.ts'
import { until } from '../../tools/system/ports.ts'
import { definition } from '../cas/testing/samples.ts'
import type { Refusal, RegistryFeed, RegistrySource } from '../services/registry-source.ts'
import { memoryRegistrySource } from '../stores/memory/registry-source.ts'
import { contents, type Pool, type PoolOptions, startPool } from './testing/pool.ts'

let pool: Pool
const start = async (options: PoolOptions = {}): Promise<Pool> => {
  pool = await startPool(options)
  return pool
}
afterEach(() => pool.stop())
const ready = async (): Promise<{ status: number; body: Record<string, unknown> }> => {
  const response = await fetch(`${pool.managementUrl()}/readyz`)
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

describe('a server', () => {
  it('whose registry is loaded is ready, and says what it holds', async () => {
    await start()
    expect(await ready()).toMatchObject({
      status: 200,
      body: { ready: true, registry: { loaded: true, rev: 1, services: 1 }, mongodb: 'connected' },
    })
  })

  it('whose registry is not loaded yet lives, is not ready, and answers 503', async () => {
    const never: RegistrySource = { follow: () => new Promise(() => undefined) }
    await start({ registry: never })
    expect((await fetch(`${pool.managementUrl()}/livez`)).status).toBe(200)
    expect(await ready()).toMatchObject({ status: 503, body: { ready: false, mongodb: 'connecting' } })
    expect((await pool.browser().get('/login')).status).toBe(503)
    expect((await pool.browser().get('/serviceValidate')).body).toBe('Service unavailable\n')
  })

  it('stays ready while MongoDB is away, and says so', async () => {
    const feed: RegistryFeed = { isCurrent: false, stop: async () => undefined }
    const registry: RegistrySource = {
      follow: async (apply) => {
        apply(contents({}))
        return feed
      },
    }
    await start({ registry })
    expect(await ready()).toMatchObject({ status: 200, body: { ready: true, mongodb: 'away' } })
  })

  it('counts its requests by route and status, never by query', async () => {
    await start()
    await pool.browser().get('/serviceValidate', { service: 'https://app.example.org/', ticket: 'ST-secret' })
    const text = await (await fetch(`${pool.managementUrl()}/metrics`)).text()
    expect(text).toContain(
      'caspool_http_request_seconds_count{route="/serviceValidate",method="GET",status="200"} 1',
    )
    expect(text).toContain('caspool_ready 1')
    expect(text).not.toContain('ST-')
  })

  it('says which properties it refuses, once, in its log and its metrics', async () => {
    const lines: string[] = []
    const log = createLog('test', 'info', { write: (line) => void lines.push(line) })
    const registry = memoryRegistrySource(contents({}))
    await start({ registry, log })
    await Promise.all(pool.servers.map(({ loaded }) => loaded))
    const refused = () => lines.filter((line) => line.includes('properties refused'))
    const properties = { 'cas.slo.disabled': 'perhaps', 'cas.x.password': 'Mellon' }
    registry.publish(contents({ properties }, 2))
    registry.publish(contents({ properties }, 3))
    expect(refused()).toHaveLength(1)
    expect(refused()[0]).toContain('cas.slo.disabled: must be true or false')
    expect(lines.join()).not.toContain('Mellon')
    const metrics = await (await fetch(`${pool.managementUrl()}/metrics`)).text()
    expect(metrics).toContain('caspool_registry_refused{kind="property"} 2\n')
    registry.publish(contents({}, 4))
    expect(refused()).toHaveLength(2)
  })

  it('says which definitions it refuses, and why, once each', async () => {
    const lines: string[] = []
    const log = createLog('test', 'info', { write: (line) => void lines.push(line) })
    const broken = {
      ...definition(),
      id: 7n,
      name: 'Broken',
      serviceId: '^https://(broken\\.example\\.org/.*',
    }
    const registry = memoryRegistrySource(contents({ services: [definition()] }))
    await start({ registry, log })
    await Promise.all(pool.servers.map(({ loaded }) => loaded))
    const refused = () => lines.filter((line) => line.includes('definition refused'))
    registry.publish(contents({ services: [definition(), broken] }, 2))
    registry.publish(contents({ services: [definition(), broken] }, 3))
    expect(refused()).toHaveLength(1)
    expect(refused()[0]).toContain('"level":"warn"')
    expect(refused()[0]).toContain('"service":"7"')
    expect(refused()[0]).toContain('definition refused: nobody is signed in to its URLs')
    expect(refused()[0]).toContain('serviceId: a parenthesis is not closed')
    expect(refused()[0]).toContain('"heldBack":"those that hold broken.example.org"')
  })

  it('says loudly that a definition holds back all URLs behind it, and how many services stand there', async () => {
    const lines: string[] = []
    const log = createLog('test', 'warn', { write: (line) => void lines.push(line) })
    const wide = { ...definition(), id: 7n, serviceId: '^https://(?<=x).*', evaluationOrder: -1 }
    const behind = [definition(), { ...definition(), id: 8n }]
    const before = { ...definition(), id: 9n, evaluationOrder: -2 }
    await start({ registry: memoryRegistrySource(contents({ services: [before, wide, ...behind] })), log })
    await Promise.all(pool.servers.map(({ loaded }) => loaded))
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      {
        level: 'warn',
        service: '7',
        heldBack: 'ALL URLs behind it in the order',
        servicesBehind: 2,
        msg: 'definition refused: nobody is signed in to ANY service behind it in the order',
      },
    ])
    expect((await ready()).body).toMatchObject({ registry: { holdBackAllUrls: ['7'] } })
    const text = await (await fetch(`${pool.managementUrl()}/metrics`)).text()
    expect(text).toContain('caspool_registry_holding_all 1')
  })

  it('says of each refusal what becomes of its URLs, and which file it is about', async () => {
    const lines: string[] = []
    const log = createLog('test', 'warn', { write: (line) => void lines.push(line) })
    const unread: Refusal[] = [
      { id: '1', file: 'app-1.json', reason: 'is empty', urls: 'asBefore' },
      { id: 'file:half-8.json', file: 'half-8.json', reason: 'line 1', urls: 'open' },
    ]
    const broken = { ...definition(), id: 7n, serviceId: '^https://(broken\\.example\\.org/.*' }
    const registry = memoryRegistrySource(contents({}))
    await start({ registry, log })
    await Promise.all(pool.servers.map(({ loaded }) => loaded))
    const fileOf = (id: string) => `folder/Broken-${id}.json`
    for (const rev of [2, 3]) {
      const services = [definition(), broken]
      registry.publish({ ...contents({ services }, rev), refused: unread, fileOf })
    }
    const told = lines.map((line) => JSON.parse(line)).map(({ msg, file, level }) => [level, file, msg])
    expect(told).toEqual([
      ['warn', 'folder/Broken-7.json', 'definition refused: nobody is signed in to its URLs'],
      ['warn', 'app-1.json', 'definition refused: what it said before is served'],
      [
        'warn',
        'half-8.json',
        'definition refused: no URLs are held back for it, and other services may take them',
      ],
    ])
  })

  it('keeps probes and metrics off the public port', async () => {
    await start()
    for (const path of ['/livez', '/readyz', '/metrics']) {
      expect((await pool.browser().get(path)).status).toBe(404)
    }
  })

  it('that is to end is unready at once, serves on with "Connection: close", and then is gone', async () => {
    await start({ drainDelayMs: 300 })
    const stopped = pool.servers[0]!.stop()
    expect(await ready()).toMatchObject({ status: 503, body: { draining: true } })
    expect(await connectionHeader(`${pool.url()}/login`)).toBe('close')
    await stopped
    await until('the port is closed', async () =>
      fetch(`${pool.url()}/login`).then(
        () => false,
        () => true,
      ),
    )
  })
})

/** fetch hides this header. */
function connectionHeader(url: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    request(url, (response) => {
      response.resume()
      resolve(response.headers.connection)
    })
      .on('error', reject)
      .end()
  })
}
