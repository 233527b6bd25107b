/**
 * Shapes of JSON values, read from the text of TypeScript declarations and from CRD schemas, so that the two can be
 * compared. Reads the little of TypeScript that declarations of API types use, and throws at anything else.
 */

export type Shape =
  | 'string'
  | 'integer'
  | 'boolean'
  | 'any'
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'list'; readonly of: Shape }
  | { readonly kind: 'map'; readonly of: Shape }
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, Field>> }

interface Field {
  readonly isRequired: boolean
  readonly shape: Shape
}

/** The part of a CRD schema that says what shape values have. */
interface SchemaLike {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly properties?: Readonly<Record<string, SchemaLike>>
  readonly required?: readonly string[]
  readonly additionalProperties?: SchemaLike
  readonly items?: SchemaLike
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
}

/** The shape of the values that a schema allows. */
export function shapeOfSchema(schema: SchemaLike | undefined): Shape {
  if (schema === undefined) throw new TypeError('no schema')
  if (schema.enum !== undefined) return { kind: 'enum', values: schema.enum.toSorted() }
  if (schema.type === 'array') return { kind: 'list', of: shapeOfSchema(schema.items) }
  if (schema.type !== 'object') return schema.type as Shape
  if (schema['x-kubernetes-preserve-unknown-fields']) return { kind: 'map', of: 'any' }
  if (schema.additionalProperties) return { kind: 'map', of: shapeOfSchema(schema.additionalProperties) }
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    return [name, { isRequired: schema.required?.includes(name) ?? false, shape: shapeOfSchema(field) }]
  })
  return { kind: 'object', fields: Object.fromEntries(fields) }
}

/** The shape of one exported interface or type alias of some source texts. */
export function shapeOfType(name: string, sources: readonly string[]): Shape {
  const tokens = sources.flatMap(tokensOf)
  const declarations = new Map<string, number>()
  tokens.forEach((token, i) => {
    const isDeclaration = tokens[i - 1] === 'export' && (token === 'interface' || token === 'type')
    if (isDeclaration) declarations.set(tokens[i + 1] ?? '', token === 'interface' ? i + 2 : i + 3)
  })
  const start = declarations.get(name)
  if (start === undefined) throw new TypeError(`no type ${name}`)
  return new TypeReader(tokens, declarations, start).type()
}

function tokensOf(source: string): string[] {
  const bare = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
  return bare.match(/'[^']*'|`[^`]*`|[A-Za-z_$][\w$]*|\d+|[^\s\w]/g) ?? []
}

/** Reads one type from a list of tokens. */
class TypeReader {
  readonly #tokens: readonly string[]
  readonly #declarations: ReadonlyMap<string, number>
  #at: number

  constructor(tokens: readonly string[], declarations: ReadonlyMap<string, number>, at: number) {
    this.#tokens = tokens
    this.#declarations = declarations
    this.#at = at
  }

  /** A union, or one type. */
  type(): Shape {
    this.#skip('|')
    const options = [this.#listOf()]
    while (this.#skip('|')) options.push(this.#listOf())
    const [only] = options
    if (options.length === 1 && only !== undefined) return only
    const values = options.flatMap((option) =>
      typeof option === 'object' && option.kind === 'enum' ? option.values : [],
    )
    if (values.length !== options.length) throw new TypeError('a union of something else than texts')
    return { kind: 'enum', values: values.toSorted() }
  }

  #listOf(): Shape {
    this.#skip('readonly')
    let shape = this.#primary()
    while (this.#skip('[')) {
      this.#expect(']')
      shape = { kind: 'list', of: shape }
    }
    return shape
  }

  #primary(): Shape {
    const token = this.#next()
    if (token === '{') return this.#members()
    if (token === '(') {
      const inner = this.type()
      this.#expect(')')
      return inner
    }
    if (token.startsWith("'")) return { kind: 'enum', values: [token.slice(1, -1)] }
    return this.#named(token)
  }

  #named(name: string): Shape {
    switch (name) {
      case 'string':
      case 'boolean':
        return name
      case 'number':
        return 'integer'
      case 'unknown':
        return 'any'
      case 'Readonly':
        return this.#argument(() => this.type())
      case 'Record':
        return this.#argument(() => {
          this.type()
          this.#expect(',')
          return { kind: 'map', of: this.type() }
        })
      default:
        return this.#declared(name)
    }
  }

  #declared(name: string): Shape {
    const start = this.#declarations.get(name)
    if (start === undefined) throw new TypeError(`unknown type ${name}`)
    return new TypeReader(this.#tokens, this.#declarations, start).type()
  }

  #argument(read: () => Shape): Shape {
    this.#expect('<')
    const shape = read()
    this.#expect('>')
    return shape
  }

  #members(): Shape {
    const fields: Record<string, Field> = {}
    while (!this.#skip('}')) {
      this.#skip('readonly')
      const name = this.#next()
      const isOptional = this.#skip('?')
      this.#expect(':')
      fields[name] = { isRequired: !isOptional, shape: this.type() }
      this.#skip(';')
    }
    return { kind: 'object', fields }
  }

  #next(): string {
    const token = this.#tokens[this.#at]
    if (token === undefined) throw new TypeError('the text ends within a type')
    this.#at += 1
    return token
  }

  #skip(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false
    this.#at += 1
    return true
  }

  #expect(token: string): void {
    const next = this.#next()
    if (next !== token) throw new TypeError(`expected ${token}, not ${next}`)
  }
}
