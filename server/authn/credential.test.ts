import { expect, it } from '@jest/globals'
import { parseCredential } from './credential.ts'

it('takes blanks off the user name and leaves the password exact', () => {
  expect(parseCredential(' casuser ', ' Mellon ')).toEqual({
    kind: 'credential',
    credential: { username: 'casuser', password: ' Mellon ' },
  })
})

it.each([
  ['no user name', undefined, 'x'],
  ['a blank user name', '  ', 'x'],
  ['no password', 'casuser', undefined],
  ['an empty password', 'casuser', ''],
])('is incomplete with %s', (_what, username, password) => {
  expect(parseCredential(username, password).kind).toBe('incomplete')
})

it.each([
  ['a NUL in the name', 'cas\0user', 'x'],
  ['a line feed in the name', 'cas\nuser', 'x'],
  ['a NUL in the password', 'casuser', 'a\0b'],
  ['a name of 1 MB', 'u'.repeat(1_000_000), 'x'],
  ['a password of 1 MB', 'casuser', 'p'.repeat(1_000_000)],
])('is unacceptable with %s', (_what, username, password) => {
  expect(parseCredential(username, password).kind).toBe('unacceptable')
})

it('leaves what other systems read as operators as plain text', () => {
  const parsed = parseCredential('*)(uid=*', '{"$ne":null}')
  expect(parsed).toEqual({
    kind: 'credential',
    credential: { username: '*)(uid=*', password: '{"$ne":null}' },
  })
})
