import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { messageOf } from '../../lang/json-problem.ts'
import { InvalidTaskError } from '../../options/errors.ts'
import type { JsonSchema, TaskDeclaration, TaskSpec } from '../../spec/task-spec.ts'

/** Whether a schema is asked for what it takes, or for what it gives. */
type Side = 'input' | 'output'

/**
 * What crosses the borders of a task: the program reads hyperparameters as their schema gives them, and writes a result as its schema takes it.
 * @throws {InvalidTaskError} for a schema that cannot be told as JSON Schema.
 */
export async function declarationOf(spec: TaskSpec): Promise<TaskDeclaration> {
  const hyperparameters = await schemaOf(spec, 'hyperparameterSchema', 'output')
  const result = await schemaOf(spec, 'resultSchema', 'input')
  const parts = { ...(hyperparameters === undefined ? {} : { hyperparameters }), ...(result === undefined ? {} : { result }) }
  const channels = spec.inputs.map(({ channel }) => channel)
  return { task: spec.task, kind: spec.kind, channels, ...parts, fields: fieldsText(parts) }
}

/** The variable's text for a job; nothing for a task that declares nothing, or whose schemas cannot be told as JSON Schema. */
export async function declaredFields(spec: TaskSpec): Promise<string | undefined> {
  if (spec.hyperparameterSchema === undefined && spec.resultSchema === undefined) return undefined
  try {
    return (await declarationOf(spec)).fields
  } catch {
    // Whoever asks for types is told why; a job needs none.
    return undefined
  }
}

async function schemaOf(
  spec: TaskSpec,
  name: 'hyperparameterSchema' | 'resultSchema',
  side: Side,
): Promise<JsonSchema | undefined> {
  const schema = spec[name]
  if (schema === undefined) return undefined
  try {
    return await jsonSchemaOf(schema, side)
  } catch (cause) {
    throw new InvalidTaskError(
      spec.task,
      [{ path: name, value: undefined, message: `cannot be told as JSON Schema: ${messageOf(cause)}`, hint: useJson }],
      { cause },
    )
  }
}

const useJson = 'Declare what crosses as JSON: texts, numbers, booleans, null, lists and objects, without transforms.'

interface Told extends StandardSchemaV1.Props {
  readonly jsonSchema?: Readonly<Record<Side, (options: { readonly target: string }) => JsonSchema>>
}

const target = 'draft-2020-12'

/** By the interface that libraries share, Standard JSON Schema; else by the library's own exporter. */
async function jsonSchemaOf(schema: StandardSchemaV1, side: Side): Promise<JsonSchema> {
  const { jsonSchema, vendor }: Told = schema['~standard']
  if (jsonSchema !== undefined) return jsonSchema[side]({ target })
  if (vendor === 'valibot') {
    const exporter = await packageOf<ValibotExporter>('@valibot/to-json-schema')
    return exporter.toJsonSchema(schema, { typeMode: side, target })
  }
  throw new Error(`${vendor} has no Standard JSON Schema (a newer version may have it)`)
}

interface ValibotExporter {
  toJsonSchema(schema: StandardSchemaV1, options: { readonly typeMode: Side; readonly target: string }): JsonSchema
}

/** A package of the program: it is beside the program, and not beside this library. */
async function packageOf<Exports>(name: string): Promise<Exports> {
  try {
    const path = createRequire(join(process.cwd(), 'program.js')).resolve(name)
    return (await import(pathToFileURL(path).href)) as Exports
  } catch (cause) {
    throw new Error(`the package ${name} is not installed`, { cause })
  }
}

/** SageMaker's limit for the value of an environment variable is 512 characters. */
const mostCharacters = 500

/**
 * The declaration in short, as it travels with a job: a digest for each field of the hyperparameters and of the result, or one for all when there are too
 * many. Worker types that were written from another declaration find the field that differs.
 */
function fieldsText(parts: Readonly<Record<string, JsonSchema>>): string {
  const fields = Object.entries(parts).flatMap(([part, schema]) => fieldsOf(part, schema))
  const text = fields.map(([path, digest]) => `${path}=${digest}`).join(' ')
  return text.length <= mostCharacters ? text : `*=${digestOf(fields)}`
}

function fieldsOf(part: string, schema: JsonSchema): readonly (readonly [path: string, digest: string])[] {
  const { properties, required, $defs, definitions } = schema
  if (!isObject(properties)) return [[part, digestOf(schema)]]
  const needed: readonly unknown[] = Array.isArray(required) ? required : []
  // A name with a space or an equals sign would end the entry.
  return Object.entries(properties).map(([name, field]) => [
    `${part}.${encodeURIComponent(name)}`,
    digestOf([field, needed.includes(name), $defs, definitions]),
  ])
}

const digestOf = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(sorted(value)))
    .digest('hex')
    .slice(0, 6)

// What only readers need is no difference.
const forReaders = new Set(['description', 'title', 'examples', '$schema', 'default'])

// Their members are called as the program likes.
const named = new Set(['properties', '$defs', 'definitions'])

function sorted(value: unknown, isNamed = false): unknown {
  if (Array.isArray(value)) return value.map((part) => sorted(part))
  if (!isObject(value)) return value
  const entries = Object.entries(value).filter(([key]) => isNamed || !forReaders.has(key))
  const inOrder = entries.toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(inOrder.map(([key, part]) => [key, sorted(part, !isNamed && named.has(key))]))
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
