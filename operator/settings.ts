/** The operator's settings: this table is also their documentation. */
import { operatorEnv } from '../common/contract.ts'
import { logLevels } from '../common/log.ts'
import { integer, list, oneOf, optionalText, type Settings, text } from '../common/settings.ts'

export const operatorSettings = {
  watchNamespaces: {
    variable: operatorEnv.watchNamespaces,
    doc: 'namespaces to watch, separated by commas; empty: all',
    fallback: '',
    parse: list,
  },
  podNamespace: {
    variable: operatorEnv.podNamespace,
    doc: "namespace of the operator's own pod, where its Lease lives",
    parse: text,
  },
  podName: {
    variable: operatorEnv.podName,
    doc: "name of the operator's pod, its identity in the Lease",
    parse: text,
  },
  serverImage: {
    variable: operatorEnv.defaultServerImage,
    doc: 'server image when a CasCluster names none',
    parse: text,
  },
  mongodbImage: {
    variable: operatorEnv.defaultMongodbImage,
    doc: 'mongod image when a CasCluster names none',
    parse: text,
  },
  listenHost: {
    variable: operatorEnv.listenHost,
    doc: 'address to listen on',
    fallback: '0.0.0.0',
    parse: text,
  },
  managementPort: {
    variable: operatorEnv.managementPort,
    doc: 'port of probes and metrics',
    fallback: '8081',
    parse: integer(0, 65_535),
  },
  kubeconfig: {
    variable: 'KUBECONFIG',
    doc: "kubeconfig file; empty: the pod's own service account",
    fallback: '',
    parse: optionalText,
  },
  logLevel: {
    variable: operatorEnv.logLevel,
    doc: `one of ${logLevels.join(', ')}`,
    fallback: 'info',
    parse: oneOf(logLevels),
  },
} as const

export type OperatorSettings = Settings<typeof operatorSettings>
