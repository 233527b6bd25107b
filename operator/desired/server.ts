/** The CAS servers' objects: ServiceAccount, Services, disruption budget, StatefulSet. */
import { mounts, ports, probes, secretKeys, serverEnv } from '../../common/contract.ts'
import { labels, selectorLabels } from './labels.ts'
import { poolNames } from './names.ts'
import { container, podSecurity, spreadOverNodes } from './pod.ts'
import { type Manifest, metadata, optional, type Pool } from './pool.ts'

/** Any user but root; the image's files are readable for everybody. */
const serverUser = 65532

/** How long balancers have to look away before the server is told to stop. */
const preStopSeconds = 5
const drainDelaySeconds = 1
const graceSeconds = 45

/** All objects of the servers, in apply order. */
export function serverManifests(pool: Pool): Manifest[] {
  const budget = pool.spec.replicas > 1 ? [disruptionBudget(pool)] : []
  return [serviceAccount(pool), service(pool), membersService(pool), ...budget, statefulSet(pool)]
}

const serviceAccount = (pool: Pool): Manifest => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: metadata(pool, 'server', poolNames(pool.name).server),
  automountServiceAccountToken: false,
})

const service = (pool: Pool): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metadata(pool, 'server', poolNames(pool.name).server),
  spec: {
    type: 'ClusterIP',
    selector: selectorLabels(pool.name, 'server'),
    ports: [httpPort],
  },
})

/** Gives each member a name of its own. */
const membersService = (pool: Pool): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metadata(pool, 'server', poolNames(pool.name).serverMembers),
  spec: {
    clusterIP: 'None',
    publishNotReadyAddresses: true,
    selector: selectorLabels(pool.name, 'server'),
    ports: [
      httpPort,
      { name: 'management', port: ports.management, protocol: 'TCP', targetPort: 'management' },
    ],
  },
})

const httpPort = { name: 'http', port: ports.http, protocol: 'TCP', targetPort: 'http' }

const disruptionBudget = (pool: Pool): Manifest => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: metadata(pool, 'server', poolNames(pool.name).server),
  spec: { maxUnavailable: 1, selector: { matchLabels: selectorLabels(pool.name, 'server') } },
})

/** Parallel: a pod that cannot start never keeps the others from being replaced. */
const statefulSet = (pool: Pool): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: metadata(pool, 'server', poolNames(pool.name).server),
  spec: {
    replicas: pool.spec.replicas,
    serviceName: poolNames(pool.name).serverMembers,
    podManagementPolicy: 'Parallel',
    updateStrategy: { type: 'RollingUpdate' },
    revisionHistoryLimit: 5,
    selector: { matchLabels: selectorLabels(pool.name, 'server') },
    template: {
      metadata: {
        labels: { ...pool.spec.podTemplate.labels, ...labels(pool.name, 'server') },
        ...optional('annotations', pool.spec.podTemplate.annotations),
      },
      spec: podSpec(pool),
    },
  },
})

function podSpec(pool: Pool): Record<string, unknown> {
  const template = pool.spec.podTemplate
  return {
    serviceAccountName: poolNames(pool.name).server,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: graceSeconds,
    securityContext: podSecurity(serverUser),
    ...optional('imagePullSecrets', template.imagePullSecrets),
    ...optional('nodeSelector', template.nodeSelector),
    ...optional('tolerations', template.tolerations),
    ...optional('affinity', template.affinity),
    ...optional('priorityClassName', template.priorityClassName),
    topologySpreadConstraints: template.topologySpreadConstraints ?? spreadOverNodes(pool.name, 'server'),
    containers: [server(pool)],
    volumes: [...secretVolumes(pool), ...certificateVolumes(pool)],
  }
}

const server = (pool: Pool): Record<string, unknown> =>
  container({
    name: 'server',
    image: pool.spec.image,
    imagePullPolicy: pool.spec.imagePullPolicy,
    ports: [
      { name: 'http', containerPort: ports.http, protocol: 'TCP' },
      { name: 'management', containerPort: ports.management, protocol: 'TCP' },
    ],
    env: environment(pool),
    resources: pool.spec.resources,
    startupProbe: { ...httpProbe(probes.live), periodSeconds: 1, failureThreshold: 120 },
    readinessProbe: { ...httpProbe(probes.ready), periodSeconds: 2, failureThreshold: 2 },
    livenessProbe: { ...httpProbe(probes.live), periodSeconds: 10, failureThreshold: 6 },
    lifecycle: { preStop: { sleep: { seconds: preStopSeconds } } },
    volumeMounts: [...secretMounts(pool), ...certificateMounts(pool)],
  })

