/** Access to a pool as a pipeline has it that runs in the cluster: a service account's token, not a certificate. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apply, kubectl } from '../e2e/kubectl.ts'
import { namespace } from '../e2e/pool.ts'
import { connectKube, type KubeConnection } from '../operator/kube/connect.ts'

const name = 'caspool-bench'
const rbac = 'rbac.authorization.k8s.io'

/** Makes the account, which may edit the pool's resources in its namespace, and connects as it. */
export async function connectAsPipeline(): Promise<KubeConnection> {
  const metadata = { name, namespace }
  await apply(
    namespace,
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata,
      rules: [
        {
          apiGroups: ['caspool.io'],
          resources: ['casclusters', 'casservices'],
          verbs: ['get', 'create', 'patch'],
        },
      ],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', ...metadata }],
    },
  )
  const directory = await mkdtemp(join(tmpdir(), 'caspool-bench-'))
  try {
    const file = join(directory, 'kubeconfig')
    await writeFile(file, await kubeconfigOfAccount(), { mode: 0o600 })
    return connectKube({ kubeconfig: file })
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** Takes the account away, and its token with it. */
export async function withdrawPipeline(): Promise<void> {
  await kubectl(namespace, 'delete', `serviceaccount/${name}`, `rolebinding/${name}`, `role/${name}`)
}

/** The current context of this process's kubeconfig, with the account's token in place of its user. */
async function kubeconfigOfAccount(): Promise<string> {
  const view = ['config', 'view', '--raw', '--minify', '--flatten', '--output', 'json']
  const config = JSON.parse(await kubectl(namespace, ...view)) as {
    readonly contexts: readonly { readonly context: { readonly user: string } }[]
  }
  // Longer than the measurement takes.
  const token = (await kubectl(namespace, 'create', 'token', name, '--duration', '2h')).trim()
  const users = config.contexts.map(({ context }) => ({ name: context.user, user: { token } }))
  return JSON.stringify({ ...config, users })
}
