/** The schemas of our kinds, from the CRDs as they are released. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { load } from 'js-yaml'
import type { Schema } from './schema.ts'

interface CustomResourceDefinition {
  readonly spec: { readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[] }
}

const crds = resolve(import.meta.dirname, '../../crds')
const known = new Map<string, Schema>()

export const casServiceSchema = (): Schema => schemaIn('casservices.yaml')

export const casClusterSchema = (): Schema => schemaIn('casclusters.yaml')

/** Read once; metadata is Kubernetes' own and not described there. */
function schemaIn(name: string): Schema {
  const schema = known.get(name) ?? readSchema(resolve(crds, name))
  known.set(name, schema)
  return schema
}

function readSchema(file: string): Schema {
  const crd = load(readFileSync(file, 'utf8')) as CustomResourceDefinition
  const schema = crd.spec.versions[0]?.schema.openAPIV3Schema
  if (schema === undefined) throw new TypeError(`${file} holds no schema`)
  const metadata: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  return { ...schema, properties: { ...schema.properties, metadata } }
}
