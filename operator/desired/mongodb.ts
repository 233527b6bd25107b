/**
 * The replica set's objects: headless Service, ServiceAccount, StatefulSet, disruption budget, network policy.
 * Updates are OnDelete, since only the planner knows which member may go next.
 */
import { mongodSlowMs, mongodTransactionSeconds, ports, secretKeys } from '../../common/contract.ts'
import type { ManagedMongodb, ResolvedStorage } from '../api/defaults.ts'
import { labelNames, labels, managedBy, memberGate, operatorLabels, selectorLabels } from './labels.ts'
import { dataVolume, poolNames } from './names.ts'
import { container, podSecurity, spreadOverNodes } from './pod.ts'
import { type Manifest, metadata, optional, type Pool, type PoolFacts } from './pool.ts'

/** User and group of the official image. */
const mongodUser = 999
const keyDirectory = '/etc/mongod-key'
const secretDirectory = '/etc/mongod-secret'

/** All objects of the replica set; none when it is run by somebody else. */
export function mongodbManifests(pool: Pool, facts: PoolFacts): Manifest[] {
  const mongodb = pool.spec.mongodb
  if (mongodb.kind === 'external') return []
  const budget = mongodb.members > 1 ? [disruptionBudget(pool)] : []
  return [
    serviceAccount(pool),
    headlessService(pool),
    networkPolicy(pool, facts),
    ...budget,
    statefulSet(pool, mongodb, facts),
  ]
}

const serviceAccount = (pool: Pool): Manifest => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: metadata(pool, 'mongodb', poolNames(pool.name).mongodb),
  automountServiceAccountToken: false,
})

/** Publishes addresses of members that are not ready: without them a set never comes together. */
const headlessService = (pool: Pool): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metadata(pool, 'mongodb', poolNames(pool.name).mongodb),
  spec: {
    clusterIP: 'None',
    publishNotReadyAddresses: true,
    selector: selectorLabels(pool.name, 'mongodb'),
    ports: [{ name: 'mongodb', port: ports.mongodb, protocol: 'TCP', targetPort: 'mongodb' }],
  },
})

const disruptionBudget = (pool: Pool): Manifest => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: metadata(pool, 'mongodb', poolNames(pool.name).mongodb),
  spec: { maxUnavailable: 1, selector: { matchLabels: selectorLabels(pool.name, 'mongodb') } },
})

/** Only the pool's servers, its members and the operator reach mongod. */
const networkPolicy = (pool: Pool, facts: PoolFacts): Manifest => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: metadata(pool, 'mongodb', poolNames(pool.name).mongodb),
  spec: {
    podSelector: { matchLabels: selectorLabels(pool.name, 'mongodb') },
    policyTypes: ['Ingress'],
    ingress: [
      {
        from: [
          { podSelector: { matchLabels: selectorLabels(pool.name, 'mongodb') } },
          { podSelector: { matchLabels: selectorLabels(pool.name, 'server') } },
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': facts.operatorNamespace } },
            podSelector: { matchLabels: operatorLabels },
          },
        ],
        ports: [{ port: ports.mongodb, protocol: 'TCP' }],
      },
    ],
  },
})

const statefulSet = (pool: Pool, mongodb: ManagedMongodb, facts: PoolFacts): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: metadata(pool, 'mongodb', poolNames(pool.name).mongodb),
  spec: {
    replicas: facts.mongodReplicas,
    serviceName: poolNames(pool.name).mongodb,
    podManagementPolicy: 'Parallel',
    updateStrategy: { type: 'OnDelete' },
    revisionHistoryLimit: 5,
    selector: { matchLabels: selectorLabels(pool.name, 'mongodb') },
    // Never on scaling: a StatefulSet scaled by hand must not take the data along.
    persistentVolumeClaimRetentionPolicy: {
      whenDeleted: pool.spec.deletionPolicy,
      whenScaled: 'Retain',
    },
    template: { metadata: { labels: labels(pool.name, 'mongodb') }, spec: podSpec(pool, mongodb) },
    volumeClaimTemplates: [claimTemplate(pool, facts.storage ?? mongodb.storage)],
  },
})

