import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { load } from 'js-yaml'
import type { CasService } from './cas-service.ts'
import type { Problem } from './problem.ts'
import { type Schema, schemaProblems } from './schema.ts'
import { validateCasCluster } from './validate-cas-cluster.ts'
import { admissionProblems, validateCasService } from './validate-cas-service.ts'
import { validationCases } from './validation-cases.ts'

interface Crd {
  readonly spec: { readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[] }
}

const schemas = { CasCluster: schemaOf('casclusters.yaml'), CasService: schemaOf('casservices.yaml') }
const validate = { CasCluster: validateCasCluster, CasService: validateCasService }

function schemaOf(file: string): Schema {
  const crd = load(readFileSync(join(import.meta.dirname, '../../crds', file), 'utf8')) as Crd
  const schema = crd.spec.versions[0]!.schema.openAPIV3Schema
  const metadata: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  return { ...schema, properties: { ...schema.properties, metadata } }
}

const valid = validationCases.filter(({ path }) => path === undefined)
const invalid = validationCases.filter(({ path }) => path !== undefined)
const titled = (cases: typeof validationCases) =>
  cases.map((one) => [one.object.kind, one.title, one] as const)

describe('schema and code', () => {
  it.each(titled(valid))('take a %s with %s', (kind, _title, { object }) => {
    expect([...schemaProblems(schemas[kind], object), ...validate[kind](object)]).toEqual([])
  })

  it.each(titled(invalid))('refuse a %s with %s', (kind, _title, { object, path }) => {
    const problems: Problem[] = [...schemaProblems(schemas[kind], object), ...validate[kind](object)]
    expect(problems[0]).toEqual({ path, message: expect.stringMatching(/\w/) })
  })

  it.each(titled(invalid.filter(({ refusedBy }) => refusedBy === 'code')))(
    'leave a %s with %s to the code',
    (kind, _title, { object }) => {
      expect(schemaProblems(schemas[kind], object)).toEqual([])
    },
  )
})

describe('validation in code', () => {
  const kinds = ['CasCluster', 'CasService'] as const

  it('finds no fault in itself, whatever an object holds', () => {
    const keys =
      'spec match hosts access requiredAttributes attributes mapped contacts mongodb external config env'
    const key = fc.constantFrom(
      ...keys.split(' '),
      'serverUrl',
      'serviceId',
      'podTemplate',
      'ingress',
      'storage',
    )
    const anything = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'medium' },
        fc.jsonValue(),
        fc.dictionary(key, tie('value'), { maxKeys: 6 }),
        fc.array(tie('value'), { maxLength: 3 }),
      ),
    })).value
    fc.assert(
      fc.property(fc.constantFrom(...kinds), anything, (kind, spec) => {
        expect(Array.isArray(validate[kind]({ metadata: { name: 'a' }, spec }))).toBe(true)
        expect(Array.isArray(validate[kind](spec))).toBe(true)
      }),
    )
  })

  it('names every problem of an object, not only the first', () => {
    const spec = { serverUrl: 'http://sso.example.org/', mongodb: { members: 2 }, config: { 'cas.x': '1' } }
    const paths = validateCasCluster({ metadata: { name: 'a' }, spec }).map(({ path }) => path)
    expect(paths).toEqual(['spec.serverUrl', 'spec.mongodb.members', 'spec.config["cas.x"]'])
  })
})

describe('admission', () => {
  const service = (namespace: string) =>
    ({
      metadata: { name: 'app', namespace },
      spec: { clusterRef: { name: 'main', namespace: 'sso' } },
    }) as unknown as CasService

  it('takes services from the own namespace, and from all others only if the cluster says so', () => {
    expect(admissionProblems(service('sso'), undefined)).toEqual([])
    expect(admissionProblems(service('demo'), { from: 'All' })).toEqual([])
    for (const services of [undefined, {}, { from: 'Same' }] as const) {
      expect(admissionProblems(service('demo'), services)).toMatchObject([
        { path: 'spec.clusterRef.namespace' },
      ])
    }
  })
})
