/**
 * What operator and server promise each other: names of environment variables, ports, probe paths and
 * mount paths. The operator (and the local pool) writes them, the server reads them. Nothing else is shared
 * by convention; a name that is not here is not part of the contract.
 */

/** Environment variables of a server process. Values that are secret are passed as files. */
export const serverEnv = {
  /** Public URL of the pool including the context path, e.g. `https://sso.example.org/cas`. */
  serverUrl: 'CASPOOL_SERVER_URL',
  /** File that holds the MongoDB connection string, credentials included. */
  mongodbUriFile: 'CASPOOL_MONGODB_URI_FILE',
  /** Name of the pool's database. */
  mongodbDatabase: 'CASPOOL_MONGODB_DATABASE',
  /** File that holds the pool key: 32 random bytes, base64. */
  poolKeyFile: 'CASPOOL_POOL_KEY_FILE',
  /** File with static users (YAML, `common/documents/static-users.ts`); unset: no static users. */
  usersFile: 'CASPOOL_USERS_FILE',
  /** Directory of PEM files with authorities that outbound requests trust besides the public ones; unset: none. */
  trustedCAsDirectory: 'CASPOOL_TRUSTED_CAS_DIR',
  /** Host names, addresses and networks that may be called although they are not public, comma-separated. */
  outboundAllow: 'CASPOOL_OUTBOUND_ALLOW',
  /** Directory of service definitions as files; unset: the registry in MongoDB. */
  servicesDirectory: 'CASPOOL_SERVICES_DIRECTORY',
  /** How definitions in files are replicated between servers: none, mongodb or hazelcast. */
  replication: 'CASPOOL_REPLICATION',
  /** active or passive. */
  replicationMode: 'CASPOOL_REPLICATION_MODE',
  /** File in which this server keeps the state of replication; unset: beside the directory. */
  replicationStateFile: 'CASPOOL_REPLICATION_STATE_FILE',
  /** Addresses of Hazelcast members, comma-separated. */
  hazelcastMembers: 'CASPOOL_HAZELCAST_MEMBERS',
  /** Name of the Hazelcast cluster. */
  hazelcastCluster: 'CASPOOL_HAZELCAST_CLUSTER',
  /** Stable name of this member of the pool: the pod's name. */
  memberName: 'CASPOOL_MEMBER_NAME',
  /** Address under which this member is reached, reported in `pool-members`. */
  memberAddress: 'CASPOOL_MEMBER_ADDRESS',
  /** Address to listen on; 0.0.0.0 in a pod, 127.0.0.1 in the local pool. */
  listenHost: 'CASPOOL_LISTEN_HOST',
  /** Port of the CAS endpoints. */
  port: 'CASPOOL_PORT',
  /** Port of probes and metrics. */
  managementPort: 'CASPOOL_MANAGEMENT_PORT',
  /** Seconds between SIGTERM and the end of the listener: load balancers need them to look away. */
  drainDelaySeconds: 'CASPOOL_DRAIN_DELAY_SECONDS',
  /** error, warn, info or debug. */
  logLevel: 'CASPOOL_LOG_LEVEL',
} as const

/** Environment variables of the operator process. */
export const operatorEnv = {
  /** Comma-separated namespaces to watch; empty: all. */
  watchNamespaces: 'CASPOOL_WATCH_NAMESPACES',
  /** Namespace of the operator's own pod: its Lease lives there. */
  podNamespace: 'CASPOOL_POD_NAMESPACE',
  /** Name of the operator's pod: its identity in the Lease. */
  podName: 'CASPOOL_POD_NAME',
  /** Server image when a CasCluster names none. */
  defaultServerImage: 'CASPOOL_DEFAULT_SERVER_IMAGE',
  /** mongod image when a CasCluster names none. */
  defaultMongodbImage: 'CASPOOL_DEFAULT_MONGODB_IMAGE',
  /** Address to listen on; 0.0.0.0 in a pod. */
  listenHost: 'CASPOOL_LISTEN_HOST',
  managementPort: 'CASPOOL_MANAGEMENT_PORT',
  logLevel: 'CASPOOL_LOG_LEVEL',
} as const

/** Ports inside pods. */
export const ports = { http: 8080, management: 8081, mongodb: 27017 } as const

/**
 * What mongod logs as slow (its default is 100 ms): such a line shows the command, and that of a spent ticket has its
 * clear id. Commands on tickets are given up long before.
 */
export const mongodSlowMs = 10_000

/**
 * How long mongod keeps a transaction open whose client says nothing more (its default is 60 s). The registry's own are
 * given up after 20 s; what a frozen operator has begun must not keep the next one from writing.
 */
export const mongodTransactionSeconds = 30

/** Probe and metrics paths on the management port. */
export const probes = { live: '/livez', ready: '/readyz', metrics: '/metrics' } as const

/** Where Secrets and ConfigMaps are mounted in a server pod. */
export const mounts = {
  mongodb: '/etc/caspool/mongodb',
  poolKey: '/etc/caspool/pool-key',
  users: '/etc/caspool/users',
  trustedCAs: '/etc/caspool/trusted-cas',
} as const

/** Keys inside the Secrets, which become file names under the mounts. */
export const secretKeys = {
  mongodbUri: 'uri',
  poolKey: 'pool.key',
  users: 'users.yaml',
  mongodbKeyfile: 'keyfile',
  username: 'username',
  password: 'password',
} as const

/** Collections of the pool's database (design: data in MongoDB). */
export const collections = {
  services: 'cas-service-registry',
  owners: 'registry-owners',
  properties: 'MongoDbProperty',
  poolState: 'pool-state',
  poolMembers: 'pool-members',
  tickets: 'tickets',
  logoutOutbox: 'logout-outbox',
  /** Definitions that nodes replicate among each other when they live as files. */
  serviceReplication: 'service-replication',
} as const

/** Database name when a CasCluster names none. */
export const defaultDatabase = 'cas'
