import { afterEach, expect, it } from '@jest/globals'
import { type Listener, listen } from './listener.ts'

const listeners: Listener[] = []
afterEach(async () => {
  for (const listener of listeners.splice(0)) await listener.close(0)
})

async function start(host: string, port: number, setting = 'CASPOOL_PORT'): Promise<number> {
  const listener = await listen((_request, response) => response.end(), { host, port, setting })
  listeners.push(listener)
  return listener.port
}

it('says of a port that is taken which it is, and which setting names another', async () => {
  const port = await start('127.0.0.1', 0)
  await expect(start('127.0.0.1', port, 'CASPOOL_MANAGEMENT_PORT')).rejects.toMatchObject({
    name: 'ListenFault',
    message: `cannot listen on 127.0.0.1, port ${port}: the port is in use; end what listens there, or set CASPOOL_MANAGEMENT_PORT to another port`,
  })
})

it('says of an address that is none of this machine which setting names one', async () => {
  await expect(start('192.0.2.1', 0)).rejects.toThrow(
    'cannot listen on 192.0.2.1, port 0: this machine has no such address; set CASPOOL_LISTEN_HOST to one of its own',
  )
})
