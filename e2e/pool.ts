/** The pool of the scenarios: installed as the documentation says, reached through pods of the cluster. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { apply, getObject, helm, kubectl, waitFor } from './kubectl.ts'

const root = resolve(import.meta.dirname, '..')
export const operatorNamespace = 'caspool-system'
export const namespace = 'sso'
export const service = 'http://localhost:9000/app'
const version = String(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version)
const clientPod = 'cas-client'

/** The scenarios' mongod image; `cluster up` brings it. */
const mongodbImage = process.env['CASPOOL_TEST_MONGODB_IMAGE'] ?? 'caspool.local/mongo:6.0.5'

/** Installs the operator, the samples and the client pod, and waits until people can sign in. Does nothing twice. */
export async function installPool(): Promise<void> {
  await installOperator()
  await makeNamespace()
  await kubectl(namespace, 'apply', '--recursive', '--filename', join(root, 'crds/samples'))
  await startClient()
  await waitFor(namespace, 'condition=Ready', 'casclusters', '--all')
  await waitFor(
    namespace,
    'condition=Ready',
    'casservice/local-apps',
    'casservice/intranet',
    'casservice/payroll',
  )
}

/** `values`: further `--set` options of the chart. */
export async function installOperator(...values: readonly string[]): Promise<void> {
  const chart = join(root, 'helm/cas-operator')
  const options = ['--namespace', operatorNamespace, '--create-namespace', '--wait', '--timeout', '4m']
  const settings = [`defaultImages.mongodb=${mongodbImage}`, ...values].flatMap((value) => ['--set', value])
  await helm('upgrade', '--install', 'cas-operator', chart, ...options, ...settings)
  await kubectl(operatorNamespace, 'rollout', 'status', 'deployment/cas-operator', '--timeout=120s')
}

async function makeNamespace(): Promise<void> {
  await apply('default', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
}

/** A pod that stays, made from the server image, with the client's script. */
async function startClient(): Promise<void> {
  const script = readFileSync(join(root, 'e2e/client.mjs'), 'utf8')
  const mount = { name: 'script', mountPath: '/client' }
  await apply(
    namespace,
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: clientPod }, data: { 'client.mjs': script } },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: clientPod },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            name: 'client',
            image: `docker.io/caspool/server:${version}`,
            imagePullPolicy: 'IfNotPresent',
            command: ['node', '-e', 'setInterval(() => {}, 3600000)'],
            volumeMounts: [mount],
          },
        ],
        volumes: [{ name: 'script', configMap: { name: clientPod } }],
      },
    },
  )
  await waitFor(namespace, 'condition=Ready', `pod/${clientPod}`)
}

/** Runs one command of e2e/client.mjs in the client pod; answers what it printed, one object per line. */
export async function clientLines<T>(...args: readonly string[]): Promise<readonly T[]> {
  const text = await kubectl(namespace, 'exec', clientPod, '--', 'node', '/client/client.mjs', ...args)
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T)
}

export async function client<T>(...args: readonly string[]): Promise<T> {
  const [line] = await clientLines<T>(...args)
  if (line === undefined) throw new Error(`the client printed nothing for ${args.join(' ')}`)
  return line
}

/** URL of one server, past the load balancing. */
export async function serverUrl(ordinal: number): Promise<string> {
  const pod = await getObject<{ status: { podIP: string } }>(namespace, `pod/sso-server-${ordinal}`)
  if (pod === undefined) throw new Error(`there is no pod sso-server-${ordinal}`)
  return `http://${pod.status.podIP}:8080/cas`
}

/** URL of the pool as applications in the cluster reach it. */
export const poolUrl = 'http://sso-server:8080/cas'

export type SignedIn = { readonly ticket: string; readonly tgc: string }
export type Validation = {
  readonly user?: string
  readonly attributes?: Readonly<Record<string, readonly string[]>>
  readonly code?: string
  readonly status?: number
}
export type Turn = {
  readonly at: number
  readonly ms: number
  readonly user?: string
  readonly error?: string
}
