import { argon2Sync } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'
import { load } from 'js-yaml'
import { secretKeys } from '../../common/contract.ts'
import { parseStaticUsers } from '../../common/documents/static-users.ts'
import type { CasCluster } from './cas-cluster.ts'
import type { CasService } from './cas-service.ts'
import type { KubeObject } from './meta.ts'
import { validateCasCluster } from './validate-cas-cluster.ts'
import { validateCasService } from './validate-cas-service.ts'

const directory = join(import.meta.dirname, '../../crds/samples')
const files = globSync('**/*.yaml', { cwd: directory }).toSorted()
const read = (file: string) => load(readFileSync(join(directory, file), 'utf8')) as unknown
const cluster = read('cascluster.yaml') as CasCluster
const services = files.filter((file) => file.startsWith('services/'))

it('is a valid cluster', () => {
  expect(validateCasCluster(cluster)).toEqual([])
})

it.each(services)('has a valid service of that cluster in %s', (file) => {
  const service = read(file) as CasService
  expect(validateCasService(service)).toEqual([])
  expect(service.spec.clusterRef).toEqual({ name: cluster.metadata.name })
})

it('lets any application on the own machine in, with all attributes, proxying and logout', () => {
  const { spec } = read('services/local-apps.yaml') as CasService
  expect(spec.match).toEqual({ schemes: ['http', 'https'], hosts: ['localhost:*', '127.0.0.1:*'] })
  expect(spec).toMatchObject({ attributes: { policy: 'All' }, logout: { type: 'BackChannel' } })
  const callback = new RegExp(`^(?:${spec.proxy?.callbackPattern})$`)
  for (const url of ['http://localhost:3000/proxy', 'https://127.0.0.1/callback'])
    expect(url).toMatch(callback)
  for (const url of ['http://localhost.example.org/', 'http://evil.example.org/?http://localhost/']) {
    expect(url).not.toMatch(callback)
  }
})

it('has users with the passwords that its comment names, and attributes to try things out with', () => {
  const secret = read('users.yaml') as KubeObject & { readonly stringData: Readonly<Record<string, string>> }
  expect(secret.metadata.name).toBe(cluster.spec.authentication?.staticUsers?.secretRef.name)
  const parsed = parseStaticUsers(secret.stringData[secretKeys.users] ?? '')
  if (parsed.kind === 'refused') throw new Error(parsed.problems.join('\n'))
  expect(parsed.users.map(({ name }) => name)).toEqual(['casuser', 'jsmith'])
  const passwords: Readonly<Record<string, string>> = { casuser: 'Mellon', jsmith: 'Speakfriend' }
  for (const { name, passwordHash, attributes } of parsed.users) {
    const [, , , , salt = '', hash = ''] = passwordHash.split('$')
    const options = {
      nonce: Buffer.from(salt, 'base64'),
      memory: 19456,
      passes: 2,
      parallelism: 1,
      tagLength: 32,
    }
    const computed = argon2Sync('argon2id', { ...options, message: passwords[name] ?? '' })
    expect(computed.toString('base64').replaceAll('=', '')).toBe(hash)
    expect(Object.keys(attributes).toSorted()).toEqual(['cn', 'mail', 'memberOf', 'uid'])
    expect(attributes['memberOf']?.length).toBeGreaterThan(1)
  }
})
