/**
 * Samples of both kinds, valid and not, with the field that is wrong. Schema and code are held against them here,
 * the CRDs' rules on a real API server by crds.test.ts: what the API server refuses, the code refuses too.
 */
import { apiVersion } from './meta.ts'
import { invalidReleases, validReleases } from './validation-cases-release.ts'

export interface ValidationCase {
  /** What it shows. */
  readonly title: string
  readonly object: {
    readonly apiVersion: string
    readonly kind: 'CasCluster' | 'CasService'
    readonly metadata: { readonly name: string; readonly namespace: string }
    readonly spec: Readonly<Record<string, unknown>>
  }
  /** Path of the first problem that schema and code name; undefined: the object is valid. */
  readonly path?: string
  /** `api`: schema or rules of the CRD refuse it at once. `code`: only the operator and the local pool do. */
  readonly refusedBy?: 'api' | 'code'
}

export type Fields = Readonly<Record<string, unknown>>
export type Refusal = readonly [title: string, spec: Fields, path: string, refusedBy: 'api' | 'code']

const clusterSpec = { serverUrl: 'https://sso.example.org/cas' }
const serviceSpec = { clusterRef: { name: 'main' }, match: { hosts: ['app.example.org'] } }
const bare = { clusterRef: { name: 'main' } }

const validClusters: readonly (readonly [string, Fields])[] = [
  ['nothing but a URL', {}],
  ['http on a loopback host', { serverUrl: 'http://localhost:8080/cas' }],
  ['http on a loopback address, at the root', { serverUrl: 'http://127.0.0.1:8080' }],
  [
    'five members with storage',
    { mongodb: { members: 5, storage: { size: '20Gi', storageClassName: 'fast' } } },
  ],
  ['an external set', { mongodb: { external: { uriSecretRef: { name: 'mongo' } }, database: 'sso' } }],
  ['a property', { config: { 'cas.ticket.st.time-to-kill-in-seconds': '20' } }],
  ['an ingress with TLS', { ingress: { className: 'nginx', tlsSecretName: 'sso-tls' } }],
  ['no server at all', { replicas: 0 }],
  [
    'authorities in a Secret and in a ConfigMap',
    {
      trustedCAs: [{ secretRef: { name: 'ca' } }, { configMapRef: { name: 'company-ca', key: 'root.pem' } }],
    },
  ],
  [
    'private addresses that may be called',
    { outbound: { allow: ['app.internal', '10.20.0.0/16', 'fd00::/8', '127.0.0.1'] } },
  ],
  ['resources', { resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '1.5Gi' } } }],
  ['an environment variable', { podTemplate: { env: [{ name: 'TZ', value: 'Europe/Berlin' }] } }],
]

