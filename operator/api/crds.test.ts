import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { load } from 'js-yaml'
import { defaultDatabase } from '../../common/contract.ts'
import { resolveClusterSpec } from './defaults.ts'
import { shapeOfSchema, shapeOfType } from './testing/shapes.ts'

const here = import.meta.dirname

/** A schema as a CRD holds it: what is looked at here. */
interface CrdSchema {
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, CrdSchema>>
  readonly additionalProperties?: CrdSchema
  readonly items?: CrdSchema
  readonly 'x-kubernetes-validations'?: readonly { readonly rule: string; readonly message?: string }[]
}
interface Crd {
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly names: { readonly shortNames: readonly string[]; readonly categories: readonly string[] }
    readonly versions: readonly {
      readonly schema: { readonly openAPIV3Schema: CrdSchema }
      readonly subresources: Readonly<Record<string, unknown>>
    }[]
  }
}

const crdOf = (file: string) => load(readFileSync(join(here, '../../crds', file), 'utf8')) as Crd
const schemaOf = (crd: Crd): CrdSchema => crd.spec.versions[0]!.schema.openAPIV3Schema

const types = ['meta.ts', 'cas-cluster.ts', 'cas-service.ts'].map((file) =>
  readFileSync(join(here, file), 'utf8'),
)

describe.each([
  { kind: 'CasCluster', shortName: 'casc', file: 'casclusters.yaml' },
  { kind: 'CasService', shortName: 'cass', file: 'casservices.yaml' },
])('the schema of $kind', ({ kind, shortName, file }) => {
  const crd = crdOf(file)
  const schema = schemaOf(crd)

  it.each(['spec', 'status'])('has exactly the fields of the types in %s', (part) => {
    const type = `${kind}${part === 'spec' ? 'Spec' : 'Status'}`
    expect(shapeOfSchema(schema.properties?.[part])).toEqual(shapeOfType(type, types))
  })

  it('describes every field in a sentence', () => {
    const silent = allFields(schema)
      .filter(({ path, schema: field }) => path !== '.metadata' && !/\w{3}/.test(field.description ?? ''))
      .map(({ path }) => path)
    expect(silent).toEqual([])
  })

  it('explains every rule', () => {
    const rules = allFields(schema).flatMap(({ schema: field }) => field['x-kubernetes-validations'] ?? [])
    expect(rules.length).toBeGreaterThan(0)
    for (const { message } of rules) expect(message).toMatch(/\w+ \w+/)
  })

  it('has no default but -1 as the observed generation of a new object', () => {
    const defaults = allFields(schema)
      .filter(({ schema: field }) => field.default !== undefined)
      .map(({ path, schema: field }) => [path, field.default])
    expect(defaults).toEqual([['.status', { observedGeneration: -1 }]])
  })

  it('is found by its short name and its category', () => {
    expect(crd.spec.names).toMatchObject({ shortNames: [shortName], categories: ['caspool'] })
  })
})

describe('the schema of CasCluster', () => {
  const spec = schemaOf(crdOf('casclusters.yaml')).properties?.['spec']
  const images = { server: 'server', mongodb: 'mongodb' }
  const serverUrl = 'https://sso.example.org/cas'
  const resolved = resolveClusterSpec({ serverUrl }, images)
  const external = resolveClusterSpec(
    { serverUrl, mongodb: { external: { uriSecretRef: { name: 'a' } } } },
    images,
  )

  it.each([
    ['replicas', resolved.replicas],
    ['imagePullPolicy', resolved.imagePullPolicy],
    ['mongodb.members', 'members' in resolved.mongodb && resolved.mongodb.members],
    ['mongodb.storage.size', 'storage' in resolved.mongodb && resolved.mongodb.storage.size],
    ['mongodb.database', resolved.mongodb.database],
    ['mongodb.external.uriSecretRef.key', 'uriSecret' in external.mongodb && external.mongodb.uriSecret.key],
    ['services.from', resolved.servicesFrom],
    ['deletionPolicy', resolved.deletionPolicy],
  ])('tells the default of %s that the code has', (path, value) => {
    const field = path.split('.').reduce<CrdSchema | undefined>((at, key) => at?.properties?.[key], spec)
    expect(field?.description).toMatch(new RegExp(`\\b${RegExp.escape(String(value))}\\b`))
  })

  it('has the default database in the rules that keep it from being changed', () => {
    const rulesOf = (schema: CrdSchema | undefined) =>
      schema?.['x-kubernetes-validations']?.map(({ rule }) => rule).join('\n')
    expect(rulesOf(spec)).toContain(`one.database == '${defaultDatabase}'`)
    expect(rulesOf(spec?.properties?.['mongodb'])).toContain(`oldSelf.database : '${defaultDatabase}'`)
  })
})

/** Every schema of a field, with its path. */
function allFields(schema: CrdSchema, path = ''): { path: string; schema: CrdSchema }[] {
  const members = Object.entries(schema.properties ?? {}).flatMap(([key, member]) => [
    { path: `${path}.${key}`, schema: member },
    ...allFields(member, `${path}.${key}`),
  ])
  const items = schema.items === undefined ? [] : allFields(schema.items, `${path}[]`)
  const values =
    schema.additionalProperties === undefined ? [] : allFields(schema.additionalProperties, `${path}{}`)
  return [...members, ...items, ...values]
}
