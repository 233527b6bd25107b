import { expect, it } from '@jest/globals'
import { UsageError } from '../usage.ts'
import { parseEndpoint, rsyncPath, sshHost, stageOf } from './endpoint.ts'

it.each([
  ['services', 'services'],
  ['/etc/cas/services//', '/etc/cas/services'],
  ['./a/../b', 'b'],
  ['-rf', './-rf'],
  ['./a:b', './a:b'],
  ['dir/host:x', 'dir/host:x'],
])('reads %p as a directory of this machine', (text, path) => {
  expect(parseEndpoint(text, 'SRC')).toEqual({ kind: 'local', path })
})

it.each([
  ['node2:/etc/cas/services/', 'node2', '/etc/cas/services', 'node2'],
  ['cas@node2.example.org:services', 'cas@node2.example.org', 'services', 'cas@node2.example.org'],
  ['node2:-x', 'node2', './-x', 'node2'],
  ['node2:a:b', 'node2', './a:b', 'node2'],
  ['cas@[2001:db8::1]:/srv', 'cas@[2001:db8::1]', '/srv', 'cas@2001:db8::1'],
  ['[::1]:/srv', '[::1]', '/srv', '::1'],
])('reads %p as a directory of another host', (text, host, path, forSsh) => {
  const endpoint = parseEndpoint(text, 'DST')
  expect(endpoint).toEqual({ kind: 'remote', host, path })
  if (endpoint.kind !== 'remote') return
  expect(rsyncPath(endpoint)).toBe(`${host}:${path}`)
  expect(sshHost(endpoint)).toBe(forSsh)
})

it.each([
  ['', 'is empty'],
  ['/', 'must name a directory'],
  ['.', 'must name a directory'],
  ['a/../..', 'must name a directory'],
  ['host:', 'names no directory'],
  ['host:/', 'must name a directory'],
  ['host:~/services', 'leave ~/ out'],
  ['host::module', 'daemons'],
  ['rsync://host/module', 'daemons'],
  ['[::1]::module', 'daemons'],
  ['-oProxyCommand=x:/srv', 'cannot look like that'],
  ['user@-oProxyCommand=x:/srv', 'cannot look like that'],
  ['[-oProxyCommand=x]:/srv', 'cannot look like that'],
  ['user@[-oProxyCommand=x]:/srv', 'cannot look like that'],
  ['-user@[::1]:/srv', 'cannot look like that'],
  ['a b:/srv', 'cannot look like that'],
  ['a\0b', 'no path can have'],
  ['a@b@c:/srv', 'is neither'],
])('refuses %p: %s', (text, why) => {
  expect(() => parseEndpoint(text, 'DST')).toThrow(UsageError)
  expect(() => parseEndpoint(text, 'DST')).toThrow(why)
})

it.each(['mongodb://', 'mongodb:/', 'https:///'])('shows no password of %sUSER:PASSWORD@HOST', (start) => {
  expect(() => parseEndpoint(`${start}user:secret@host/cas`, 'SRC')).toThrow(
    `SRC "${start}***@host/cas": is a URI`,
  )
})

it('keeps what is on its way beside the destination, out of sight', () => {
  expect(stageOf('/etc/cas/services')).toBe('/etc/cas/.services.caspool-sync')
  expect(stageOf('services')).toBe('.services.caspool-sync')
})
