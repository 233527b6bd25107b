/** An operator that may only see named namespaces: it has Roles there, and no more. */
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import { run } from '../tools/system/command.ts'
import { apply, kubectl, waitFor } from './kubectl.ts'
import { casService, signInRefusals } from './objects.ts'
import { installOperator, installPool, namespace, operatorNamespace, serverUrl } from './pool.ts'

jest.setTimeout(600_000)

const account = `system:serviceaccount:${operatorNamespace}:cas-operator`

beforeAll(async () => {
  await installPool()
  await installOperator(`watchNamespaces={${namespace}}`)
})

afterAll(() => installOperator())

it('serves a service that is applied, and forgets one that is deleted', async () => {
  await apply(namespace, casService('scoped', { match: { hosts: ['scoped.example.org'] } }))
  await waitFor(namespace, 'condition=Served', 'casservice/scoped')
  expect(await signInRefusals([await serverUrl(0)], 'https://scoped.example.org/')).toEqual([])
  await kubectl(namespace, 'delete', 'casservice/scoped')
  await waitFor(namespace, 'condition=Ready', 'cascluster/sso')
})

it('may read and write Secrets there and nowhere else', async () => {
  expect(await may('create', 'secrets', namespace)).toBe('yes')
  expect(await may('get', 'secrets', 'kube-system')).toBe('no')
  expect(await may('list', 'casclusters.caspool.io', 'default')).toBe('no')
})

/** kubectl says no with exit status 1. */
async function may(verb: string, resource: string, where: string): Promise<string> {
  const question = ['auth', 'can-i', verb, resource, '--namespace', where, '--as', account]
  return run('kubectl', question).then(
    (text) => text.trim(),
    () => 'no',
  )
}