const invalidClusters: readonly Refusal[] = [
  ['no URL', { serverUrl: undefined }, 'spec.serverUrl', 'api'],
  [
    'http on a host that is not the own machine',
    { serverUrl: 'http://sso.example.org/cas' },
    'spec.serverUrl',
    'api',
  ],
  ['another scheme', { serverUrl: 'ftp://sso.example.org/cas' }, 'spec.serverUrl', 'api'],
  ['an authority from nowhere', { trustedCAs: [{}] }, 'spec.trustedCAs[0]', 'api'],
  [
    'an authority from two places',
    { trustedCAs: [{ secretRef: { name: 'a' }, configMapRef: { name: 'b' } }] },
    'spec.trustedCAs[0]',
    'api',
  ],
  [
    'an authority from an object without name',
    { trustedCAs: [{ secretRef: {} }] },
    'spec.trustedCAs[0].secretRef.name',
    'api',
  ],
  [
    'an authority under a key that is a path',
    { trustedCAs: [{ secretRef: { name: 'ca', key: '../ca.crt' } }] },
    'spec.trustedCAs[0].secretRef.key',
    'api',
  ],
  [
    'a URL on the allow-list',
    { outbound: { allow: ['app.internal', 'https://app.internal/'] } },
    'spec.outbound.allow[1]',
    'code',
  ],
  ['a network that is none', { outbound: { allow: ['10.0.0.0/33'] } }, 'spec.outbound.allow[0]', 'code'],
  ['an address in disguise', { outbound: { allow: ['0x7f.1'] } }, 'spec.outbound.allow[0]', 'code'],
  ['no scheme', { serverUrl: 'sso.example.org/cas' }, 'spec.serverUrl', 'api'],
  ['a query', { serverUrl: 'https://sso.example.org/cas?x=1' }, 'spec.serverUrl', 'api'],
  ['a fragment', { serverUrl: 'https://sso.example.org/cas#x' }, 'spec.serverUrl', 'api'],
  ['credentials in the URL', { serverUrl: 'https://me@sso.example.org/cas' }, 'spec.serverUrl', 'api'],
  ['a slash at the end', { serverUrl: 'https://sso.example.org/cas/' }, 'spec.serverUrl', 'code'],
  ['a host with capitals', { serverUrl: 'https://SSO.example.org/cas' }, 'spec.serverUrl', 'code'],
  ['dot segments', { serverUrl: 'https://sso.example.org/a/../cas' }, 'spec.serverUrl', 'code'],
  ['an even number of members', { mongodb: { members: 2 } }, 'spec.mongodb.members', 'api'],
  ['nine members', { mongodb: { members: 9 } }, 'spec.mongodb.members', 'api'],
  [
    'members of an external set',
    { mongodb: { members: 3, external: { uriSecretRef: { name: 'mongo' } } } },
    'spec.mongodb.members',
    'api',
  ],
  [
    'storage of an external set',
    { mongodb: { storage: { size: '1Gi' }, external: { uriSecretRef: { name: 'mongo' } } } },
    'spec.mongodb.storage',
    'api',
  ],
  ["MongoDB's own database", { mongodb: { database: 'Admin' } }, 'spec.mongodb.database', 'api'],
  ['a database name with a dot', { mongodb: { database: 'a.b' } }, 'spec.mongodb.database', 'api'],
  [
    'a size that is no quantity',
    { mongodb: { storage: { size: 'much' } } },
    'spec.mongodb.storage.size',
    'api',
  ],
  ['a size of nothing', { mongodb: { storage: { size: '0' } } }, 'spec.mongodb.storage.size', 'api'],
  [
    'a cache that mongod does not take',
    { mongodb: { cacheSizeGB: '0.1' } },
    'spec.mongodb.cacheSizeGB',
    'code',
  ],
  ['a negative number of servers', { replicas: -1 }, 'spec.replicas', 'api'],
  ['a property that is no text', { config: { 'cas.x': 7 } }, 'spec.config["cas.x"]', 'api'],
  [
    'a property that nobody knows',
    { config: { 'cas.nobody.knows': '7' } },
    'spec.config["cas.nobody.knows"]',
    'code',
  ],
  [
    'a property with a value that it does not take',
    { config: { 'cas.ticket.st.time-to-kill-in-seconds': 'soon' } },
    'spec.config["cas.ticket.st.time-to-kill-in-seconds"]',
    'code',
  ],
  ['a field that nobody knows', { replica: 3 }, 'spec.replica', 'api'],
  ['a wrong word', { deletionPolicy: 'Keep' }, 'spec.deletionPolicy', 'api'],
  [
    'a resource that is no quantity',
    { resources: { limits: { cpu: 'all' } } },
    'spec.resources.limits.cpu',
    'api',
  ],
  [
    'TLS at the ingress for an http URL',
    { serverUrl: 'http://localhost:8080/cas', ingress: { tlsSecretName: 'tls' } },
    'spec.ingress.tlsSecretName',
    'code',
  ],
]

