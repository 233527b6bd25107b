// `make deploy`: the operator's chart and the samples into a cluster, until people can sign in. `--delete` removes both.
// The cluster is the one of `make cluster` when that is up and KUBECONFIG is not set, else kubectl's current one.
import { join, resolve } from 'node:path'
import { paths } from './cluster/layout.ts'
import { binDirectory } from './cluster/recipe.ts'
import { CommandFault, run, tryRun } from './system/command.ts'

const root = resolve(import.meta.dirname, '..')
const cluster = join(root, 'tools/cluster/cluster')
const operatorNamespace = 'caspool-system'
const namespace = 'sso'

const isOurs = process.env['KUBECONFIG'] === undefined && (await tryRun(cluster, ['status'])) !== undefined
if (isOurs) process.env['KUBECONFIG'] = paths.kubeconfig
process.env['PATH'] = `${process.env['PATH']}:${binDirectory}`

try {
  if (process.argv.includes('--delete')) await undeploy()
  else await deploy()
} catch (error) {
  if (!(error instanceof CommandFault)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

async function deploy(): Promise<void> {
  await nameCluster()
  if (isOurs) await show(cluster, 'load', 'build/server.oci.tar', 'build/operator.oci.tar')
  else say('images: the cluster must be able to pull the images that the charts name, or have them loaded')
  const wait = ['--namespace', operatorNamespace, '--create-namespace', '--wait', '--timeout', '5m']
  // The cluster of `make cluster` may reach no registry: it was given a mongod image of its own.
  const image = isOurs ? ['--set', 'defaultImages.mongodb=caspool.local/mongo:6.0.5'] : []
  await show('helm', 'upgrade', '--install', 'cas-operator', 'helm/cas-operator', ...wait, ...image)
  if ((await tryRun('kubectl', ['get', 'namespace', namespace])) === undefined) {
    await show('kubectl', 'create', 'namespace', namespace)
  }
  const inNamespace = ['--namespace', namespace]
  await show('kubectl', ...inNamespace, 'apply', '--recursive', '--filename', 'crds/samples')
  await show(
    'kubectl',
    ...inNamespace,
    'wait',
    '--for=condition=Ready',
    '--timeout=5m',
    'casclusters,casservices',
    '--all',
  )
  if (isOurs) say(`\n  eval "$(tools/cluster/cluster env)"`)
  say(`
  kubectl --namespace ${namespace} port-forward service/sso-server 8080:8080

then open http://127.0.0.1:8080/cas/login and sign in as casuser with the password Mellon.`)
}

async function undeploy(): Promise<void> {
  await nameCluster()
  const pools = await run('kubectl', [
    'get',
    'casclusters',
    '--all-namespaces',
    '--no-headers',
    '--ignore-not-found',
  ])
  const others = pools.split('\n').filter((line) => line !== '' && !line.startsWith(`${namespace} `))
  if (others.length > 0) {
    say(`the operator stays, since it runs other pools:\n${others.join('\n')}`)
  }
  const inNamespace = ['--namespace', namespace, '--ignore-not-found']
  await show('kubectl', 'delete', '--recursive', '--filename', 'crds/samples', ...inNamespace)
  await show(
    'helm',
    'uninstall',
    'cas-operator',
    '--namespace',
    operatorNamespace,
    '--ignore-not-found',
    '--wait',
  )
  say(
    `volumes and key Secrets of the pool stay in namespace ${namespace} (deletionPolicy Retain), and the CRDs stay`,
  )
}

/** Says which cluster is meant, before anything is done to it. */
async function nameCluster(): Promise<void> {
  const context = await tryRun('kubectl', ['config', 'current-context'])
  if (context === undefined) {
    throw new CommandFault(
      'kubectl',
      1,
      'there is no current cluster: run `make cluster` first, or set KUBECONFIG',
    )
  }
  say(`cluster: ${context.trim()}${isOurs ? ' (of make cluster)' : ', the current one of kubectl'}`)
}

function show(file: string, ...args: readonly string[]): Promise<string> {
  return run(file, args, { cwd: root, show: true })
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