const podSpec = (pool: Pool, mongodb: ManagedMongodb): Record<string, unknown> => ({
  serviceAccountName: poolNames(pool.name).mongodb,
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  // A primary that is asked to stop hands over and is gone after about 17 s.
  terminationGracePeriodSeconds: 60,
  readinessGates: [{ conditionType: memberGate }],
  securityContext: podSecurity(mongodUser),
  topologySpreadConstraints: spreadOverNodes(pool.name, 'mongodb'),
  ...optional('imagePullSecrets', pool.spec.podTemplate.imagePullSecrets),
  initContainers: [copyKeyfile(mongodb)],
  containers: [mongod(pool, mongodb)],
  volumes: [
    {
      name: 'keyfile-secret',
      secret: { secretName: poolNames(pool.name).keyfileSecret, defaultMode: 0o440 },
    },
    { name: 'keyfile', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
    { name: 'tmp', emptyDir: {} },
  ],
})

/** mongod refuses a key file that its group can read, and a Secret volume with fsGroup always is. */
const copyKeyfile = (mongodb: ManagedMongodb): Record<string, unknown> =>
  container({
    name: 'keyfile',
    image: mongodb.image,
    command: [
      'sh',
      '-c',
      `cp -f ${secretDirectory}/${secretKeys.mongodbKeyfile} ${keyDirectory}/keyfile && chmod 0400 ${keyDirectory}/keyfile`,
    ],
    volumeMounts: [
      { name: 'keyfile-secret', mountPath: secretDirectory, readOnly: true },
      { name: 'keyfile', mountPath: keyDirectory },
    ],
  })

const mongod = (pool: Pool, mongodb: ManagedMongodb): Record<string, unknown> =>
  container({
    name: 'mongod',
    image: mongodb.image,
    command: ['mongod', ...mongodArguments(pool, mongodb)],
    ports: [{ name: 'mongodb', containerPort: ports.mongodb, protocol: 'TCP' }],
    resources: mongodb.resources,
    // The listener opens after recovery, which may take minutes on a large volume.
    startupProbe: { ...tcpProbe, periodSeconds: 2, failureThreshold: 300 },
    readinessProbe: { ...tcpProbe, periodSeconds: 5, failureThreshold: 3 },
    livenessProbe: { ...tcpProbe, periodSeconds: 10, failureThreshold: 6 },
    volumeMounts: [
      { name: dataVolume, mountPath: '/data/db' },
      { name: 'keyfile', mountPath: keyDirectory, readOnly: true },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  })

const tcpProbe = { tcpSocket: { port: 'mongodb' }, timeoutSeconds: 3 }

function mongodArguments(pool: Pool, mongodb: ManagedMongodb): string[] {
  const cache = mongodb.cacheSizeGB === undefined ? [] : ['--wiredTigerCacheSizeGB', mongodb.cacheSizeGB]
  return [
    ...['--replSet', poolNames(pool.name).replicaSet],
    ...['--keyFile', `${keyDirectory}/keyfile`],
    ...['--dbpath', '/data/db'],
    ...['--port', String(ports.mongodb)],
    '--bind_ip_all',
    ...['--slowms', String(mongodSlowMs)],
    ...['--setParameter', `transactionLifetimeLimitSeconds=${mongodTransactionSeconds}`],
    ...cache,
  ]
}

const claimTemplate = (pool: Pool, storage: ResolvedStorage): Record<string, unknown> => ({
  metadata: {
    name: dataVolume,
    // Not the version of anything: claims outlive every release, and their template cannot change.
    labels: { ...selectorLabels(pool.name, 'mongodb'), [labelNames.managedBy]: managedBy },
  },
  spec: {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: storage.size } },
    ...optional('storageClassName', storage.storageClassName),
  },
})
