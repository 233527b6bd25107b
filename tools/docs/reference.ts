/** docs/reference/*.md: every field of a kind, from the schema of its CRD. */
import { code, generatedFrom, table } from './markdown.ts'

/** The part of a CRD's schema that the reference tells. */
export interface Schema {
  readonly description?: string
  readonly type?: string
  readonly format?: string
  readonly default?: unknown
  readonly enum?: readonly string[]
  readonly pattern?: string
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema
  readonly items?: Schema
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
  readonly 'x-kubernetes-validations'?: readonly { readonly message?: string }[]
}

/** The part of a CRD that the reference tells. */
export interface CustomResourceDefinition {
  readonly spec: {
    readonly group: string
    readonly names: {
      readonly kind: string
      readonly shortNames?: readonly string[]
      readonly plural: string
    }
    readonly versions: readonly {
      readonly name: string
      readonly schema: { readonly openAPIV3Schema: Schema }
    }[]
  }
}

interface Field {
  readonly path: string
  readonly schema: Schema
  readonly isRequired: boolean
}

/** The page of one kind; `source` is the CRD's path. */
export function referencePage(crd: CustomResourceDefinition, source: string): string {
  const { group, names, versions } = crd.spec
  const [version] = versions
  if (version === undefined) throw new TypeError(`${source} has no version`)
  const root = version.schema.openAPIV3Schema
  const part = (name: string): string => fieldTable(fieldsOf(name, root.properties?.[name] ?? {}))
  return [
    generatedFrom(source),
    `# ${names.kind}`,
    `${root.description} \`${group}/${version.name}\`, short name \`${names.shortNames?.join('`, `') ?? names.plural}\`.`,
    `\`kubectl explain ${names.kind.toLowerCase()}.spec\` says the same. In a path, \`[]\` is an item of a list and \`*\` any name of a map.
A dash under "when absent" of a spec means that nothing is asked for.`,
    '## spec',
    part('spec'),
    '## status',
    part('status'),
    '## Rules',
    'Besides types and limits the API server refuses:',
    rules(fieldsOf('', root)),
    '',
  ].join('\n\n')
}

/** All fields below a schema, in its order, parents before children. The schema itself is not among them. */
export function fieldsOf(path: string, schema: Schema): Field[] {
  const named = Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const field = { path: path === '' ? name : `${path}.${name}`, schema: child }
    return [
      { ...field, isRequired: schema.required?.includes(name) ?? false },
      ...fieldsOf(field.path, child),
    ]
  })
  const items = schema.items === undefined ? [] : fieldsOf(`${path}[]`, schema.items)
  const values =
    schema.additionalProperties === undefined ? [] : fieldsOf(`${path}.*`, schema.additionalProperties)
  return [...named, ...items, ...values]
}

function fieldTable(fields: readonly Field[]): string {
  const rows = fields.map(({ path, schema, isRequired }) => {
    const { text, whenAbsent } = describe(schema)
    return [code(path), typeText(schema), isRequired ? 'required' : whenAbsent, text]
  })
  return table(['field', 'type', 'when absent', 'meaning'], rows)
}

/** The description without its sentence on the default, and that sentence's content. */
export function describe(schema: Schema): { readonly text: string; readonly whenAbsent: string } {
  const description = (schema.description ?? '').replace(/\s+/g, ' ').trim()
  const found = /\s?When absent, (.+?)\.(?=\s|$)/.exec(description)
  if (found === null) {
    return {
      text: description,
      whenAbsent: schema.default === undefined ? '' : code(JSON.stringify(schema.default)),
    }
  }
  return { text: description.replace(found[0], '').trim(), whenAbsent: found[1] ?? '' }
}

/** A type in words, with its limits: `Retain, Delete`, `integer, 1 to 7`, `text, 8 to 256 characters`. */
export function typeText(schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.map(code).join(', ')
  if (schema.type === 'array') return `list of ${typeText(schema.items ?? {})}${limitText(schema, 'items')}`
  if (schema.type === 'integer') return `integer${limitText(schema)}`
  if (schema.type === 'string') {
    const type = schema.format === 'date-time' ? 'time' : 'text'
    return `${type}${limitText(schema, 'characters')}${patternText(schema)}`
  }
  if (schema['x-kubernetes-preserve-unknown-fields']) return 'object, as in Kubernetes'
  if (schema.additionalProperties !== undefined) return `map to ${typeText(schema.additionalProperties)}`
  return schema.type ?? 'anything'
}

function limitText(schema: Schema, unit = ''): string {
  const least = schema.minimum ?? schema.minLength ?? schema.minItems
  const most = schema.maximum ?? schema.maxLength ?? schema.maxItems
  const of = unit && ` ${unit}`
  if (least !== undefined && most !== undefined) return `, ${least} to ${most}${of}`
  if (most !== undefined) return `, at most ${most}${of}`
  // That a text or a list is not empty goes without saying.
  return least === undefined || (least <= 1 && unit !== '') ? '' : `, at least ${least}${of}`
}

const patternText = ({ pattern }: Schema): string =>
  pattern === undefined ? '' : `, matching ${code(pattern)}`

function rules(fields: readonly Field[]): string {
  return fields
    .flatMap(({ path, schema }) => rulesOf(path, schema))
    .map((rule) => `- ${rule}`)
    .join('\n')
}

/** The rules of a field, of a list's items and of a map's values. */
function rulesOf(path: string, schema: Schema): string[] {
  const own = (schema['x-kubernetes-validations'] ?? []).map(({ message }) => `\`${path}\`: ${message}`)
  const below = [
    ...(schema.items === undefined ? [] : rulesOf(`${path}[]`, schema.items)),
    ...(schema.additionalProperties === undefined ? [] : rulesOf(`${path}.*`, schema.additionalProperties)),
  ]
  return [...own, ...below]
}