const validServices: readonly (readonly [string, Fields])[] = [
  ['one host', serviceSpec],
  [
    'every form of host and path',
    {
      ...bare,
      match: {
        schemes: ['http', 'https'],
        hosts: ['app.example.org:8443', 'localhost:*', '*.example.org', '127.0.0.1:*'],
        paths: ['/', '/app', '/a/b'],
      },
    },
  ],
  ['a regular expression', { ...bare, serviceId: '^https://(a|b)\\d+\\.example\\.org(/.*)?$' }],
  ['a leading look-ahead', { ...bare, serviceId: '^(?!https://secret\\.)https://.*\\.example\\.org/.*' }],
  ['allowed attributes', { ...serviceSpec, attributes: { policy: 'Allowed', allowed: ['mail'] } }],
  ['mapped attributes', { ...serviceSpec, attributes: { policy: 'Mapped', mapped: { cn: 'displayName' } } }],
  [
    'an attribute name with dots',
    { ...serviceSpec, access: { requiredAttributes: { 'urn.oid.2.5': ['staff', 'admin.*'] } } },
  ],
  [
    'an end, and a time of access',
    {
      ...serviceSpec,
      expiresAt: '2027-01-01T00:00:00Z',
      access: { notBefore: '2026-12-01T08:00:00+01:00', notAfter: '2026-12-31T23:59:59.5Z' },
    },
  ],
  [
    'an attribute value that is searched for',
    { ...serviceSpec, access: { requiredAttributes: { memberOf: ['adm'] }, requiredAttributeMatch: 'Part' } },
  ],
  ['a proxy', { ...serviceSpec, proxy: { callbackPattern: 'https://app\\.example\\.org/.*' } }],
  ['a contact', { ...serviceSpec, contacts: [{ name: 'Help desk', email: 'help@example.org' }] }],
  ['a cluster in another namespace', { ...serviceSpec, clusterRef: { name: 'main', namespace: 'sso' } }],
]

const access = (fields: Fields) => ({ ...serviceSpec, access: fields })
const invalidServices: readonly Refusal[] = [
  ['no cluster', { match: { hosts: ['app.example.org'] } }, 'spec.clusterRef', 'api'],
  ['neither match nor serviceId', bare, 'spec', 'api'],
  ['both match and serviceId', { ...serviceSpec, serviceId: 'https://.*' }, 'spec', 'api'],
  ['no host', { ...bare, match: { hosts: [] } }, 'spec.match.hosts', 'api'],
  [
    'a URL for a host',
    { ...bare, match: { hosts: ['https://app.example.org'] } },
    'spec.match.hosts[0]',
    'code',
  ],
  ['a star inside a host', { ...bare, match: { hosts: ['a', 'app.*.org'] } }, 'spec.match.hosts[1]', 'code'],
  [
    'a port that is none',
    { ...bare, match: { hosts: ['app.example.org:99999'] } },
    'spec.match.hosts[0]',
    'code',
  ],
  [
    'a host that is not ASCII',
    { ...bare, match: { hosts: ['bücher.example'] } },
    'spec.match.hosts[0]',
    'code',
  ],
  [
    'a path without its slash',
    { ...bare, match: { hosts: ['a'], paths: ['app'] } },
    'spec.match.paths[0]',
    'api',
  ],
  [
    'a path with a query',
    { ...bare, match: { hosts: ['a'], paths: ['/a?b'] } },
    'spec.match.paths[0]',
    'api',
  ],
  [
    'dot segments in a path',
    { ...bare, match: { hosts: ['a'], paths: ['/a/../b'] } },
    'spec.match.paths[0]',
    'code',
  ],
  ['another scheme', { ...bare, match: { hosts: ['a'], schemes: ['ftp'] } }, 'spec.match.schemes[0]', 'api'],
  [
    'a file pattern for a regular expression',
    { ...bare, serviceId: '*.example.org' },
    'spec.serviceId',
    'code',
  ],
  ['an open group', { ...bare, serviceId: '^https://(a|b\\.example\\.org' }, 'spec.serviceId', 'code'],
  ['a back reference', { ...bare, serviceId: '^https://(a)\\1\\.example\\.org' }, 'spec.serviceId', 'code'],
  [
    'names with policy All',
    { ...serviceSpec, attributes: { policy: 'All', allowed: ['mail'] } },
    'spec.attributes.allowed',
    'api',
  ],
  [
    'Mapped without a map',
    { ...serviceSpec, attributes: { policy: 'Mapped' } },
    'spec.attributes.mapped',
    'api',
  ],
  ['no policy', { ...serviceSpec, attributes: { allowed: ['mail'] } }, 'spec.attributes.policy', 'api'],
  [
    'a policy that is none',
    { ...serviceSpec, attributes: { policy: 'Some' } },
    'spec.attributes.policy',
    'api',
  ],
  [
    'a redirect that is no http URL',
    access({ unauthorizedRedirectUrl: 'javascript:alert(1)' }),
    'spec.access.unauthorizedRedirectUrl',
    'code',
  ],
  [
    'an attribute without values',
    access({ requiredAttributes: { memberOf: [] } }),
    'spec.access.requiredAttributes.memberOf',
    'api',
  ],
  [
    'an attribute value that is no regular expression',
    access({ requiredAttributes: { 'member.of': ['staff', 'a('] } }),
    'spec.access.requiredAttributes["member.of"][1]',
    'code',
  ],
  [
    'a script for a pattern',
    access({ rejectedAttributes: { cn: ['groovy \\{ true \\}'] } }),
    'spec.access.rejectedAttributes["cn"][0]',
    'code',
  ],
  [
    'an attribute name that MongoDB does not take',
    access({ rejectedAttributes: { $where: ['1'] } }),
    'spec.access.rejectedAttributes["$where"]',
    'code',
  ],
  ['a day for a moment', { ...serviceSpec, expiresAt: '2026-12-31' }, 'spec.expiresAt', 'api'],
  [
    'a month that there is none of',
    access({ notBefore: '2026-13-01T00:00:00Z' }),
    'spec.access.notBefore',
    'api',
  ],
  [
    'an end before the beginning',
    access({ notBefore: '2026-12-31T00:00:00Z', notAfter: '2026-12-01T00:00:00Z' }),
    'spec.access.notAfter',
    'code',
  ],
  [
    'another way to compare values',
    access({ requiredAttributeMatch: 'Prefix' }),
    'spec.access.requiredAttributeMatch',
    'api',
  ],
  ['access that is no boolean', access({ enabled: 'no' }), 'spec.access.enabled', 'api'],
  [
    'a proxy pattern that is none',
    { ...serviceSpec, proxy: { callbackPattern: '[' } },
    'spec.proxy.callbackPattern',
    'code',
  ],
  [
    'a logout URL without logout',
    { ...serviceSpec, logout: { type: 'None', url: 'https://app.example.org/logout' } },
    'spec.logout.url',
    'code',
  ],
  ['an order that is no number', { ...serviceSpec, evaluationOrder: '1' }, 'spec.evaluationOrder', 'api'],
  ['an order beyond 32 bits', { ...serviceSpec, evaluationOrder: 2 ** 31 }, 'spec.evaluationOrder', 'api'],
  [
    'a contact without a name',
    { ...serviceSpec, contacts: [{ email: 'a@example.org' }] },
    'spec.contacts[0].name',
    'api',
  ],
  [
    'an address that is none',
    { ...serviceSpec, contacts: [{ name: 'A', email: 'a' }] },
    'spec.contacts[0].email',
    'code',
  ],
  ['a field that nobody knows', { ...serviceSpec, evaluationorder: 1 }, 'spec.evaluationorder', 'api'],
]