const httpProbe = (path: string): Record<string, unknown> => ({
  httpGet: { path, port: 'management', scheme: 'HTTP' },
  timeoutSeconds: 3,
})

/** The contract's variables first; what the user adds may refer to them and never replaces them. */
function environment(pool: Pool): readonly Record<string, unknown>[] {
  const own = contractEnvironment(pool)
  const ownNames = new Set(own.map(({ name }) => name))
  const added = (pool.spec.podTemplate.env ?? []).filter(({ name }) => !ownNames.has(String(name)))
  return [...own, ...added]
}

function contractEnvironment(pool: Pool): { readonly name: string; readonly [field: string]: unknown }[] {
  const { serverMembers } = poolNames(pool.name)
  const value = (name: string, text: string): { name: string; value: string } => ({ name, value: text })
  const { staticUsersSecret: users, trustedCAs, outboundAllow } = pool.spec
  return [
    { name: serverEnv.memberName, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } },
    value(
      serverEnv.memberAddress,
      `$(${serverEnv.memberName}).${serverMembers}.${pool.namespace}.svc:${ports.http}`,
    ),
    value(serverEnv.serverUrl, pool.spec.serverUrl),
    value(serverEnv.mongodbUriFile, `${mounts.mongodb}/${secretKeys.mongodbUri}`),
    value(serverEnv.mongodbDatabase, pool.spec.mongodb.database),
    value(serverEnv.poolKeyFile, `${mounts.poolKey}/${secretKeys.poolKey}`),
    ...(users === undefined ? [] : [value(serverEnv.usersFile, `${mounts.users}/${secretKeys.users}`)]),
    ...(trustedCAs.length === 0 ? [] : [value(serverEnv.trustedCAsDirectory, mounts.trustedCAs)]),
    ...(outboundAllow.length === 0 ? [] : [value(serverEnv.outboundAllow, outboundAllow.join(','))]),
    value(serverEnv.listenHost, '0.0.0.0'),
    value(serverEnv.port, String(ports.http)),
    value(serverEnv.managementPort, String(ports.management)),
    value(serverEnv.drainDelaySeconds, String(drainDelaySeconds)),
  ]
}

interface MountedSecret {
  readonly volume: string
  readonly path: string
  readonly secret: string
  readonly key: string
  /** File name under the mount. */
  readonly file: string
}

/** Only the named keys are mounted: the servers never see another user's password. */
function mountedSecrets(pool: Pool): MountedSecret[] {
  const names = poolNames(pool.name)
  const { mongodb, staticUsersSecret } = pool.spec
  const uri =
    mongodb.kind === 'external'
      ? { secret: mongodb.uriSecret.name, key: mongodb.uriSecret.key }
      : { secret: names.serverSecret, key: secretKeys.mongodbUri }
  const users = { volume: 'users', path: mounts.users, key: secretKeys.users, file: secretKeys.users }
  return [
    { volume: 'mongodb', path: mounts.mongodb, file: secretKeys.mongodbUri, ...uri },
    {
      volume: 'pool-key',
      path: mounts.poolKey,
      secret: names.poolKeySecret,
      key: secretKeys.poolKey,
      file: secretKeys.poolKey,
    },
    ...(staticUsersSecret === undefined ? [] : [{ ...users, secret: staticUsersSecret }]),
  ]
}

const secretMounts = (pool: Pool): Record<string, unknown>[] =>
  mountedSecrets(pool).map(({ volume, path }) => ({ name: volume, mountPath: path, readOnly: true }))

const secretVolumes = (pool: Pool): Record<string, unknown>[] =>
  mountedSecrets(pool).map(({ volume, secret, key, file }) => ({
    name: volume,
    secret: { secretName: secret, defaultMode: 0o440, items: [{ key, path: file }] },
  }))

const certificatesVolume = 'trusted-cas'

const certificateMounts = ({ spec }: Pool): Record<string, unknown>[] =>
  spec.trustedCAs.length === 0
    ? []
    : [{ name: certificatesVolume, mountPath: mounts.trustedCAs, readOnly: true }]

/** One folder of numbered files: two objects may use the same key. */
const certificateVolumes = ({ spec }: Pool): Record<string, unknown>[] =>
  spec.trustedCAs.length === 0
    ? []
    : [
        {
          name: certificatesVolume,
          projected: {
            defaultMode: 0o440,
            sources: spec.trustedCAs.map(({ kind, name, key }, i) => ({
              [kind]: { name, items: [{ key, path: `${i}.pem` }] },
            })),
          },
        },
      ]
