import type { JsonSchema, TaskDeclaration } from '@simple-sagemaker/core'

/** A field of an object. */
export interface Field {
  readonly key: string
  readonly shape: Shape
  readonly isNeeded: boolean
}

/** What a JSON Schema says of a value, as far as types can say it. */
export type Shape =
  | { readonly kind: 'any' | 'text' | 'number' | 'integer' | 'boolean' | 'null' }
  | { readonly kind: 'literal'; readonly values: readonly (string | number | boolean | null)[] }
  | { readonly kind: 'list'; readonly item: Shape }
  | { readonly kind: 'tuple'; readonly items: readonly Shape[] }
  | { readonly kind: 'record'; readonly value: Shape }
  | { readonly kind: 'union'; readonly of: readonly Shape[] }
  | { readonly kind: 'object'; readonly name: string }

/** An object with named fields: a class of its own. */
export interface ObjectShape {
  readonly name: string
  readonly fields: readonly Field[]
  /** Whether other keys are refused. */
  readonly isClosed: boolean
}

/** One document that crosses a border: the hyperparameters, the result, or a file of a channel or of an output. */
export interface Document {
  readonly part: 'hyperparameters' | 'result' | 'channel' | 'output'
  /** The name of its type: `TrainResult`. */
  readonly name: string
  /** Of a file with a document on each line: of one of them. */
  readonly shape: Shape
  /** Of a file: the channel or the output, and its path there. */
  readonly file?: { readonly place: string; readonly path: string; readonly hasLines: boolean }
}

/** A task with the documents that cross its borders. */
export interface DeclaredTask {
  readonly task: string
  readonly name: string
  readonly channels: readonly string[]
  readonly documents: readonly Document[]
  readonly fields: string
}

/** Everything that types are written of. */
export interface Typed {
  readonly tasks: readonly DeclaredTask[]
  readonly objects: readonly ObjectShape[]
}

/** The shapes of all tasks; every object gets a name that no other one has. */
export function typedOf(declarations: readonly TaskDeclaration[]): Typed {
  const objects: ObjectShape[] = []
  const taken = new Set<string>()
  const tasks = declarations.map((declaration): DeclaredTask => {
    const name = freeName(pascal(declaration.task), taken)
    const documents = (['hyperparameters', 'result'] as const).flatMap((part): readonly Document[] => {
      const schema = declaration[part]
      if (schema === undefined) return []
      const reader = new SchemaReader(schema, objects, taken)
      const own = `${name}${pascal(part)}`
      return [{ part, name: own, shape: reader.read(schema, own) }]
    })
    const files = filesOf(declaration, name, objects, taken)
    const { task, channels, fields } = declaration
    return { task, name, channels, documents: [...documents, ...files], fields }
  })
  return { tasks, objects }
}

function filesOf({ documents }: TaskDeclaration, task: string, objects: ObjectShape[], taken: Set<string>): readonly Document[] {
  const names = new Set<string>()
  return documents.map(({ of, place, file, schema }): Document => {
    const own = freeName(`${task}${pascal(place)}${pascal(file.replace(/\.jsonl?$/, ''))}`, names)
    const shape = new SchemaReader(schema, objects, taken).read(schema, own)
    return { part: of, name: own, shape, file: { place, path: file, hasLines: file.endsWith('.jsonl') } }
  })
}

class SchemaReader {
  readonly #root: JsonSchema
  readonly #objects: ObjectShape[]
  readonly #taken: Set<string>
  readonly #named = new Map<string, Shape>()

  constructor(root: JsonSchema, objects: ObjectShape[], taken: Set<string>) {
    this.#root = root
    this.#objects = objects
    this.#taken = taken
  }