const longName = 'a'.repeat(41)

export const validationCases: readonly ValidationCase[] = [
  ...validClusters.map(([title, spec]) => caseOf('CasCluster', title, { ...clusterSpec, ...spec })),
  ...invalidClusters.map(([title, spec, path, refusedBy]) => ({
    ...caseOf('CasCluster', title, { ...clusterSpec, ...spec }),
    path,
    refusedBy,
  })),
  ...[...validServices, ...validReleases.map(inService)].map(([title, spec]) =>
    caseOf('CasService', title, spec),
  ),
  ...[...invalidServices, ...invalidReleases.map(inService)].map(([title, spec, path, refusedBy]) => ({
    ...caseOf('CasService', title, spec),
    path,
    refusedBy,
  })),
  {
    title: 'a name that is too long for host names',
    object: {
      apiVersion,
      kind: 'CasCluster',
      metadata: { name: longName, namespace: 'demo' },
      spec: clusterSpec,
    },
    path: 'metadata.name',
    refusedBy: 'api',
  },
]

/** Fields of a service, with the rest of what it needs. */
function inService<T extends readonly [string, Fields, ...string[]]>([title, fields, ...rest]: T): T {
  return [title, { ...serviceSpec, ...fields }, ...rest] as unknown as T
}

/** As the API server gets it: what is undefined is not there. */
function caseOf(kind: ValidationCase['object']['kind'], title: string, spec: Fields): ValidationCase {
  const present = Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined))
  return {
    title,
    object: { apiVersion, kind, metadata: { name: 'sample', namespace: 'demo' }, spec: present },
  }
}
