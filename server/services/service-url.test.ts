import { expect, it } from '@jest/globals'
import { isTargetName, readServiceUrl } from './service-url.ts'

it.each([
  ['https://app.example.org', { scheme: 'https', host: 'app.example.org', port: '', rest: '' }],
  [
    'HTTPS://App.Example.org:443/Path?A=B#c',
    { scheme: 'https', host: 'app.example.org', port: '443', rest: '/path?a=b#c' },
  ],
  ['http://127.0.0.1:8080/x', { scheme: 'http', host: '127.0.0.1', port: '8080' }],
  ['http://[::1]:3000/', { host: '[::1]', port: '3000' }],
  ['https://my_app/', { host: 'my_app' }],
  ['https://app/?next=https://other/../x', { rest: '/?next=https://other/../x' }],
  ['https://app/Ünïcode/\u212a', { rest: '/Ünïcode/\u212a' }],
  ['https://app/my files?q=a b', { host: 'app', rest: '/my files?q=a b' }],
])('takes %s apart', (text, parts) => {
  expect(readServiceUrl(text)).toMatchObject(parts)
})

it.each([
  ['a backslash', 'https://app.example.org\\@evil.net/'],
  ['a user name', 'https://app.example.org@evil.net/'],
  ['a user name with a port', 'https://app.example.org:443@evil.net/'],
  ['an empty host', 'https:///evil.net'],
  ['one slash', 'https:/evil.net'],
  ['no scheme', '//evil.net'],
  ['a script', 'javascript:alert(1)'],
  ['another scheme', 'imaps://mail.example.org'],
  ['white space in front', ' https://app.example.org/'],
  ['a blank behind', 'https://app.example.org/ '],
  ['a blank in the host', 'https://app.example.org /'],
  ['a blank that does not break', 'https://app.example.org/\u00a0x'],
  ['a tab', 'https://app.example.org/\tx'],
  ['a line break', 'https://app.example.org/\nx'],
  ['NUL', 'https://app.example.org/\0'],
  ['a line separator', 'https://app.example.org/\u2028'],
  ['half a character', 'https://app.example.org/\ud800'],
  ['an empty port', 'https://app.example.org:/'],
  ['a port beyond the last', 'https://app.example.org:65536/'],
  ['a port with a leading zero', 'https://app.example.org:0443/'],
  ['parameters in the host', 'https://app.example.org;x/'],
  ['a percent sign in the host', 'https://app%2eexample.org/'],
  ['letters beyond ASCII in the host', 'https://äpp.example.org/'],
  ['a short address', 'https://127.1/'],
  ['a number for an address', 'https://2130706433/'],
  ['a hexadecimal address', 'https://0x7f.0.0.1/'],
  ['dot segments', 'https://app.example.org/public/../admin'],
  ['hidden dot segments', 'https://app.example.org/public/.%2E/admin'],
  ['dot segments with parameters', 'https://app.example.org/public/..;x/admin'],
  ['too many characters', `https://app.example.org/${'a'.repeat(2048)}`],
  ['nothing', ''],
])('takes a URL with %s for nobody’s', (_title, text) => {
  expect(readServiceUrl(text)).toBeUndefined()
})

it.each(['imap', 'imap:mail.example.org', 'imaps://mail.example.org:993/inbox', 'urn:x:y', 'ldap://[::1]'])(
  'takes %s for a name of a target of proxy tickets',
  (text) => {
    expect(isTargetName(text)).toBe(true)
    expect(readServiceUrl(text)).toBeUndefined()
  },
)

it.each([
  ['a web address', 'https://app.example.org/'],
  ['a web address that is broken', 'HTTP:\\\\evil.net'],
  ['a web address of the same scheme', '//evil.net'],
  ['a path', '/evil'],
  ['a blank', 'imap mail'],
  ['a line break', 'imap:\nmail'],
  ['a backslash', 'imap:\\mail'],
  ['half a character', 'imap:\ud800'],
  ['too many characters', `imap:${'a'.repeat(2048)}`],
])('does not take for such a name what is or holds %s', (_title, text) => {
  expect(isTargetName(text)).toBe(false)
})
