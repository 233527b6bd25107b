import { expect, it } from '@jest/globals'
import { addressOf } from './address.ts'

const tls = { cert: 'cert', key: 'key' }
const none = { port: undefined, tls: undefined }

it('listens where the serverUrl says', () => {
  expect(addressOf({ ...none, serverUrl: 'http://127.0.0.1:8080/cas' })).toMatchObject({
    url: 'http://127.0.0.1:8080/cas',
    port: 8080,
    behindProxy: undefined,
  })
  expect(addressOf({ ...none, serverUrl: 'http://localhost/' })).toMatchObject({
    url: 'http://localhost',
    port: 80,
  })
})

it('another port is part of the http URL that people use', () => {
  expect(addressOf({ ...none, port: 8291, serverUrl: 'http://127.0.0.1:8080/cas' })).toMatchObject({
    url: 'http://127.0.0.1:8291/cas',
    port: 8291,
  })
})

it('an https URL is left alone: its proxy has that port, and the pool listens on the other', () => {
  expect(addressOf({ ...none, port: 8291, serverUrl: 'https://localhost:8443/cas' })).toEqual({
    url: 'https://localhost:8443/cas',
    port: 8291,
    tls: undefined,
    behindProxy: 'http://127.0.0.1:8291',
  })
})

it('speaks https itself with a certificate', () => {
  expect(addressOf({ port: undefined, tls, serverUrl: 'https://localhost:8443/cas' })).toEqual({
    url: 'https://localhost:8443/cas',
    port: 8443,
    tls,
    behindProxy: undefined,
  })
  expect(addressOf({ port: 9443, tls, serverUrl: 'https://localhost:8443/cas' })).toMatchObject({
    url: 'https://localhost:9443/cas',
    port: 9443,
  })
  expect(addressOf({ port: undefined, tls, serverUrl: 'https://localhost/cas' })).toMatchObject({ port: 443 })
})

it('refuses an https URL that nobody would answer, and a certificate that nobody would see', () => {
  expect(() => addressOf({ ...none, serverUrl: 'https://localhost:8443/cas' })).toThrow(/--tls-cert.*--port/)
  expect(() => addressOf({ port: 1, tls, serverUrl: 'http://localhost/cas' })).toThrow(/is http/)
})