  read(schema: unknown, name: string): Shape {
    if (!isObject(schema)) return { kind: 'any' }
    if (typeof schema['$ref'] === 'string') return this.#reference(schema['$ref'], name)
    if ('const' in schema) return literals([schema['const']])
    if (Array.isArray(schema['enum'])) return literals(schema['enum'])
    const several = schema['anyOf'] ?? schema['oneOf']
    if (Array.isArray(several)) return this.#union(several, name)
    if (Array.isArray(schema['type']))
      return this.#union(
        schema['type'].map((type: unknown) => ({ ...schema, type })),
        name,
      )
    return this.#ofType(schema, name)
  }

  #ofType(schema: JsonSchema, name: string): Shape {
    switch (schema['type']) {
      case 'string':
        return { kind: 'text' }
      case 'number':
      case 'integer':
      case 'boolean':
      case 'null':
        return { kind: schema['type'] }
      case 'array':
        return this.#list(schema, name)
      case 'object':
        return this.#object(schema, name)
      default:
        return { kind: 'any' }
    }
  }

  #union(parts: readonly unknown[], name: string): Shape {
    const of = parts.map((part, index) => this.read(part, index === 0 ? name : `${name}${index + 1}`))
    const distinct = [...new Map(of.map((shape) => [JSON.stringify(shape), shape])).values()]
    const [only] = distinct
    return distinct.length === 1 && only !== undefined ? only : { kind: 'union', of: distinct }
  }

  #list(schema: JsonSchema, name: string): Shape {
    const { prefixItems, items } = schema
    if (Array.isArray(prefixItems) && (items === false || items === undefined || schema['maxItems'] === prefixItems.length))
      return { kind: 'tuple', items: prefixItems.map((item, index) => this.read(item, `${name}${index + 1}`)) }
    if (Array.isArray(prefixItems)) return { kind: 'list', item: { kind: 'any' } }
    return { kind: 'list', item: this.read(items, `${name}Item`) }
  }

  #object(schema: JsonSchema, name: string): Shape {
    const { properties, additionalProperties, required } = schema
    if (!isObject(properties) || (Object.keys(properties).length === 0 && additionalProperties !== false))
      return { kind: 'record', value: this.read(additionalProperties, `${name}Value`) }
    const needed: readonly unknown[] = Array.isArray(required) ? required : []
    const own = freeName(name, this.#taken)
    const shape: Shape = { kind: 'object', name: own }
    // A schema that refers to itself finds this one.
    if (schema === this.#root) this.#named.set('#', shape)
    for (const [path, value] of this.#definitions()) if (value === schema) this.#named.set(path, shape)
    const fields = Object.entries(properties).map(([key, field]) => ({
      key,
      shape: this.read(field, `${own}${pascal(key)}`),
      isNeeded: needed.includes(key),
    }))
    this.#objects.push({ name: own, fields, isClosed: additionalProperties === false })
    return shape
  }

  #reference(path: string, name: string): Shape {
    const known = this.#named.get(path)
    if (known !== undefined) return known
    const found = path === '#' ? this.#root : this.#definitions().find(([each]) => each === path)?.[1]
    // What refers to itself without an object between cannot be written as a type of Python's.
    this.#named.set(path, { kind: 'any' })
    const shape = this.read(found, `${name}${pascal(path.split('/').at(-1) ?? '')}`)
    this.#named.set(path, shape)
    return shape
  }

  #definitions(): readonly (readonly [path: string, schema: unknown])[] {
    return ['$defs', 'definitions'].flatMap((group) =>
      Object.entries(isObject(this.#root[group]) ? this.#root[group] : {}).map(
        ([name, schema]) => [`#/${group}/${name}`, schema] as const,
      ),
    )
  }
}

function literals(values: readonly unknown[]): Shape {
  const plain = values.filter((value) => value === null || ['string', 'number', 'boolean'].includes(typeof value))
  // Checked above.
  return plain.length === values.length
    ? { kind: 'literal', values: plain as readonly (string | number | boolean | null)[] }
    : { kind: 'any' }
}

function freeName(name: string, taken: Set<string>): string {
  let free = name
  for (let count = 2; taken.has(free); count++) free = `${name}${count}`
  taken.add(free)
  return free
}

/** `train-fold` → `TrainFold`. */
export function pascal(text: string): string {
  const joined = text
    .split(/[^A-Za-z0-9]+/)
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join('')
  return /^[A-Za-z]/.test(joined) ? joined : `T${joined}`
}

const isObject = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null && !Array.isArray(value)
