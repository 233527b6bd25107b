import { describe, expect, it } from '@jest/globals'
import { entryProblem, isNodeName, isReplicableFile } from './entry.ts'
import type { DefinitionEntry } from './transport.ts'
import { compareVersions } from './version.ts'

const sound: DefinitionEntry = {
  kind: 'definition',
  id: '-9223372036854775808',
  version: { counter: 1n, node: 'node-0' },
  file: 'cas-client/app-1.json',
  text: '{}',
}

describe('an entry of another node', () => {
  it('is taken when it is one that a node makes', () => {
    expect(entryProblem(sound)).toBeUndefined()
    expect(entryProblem({ kind: 'tombstone', id: '1', version: sound.version })).toBeUndefined()
  })

  it.each([
    { version: { counter: 2n ** 48n, node: 'a' } },
    { version: { counter: 2n ** 48n + 7n, node: 'a' }, replaces: { counter: 7n, node: 'a' } },
    { version: { counter: 2n ** 62n - 1n, node: 'a' }, replaces: { counter: 2n ** 62n - 2n, node: 'a' } },
    { version: { counter: 5n, node: 'b' }, replaces: { counter: 5n, node: 'a' } },
  ])('is taken with %p', (change) => {
    expect(entryProblem({ ...sound, ...change })).toBeUndefined()
  })

  const tooFar = 'the version is too far above the one that it replaces'
  it.each([
    [{ id: '01' }, 'the id is no 64-bit number'],
    [{ id: '9223372036854775808' }, 'the id is no 64-bit number'],
    [{ id: '__proto__' }, 'the id is no 64-bit number'],
    [{ version: { counter: 0n, node: 'a' } }, 'the version is none that a node gives'],
    [{ version: { counter: 2n ** 63n - 1n, node: 'a' } }, 'the version is none that a node gives'],
    [{ version: { counter: 2n ** 62n, node: 'a' } }, 'the version is none that a node gives'],
    [{ version: { counter: 2n ** 62n - 1n, node: 'a' } }, tooFar],
    [{ version: { counter: 2n ** 48n + 1n, node: 'a' } }, tooFar],
    [{ version: { counter: 2n ** 48n + 8n, node: 'a' }, replaces: { counter: 7n, node: 'a' } }, tooFar],
    [{ version: { counter: 1n, node: 'a b' } }, 'the version is none that a node gives'],
    [{ replaces: { counter: -1n, node: 'a' } }, 'the replaced version is none'],
    [{ replaces: { counter: 1n, node: 'node-0' } }, 'the replaced version is not smaller'],
    [{ replaces: { counter: 2n ** 62n - 2n, node: 'a' } }, 'the replaced version is not smaller'],
    [{ file: '../app-1.json' }, 'the file is none that a node may write'],
    [{ text: 'x'.repeat(1_048_577) }, 'the definition is too large'],
  ])('is refused with %p', (change, problem) => {
    expect(entryProblem({ ...sound, ...change })).toBe(problem)
  })

  it.each([
    '',
    '/etc/app-1.json',
    'a//app-1.json',
    './app-1.json',
    'a/../../app-1.json',
    '.hidden-1.json',
    '.git/app-1.json',
    'a\\b-1.json',
    'app\u0000-1.json',
    'app-1.sh',
    'app-1.json/',
    `${'x'.repeat(260)}.json`,
  ])('may not write the file %j', (file) => {
    expect(isReplicableFile(file)).toBe(false)
  })

  it.each(['app-1.json', 'Über uns-1.yml', 'saml2-service-provider/a.b-1.yaml'])('may write %j', (file) => {
    expect(isReplicableFile(file)).toBe(true)
  })
})

it('orders versions by counter, then by the name of the node', () => {
  const versions = [
    { counter: 10n, node: 'a' },
    { counter: 9n, node: 'b' },
    { counter: 9n, node: 'B' },
    { counter: 2n ** 60n, node: 'a' },
  ]
  const texts = versions.sort(compareVersions).map(({ counter, node }) => `${counter}${node}`)
  expect(texts).toEqual(['9B', '9b', '10a', `${2n ** 60n}a`])
})

it('takes host names for names of nodes, and nothing that another store could order otherwise', () => {
  expect(['cas1.example.org', 'sso-server-0'].every(isNodeName)).toBe(true)
  expect(['', 'a b', 'ü', 'a\n', 'x'.repeat(254)].some(isNodeName)).toBe(false)
})
