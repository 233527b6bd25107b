/** The schema of the CasService kind, from the CRD as it is released. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { load } from 'js-yaml'
import type { Schema } from '../operator/api/schema.ts'

interface CustomResourceDefinition {
  readonly spec: { readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[] }
}

const file = resolve(import.meta.dirname, '../crds/casservices.yaml')
let known: Schema | undefined

/** Read once; metadata is Kubernetes' own and not described there. */
export function casServiceSchema(): Schema {
  known ??= readSchema()
  return known
}

function readSchema(): Schema {
  const crd = load(readFileSync(file, 'utf8')) as CustomResourceDefinition
  const schema = crd.spec.versions[0]?.schema.openAPIV3Schema
  if (schema === undefined) throw new TypeError(`${file} holds no schema`)
  const metadata: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  return { ...schema, properties: { ...schema.properties, metadata } }
}
