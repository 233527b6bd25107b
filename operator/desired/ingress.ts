/** The optional Ingress: host and path of the public URL, TLS from a Secret. */
import { labels } from './labels.ts'
import { poolNames } from './names.ts'
import { type Manifest, metadata, optional, type Pool } from './pool.ts'

/** A controller of nginx sends a GET again that another server may have seen: a validation that was seen is spent. */
const noReplay = { 'nginx.ingress.kubernetes.io/proxy-next-upstream': 'off' } as const

export function ingressManifests(pool: Pool): Manifest[] {
  const ingress = pool.spec.ingress
  if (ingress === undefined) return []
  const { hostname, pathname } = new URL(pool.spec.serverUrl)
  const names = poolNames(pool.name)
  const backend = { service: { name: names.server, port: { name: 'http' } } }
  const tls =
    ingress.tlsSecretName === undefined
      ? undefined
      : [{ hosts: [hostname], secretName: ingress.tlsSecretName }]
  return [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: {
        ...metadata(pool, 'server', names.ingress),
        labels: labels(pool.name, 'server'),
        annotations: { ...noReplay, ...ingress.annotations },
      },
      spec: {
        ...optional('ingressClassName', ingress.className),
        ...optional('tls', tls),
        rules: [{ host: hostname, http: { paths: [{ path: pathname, pathType: 'Prefix', backend }] } }],
      },
    },
  ]
}
