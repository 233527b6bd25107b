/** The pool's address over TLS: a certificate of the user's, plain http behind it. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import { expect, it } from '@jest/globals'
import { testAuthority } from '../server/outbound/testing/certificates.ts'
import { freePorts, until } from '../tools/system/ports.ts'
import { startBalancer } from './balancer.ts'

it('answers https with the certificate that it was given, and the servers behind it http', async () => {
  const authority = testAuthority()
  const [port = 0, behind = 0] = await freePorts(2)
  const backend = createServer((incoming, response) => response.end(incoming.url)).listen(behind, '127.0.0.1')
  await once(backend, 'listening')
  const origin = `http://127.0.0.1:${behind}`
  const backends = [{ name: 'a', origin, readyUrl: `${origin}/readyz` }]
  const balancer = await startBalancer(port, backends, authority.issue('DNS:localhost'))
  try {
    await until('the server is taken for ready', async () => balancer.ready().length === 1)
    const call = request({
      host: '127.0.0.1',
      port,
      path: '/cas/login',
      servername: 'localhost',
      ca: authority.cert,
    })
    call.end()
    const [response] = await once(call, 'response')
    expect([response.statusCode, await text(response)]).toEqual([200, '/cas/login'])
  } finally {
    await balancer.stop()
    backend.closeAllConnections()
    backend.close()
  }
})
