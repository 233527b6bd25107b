/** What the commands make of manifests that are no CasServices. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { commandHome, definition } from './testing/commands.ts'

jest.setTimeout(120_000)

const { home, caspool, directory, remove } = commandHome()

afterAll(remove)

describe('other objects of Kubernetes', () => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'users' }, stringData: { a: 'b' } }
  const service = {
    apiVersion: 'caspool.io/v1alpha1',
    kind: 'CasService',
    metadata: { name: 'wiki' },
    spec: { clusterRef: { name: 'sso' }, match: { hosts: ['wiki.example.org'] } },
  }
  const cluster = 'apiVersion: caspool.io/v1alpha1\nkind: CasCluster\nmetadata: {name: sso}\n'
  const spec = 'spec: {serverUrl: https://sso.example.org/cas}\n'

  beforeAll(async () => {
    await mkdir(join(home, 'mixed'))
    await writeFile(join(home, 'mixed/cluster.yaml'), `${cluster}${spec}`)
    await writeFile(join(home, 'mixed/kustomization.yaml'), 'kind: Kustomization\napiVersion: k/v1\n')
    const list = { kind: 'List', apiVersion: 'v1', items: [service, secret] }
    await writeFile(join(home, 'mixed/list.json'), JSON.stringify(list))
    await writeFile(join(home, 'mixed/secret.yaml'), JSON.stringify(secret, undefined, 2))
  })

  it.each([
    ['lint', ['mixed'], '1 definition, 1 CasCluster: 0 errors, 0 warnings\n'],
    ['match', ['https://wiki.example.org/', 'mixed'], expect.stringMatching(/^yes {2}wiki /)],
    ['export', ['mixed', '--output', 'mixed-out'], ''],
  ])('are passed over with a note by %s, alone and in lists', async (command, args, output) => {
    const told = ['kustomization.yaml:1 Kustomization']
    if (command !== 'lint') told.unshift('cluster.yaml:1 CasCluster sso')
    told.push('list.json:1 Secret users', 'secret.yaml:1 Secret users')
    const result = await caspool([command, ...args])
    expect(result).toMatchObject({ status: 0, output })
    const notes = result.errors.split('\n').filter((line) => line.startsWith('note'))
    expect(notes).toEqual(
      told.map((one) => {
        const [place, ...what] = one.split(' ')
        return `note     mixed/${place}: is passed over: ${what.join(' ')} is no service definition`
      }),
    )
  })

  it('do not stop an import, and are no definitions', async () => {
    const files = await directory('beside', definition(1))
    await writeFile(join(home, files, 'secret.yaml'), JSON.stringify(secret))
    const imported = await caspool(['import', files, '--cluster', 'sso'])
    expect(imported).toMatchObject({ status: 0, errors: expect.stringContaining('1 imported, 0 refused') })
    expect(await caspool(['lint', 'mixed/cluster.yaml'])).toMatchObject({
      status: 0,
      output: '0 definitions, 1 CasCluster: 0 errors, 0 warnings\n',
    })
  })

  it('are linted where they are CasClusters', async () => {
    const files = 'clusters'
    await mkdir(join(home, files))
    await writeFile(
      join(home, files, 'sso.yaml'),
      `${cluster}${spec.replace('}', ', config: {cas.slo.disabled: 1}}')}`,
    )
    expect(await caspool(['lint', files])).toMatchObject({
      status: 1,
      output: expect.stringContaining(
        'clusters/sso.yaml:4: error invalid-manifest: spec.config["cas.slo.disabled"] must be text',
      ),
    })
  })

  it('are an error to all commands where they are of our own group, and of a kind that is none', async () => {
    await mkdir(join(home, 'typo'))
    await writeFile(join(home, 'typo/a.yaml'), cluster.replace('CasCluster', 'CasServce'))
    const message = 'kind CasServce is not known; did you mean CasService?'
    for (const [expected, command, ...args] of [
      [1, 'lint', 'typo'],
      [1, 'import', 'typo', '--cluster', 'sso'],
      [2, 'match', 'https://wiki.example.org/', 'typo'],
      [1, 'export', 'typo', '--output', 'typo-out'],
    ] as const) {
      const { status, output, errors } = await caspool([command, ...args])
      expect({ command, status, told: `${output}${errors}` }).toEqual({
        command,
        status: expected,
        told: expect.stringContaining(message),
      })
    }
  })

  it('are told from a definition that calls something so inside', async () => {
    const properties = { '@class': 'java.util.HashMap', apiVersion: { kind: 'x' } }
    await directory('named', definition(1, { properties }))
    expect(await caspool(['lint', 'named'])).toMatchObject({
      output: expect.stringMatching(/^1 definition/m),
      errors: '',
    })
  })
})
