import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { programPath } from '../cluster/build.ts'
import { run } from '../system/command.ts'
import { startApiServer, type TestApiServer } from './api-server.ts'

let server: TestApiServer
beforeAll(async () => {
  server = await startApiServer()
}, 90_000)
afterAll(() => server?.stop(), 30_000)

const kubectl = (args: string[], input?: string) =>
  run(
    programPath('kubectl'),
    [`--kubeconfig=${server.kubeconfig}`, ...args],
    input === undefined ? {} : { input },
  )

it('validates and stores what an administrator applies', async () => {
  const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'stored' }, data: { answer: '42' } }
  await kubectl(['apply', '-f', '-'], JSON.stringify(config))
  expect(await kubectl(['get', 'configmap', 'stored', '-o', 'jsonpath={.data.answer}'])).toBe('42')
  const wrong = { ...config, metadata: { name: 'Not A Name' } }
  await expect(kubectl(['apply', '-f', '-'], JSON.stringify(wrong))).rejects.toThrow('Invalid value')
}, 30_000)
