import { expect, it } from '@jest/globals'
import { outboundTarget } from './target.ts'

const httpsOnly = { allowHttp: false }

it('is the host, the port and the path of the URL, without its fragment', () => {
  expect(outboundTarget('https://App.example.org:8443/cb?x=1#top', httpsOnly)).toEqual({
    kind: 'target',
    target: { isHttps: true, host: 'app.example.org', port: 8443, path: '/cb?x=1' },
  })
})

it.each([
  ['https://2130706433/', '127.0.0.1'],
  ['https://0x7f.1/', '127.0.0.1'],
  ['https://0177.0.0.1/', '127.0.0.1'],
  ['https://127.1/', '127.0.0.1'],
  ['https://127.0.0.1./', '127.0.0.1'],
  ['https://①②⑦.0.0.1/', '127.0.0.1'],
  ['https://[::FFFF:127.0.0.1]/', '::ffff:7f00:1'],
])('is the address that is meant by %s', (url, host) => {
  expect(outboundTarget(url, httpsOnly)).toMatchObject({ target: { host } })
})

it.each([
  ['http://app.example.org/', 'not https'],
  ['ftp://app.example.org/', 'not https'],
  ['javascript:alert(1)', 'not https'],
  ['app.example.org', 'not a URL'],
  ['https://user:secret@app.example.org/', 'user name'],
  ['https://app.example.org:22/', 'port 22'],
  ['https://app.example.org\\@evil.example.net/', 'backslashes'],
  ['https://app.example.org/\r\nX: y', 'white space'],
  [`https://app.example.org/${'a'.repeat(5000)}`, 'too long'],
])('refuses %s', (url, reason) => {
  expect(outboundTarget(url, httpsOnly)).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining(reason),
  })
})

it('is http only where the caller takes that', () => {
  expect(outboundTarget('http://app.example.org/', { allowHttp: true })).toMatchObject({
    target: { isHttps: false, port: 80 },
  })
})
