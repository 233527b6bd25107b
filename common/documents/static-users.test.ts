import { expect, it } from '@jest/globals'
import { parseStaticUsers } from './static-users.ts'

const hash = '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$aGFzaGhhc2hoYXNo'

function problemsOf(text: string): readonly string[] {
  const parsed = parseStaticUsers(text)
  return parsed.kind === 'refused' ? parsed.problems : []
}

it('reads users with single and several values', () => {
  const text = `
casuser:
  password: ${hash}
  attributes: { mail: casuser@example.org, memberOf: [staff, admins] }
other:
  password: '${hash}'
`
  expect(parseStaticUsers(text)).toEqual({
    kind: 'users',
    users: [
      {
        name: 'casuser',
        passwordHash: hash,
        attributes: { mail: ['casuser@example.org'], memberOf: ['staff', 'admins'] },
      },
      { name: 'other', passwordHash: hash, attributes: {} },
    ],
  })
})

it('takes every value as the text that stands there', () => {
  const parsed = parseStaticUsers(`007:
  password: ${hash}
  attributes: { phone: 0123, active: true, nothing: null, born: 2001-01-01, many: [1.50, no] }
`)
  expect(parsed.kind === 'users' && parsed.users[0]).toMatchObject({
    name: '007',
    attributes: {
      phone: ['0123'],
      active: ['true'],
      nothing: ['null'],
      born: ['2001-01-01'],
      many: ['1.50', 'no'],
    },
  })
})

it('refuses a plain password, names the user, points to hash-password and does not repeat the password', () => {
  const [problem] = problemsOf('anna:\n  password: Mellon\n')
  expect(problem).toContain('anna.password')
  expect(problem).toContain('caspool hash-password')
  expect(problem).not.toContain('Mellon')
})

it('refuses other hashes than argon2id', () => {
  expect(problemsOf('anna: { password: "$2b$10$abcdefgh" }')).toEqual([
    'anna.password: must be an argon2id hash; make a hash with `caspool hash-password`',
  ])
})

it('names every problem at once', () => {
  const text = `
anna: { password: plain, attributes: [mail] }
bert: { passwort: x }
carl: text
dora: { password: ${JSON.stringify(hash)}, attributes: { address: { street: x }, __proto__: y } }
`
  expect(problemsOf(text).map((problem) => problem.split(':')[0])).toEqual([
    'anna.password',
    'anna.attributes',
    'bert.passwort',
    'bert.password',
    'carl',
    'dora.attributes.address',
    'dora.attributes',
  ])
})

it.each([
  ['an empty file', '', 'expected a document'],
  ['a list', '- anna', 'must map user names'],
  ['a user given twice', 'anna: {password: x}\nanna: {password: y}', 'line 2: duplicated'],
  ['a user called __proto__', `__proto__: { password: "${hash}" }`, 'is not a user name'],
  ['a user name with a blank at its end', `"anna ": { password: "${hash}" }`, 'is not a user name'],
  ['a tag that would run code', 'anna: !!js/function x', 'unknown'],
  ['two documents', `anna: {}\n---\nbert: {}`, 'single document'],
])('refuses %s', (_title, text, reason) => {
  expect(problemsOf(text).join('\n')).toContain(reason)
})

it('shows no line of a file that is not YAML', () => {
  const text = `anna: { password: "secret-value", }}`
  expect(problemsOf(text)).toHaveLength(1)
  expect(problemsOf(text)[0]).not.toContain('secret-value')
})
