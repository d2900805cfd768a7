import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { realPath } from '../../../files/read.ts'
import { messageOf } from '../../../lang/json-problem.ts'
import { InvalidTaskError } from '../../../options/errors.ts'
import type { DocumentDeclaration, JsonSchema, TaskDeclaration, TaskSpec } from '../../../spec/task-spec.ts'

/** Whether a schema is asked for what it takes, or for what it gives. */
type Side = 'input' | 'output'

/**
 * What crosses the borders of a task: the program reads hyperparameters as their schema gives them, and writes a result as its schema takes it.
 * @throws {InvalidTaskError} for a schema that cannot be told as JSON Schema.
 */
export async function declarationOf(spec: TaskSpec): Promise<TaskDeclaration> {
  const hyperparameters = await schemaOf(spec, 'hyperparameterSchema', spec.hyperparameterSchema, 'output')
  const result = await schemaOf(spec, 'resultSchema', spec.resultSchema, 'input')
  const documents = await Promise.all(
    (spec.documents ?? []).map(async ({ of, place, file, schema }): Promise<DocumentDeclaration> => {
      const told = await schemaOf(spec, `${of}Schema.${place}/${file}`, schema, 'input')
      return { of, place, file, schema: told ?? {} }
    }),
  )
  const parts = { ...(hyperparameters === undefined ? {} : { hyperparameters }), ...(result === undefined ? {} : { result }) }
  const channels = spec.inputs.map(({ channel }) => channel)
  const placed = documents.map(
    ({ of, place, file, schema }) => [`${of}s.${entryName(place)}/${entryName(file)}`, schema] as const,
  )
  const fields = fieldsText([...Object.entries(parts), ...placed])
  return { task: spec.task, kind: spec.kind, channels, ...parts, documents, fields }
}

/** The variable's text for a job; nothing for a task that declares nothing, or whose schemas cannot be told as JSON Schema. */
export async function declaredFields(spec: TaskSpec): Promise<string | undefined> {
  if (spec.hyperparameterSchema === undefined && spec.resultSchema === undefined && spec.documents === undefined) return undefined
  try {
    return (await declarationOf(spec)).fields
  } catch {
    // Whoever asks for types is told why; a job needs none.
    return undefined
  }
}

async function schemaOf(
  spec: TaskSpec,
  path: string,
  schema: StandardSchemaV1 | undefined,
  side: Side,
): Promise<JsonSchema | undefined> {
  if (schema === undefined) return undefined
  const found = await jsonSchemaOf(schema, side).catch((cause: unknown): NoJsonSchema => ({ why: messageOf(cause), cause }))
  if ('schema' in found) return found.schema
  const message = `cannot be told as JSON Schema: ${found.why}`
  throw new InvalidTaskError(spec.task, [{ path, value: undefined, message, hint: found.hint ?? useJson }], {
    cause: found.cause,
  })
}

interface NoJsonSchema {
  readonly why: string
  readonly hint?: string
  readonly cause?: unknown
}

const useJson = 'Declare what crosses as JSON: texts, numbers, booleans, null, lists and objects, without transforms.'

interface StandardJsonSchemaProps extends StandardSchemaV1.Props {
  readonly jsonSchema?: Readonly<Record<Side, (options: { readonly target: string }) => JsonSchema>>
}

const target = 'draft-2020-12'

/** By the interface that libraries share, Standard JSON Schema; else by the library's own exporter. */
async function jsonSchemaOf(schema: StandardSchemaV1, side: Side): Promise<{ readonly schema: JsonSchema } | NoJsonSchema> {
  const { jsonSchema, vendor }: StandardJsonSchemaProps = schema['~standard']
  if (jsonSchema !== undefined) return { schema: jsonSchema[side]({ target }) }
  if (vendor !== 'valibot') return { why: `${vendor} has no Standard JSON Schema (a newer version may have it)` }
  const exporter = await pathOf('@valibot/to-json-schema')
  if (exporter === undefined) return notInstalled
  // Nothing but the exporter's own interface is known of it here.
  const { toJsonSchema } = (await import(pathToFileURL(exporter).href)) as ValibotExporter
  const told = toJsonSchema(schema, { typeMode: side, target })
  return { schema: side === 'output' ? (withDefaultsThere(told) as JsonSchema) : told }
}

const notInstalled: NoJsonSchema = {
  why: 'the package @valibot/to-json-schema is not installed',
  hint: 'Install it beside the program: npm install @valibot/to-json-schema',
}

/** The exporter calls a field with a default one that may be absent, also of what the schema gives, where it never is. */
function withDefaultsThere(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withDefaultsThere)
  if (!isObject(schema)) return schema
  const inside = Object.fromEntries(Object.entries(schema).map(([key, part]) => [key, withDefaultsThere(part)]))
  const { properties, required } = schema
  if (schema['type'] !== 'object' || !isObject(properties)) return inside
  const needed: readonly unknown[] = Array.isArray(required) ? required : []
  const filled = Object.entries(properties).flatMap(([name, field]) => (isObject(field) && 'default' in field ? [name] : []))
  return { ...inside, required: [...new Set([...needed, ...filled])] }
}

interface ValibotExporter {
  readonly toJsonSchema: (schema: StandardSchemaV1, options: { readonly typeMode: Side; readonly target: string }) => JsonSchema
}

/** A package of the program: it is beside the program, which may be started from another folder, and not beside this library. */
async function pathOf(name: string): Promise<string | undefined> {
  for (const from of [join(process.cwd(), 'program.js'), ...(await startedProgram())]) {
    try {
      return createRequire(from).resolve(name)
    } catch {
      // It is not installed there.
    }
  }
  return undefined
}

/** The file that Node was started with; links are followed, as Node does to find its packages. */
async function startedProgram(): Promise<readonly string[]> {
  const started = process.argv[1]
  if (started === undefined) return []
  try {
    return [await realPath(started.startsWith('file:') ? fileURLToPath(started) : started, 'CODE_MISSING')]
  } catch {
    return []
  }
}

/** SageMaker's limit for the value of an environment variable is 512 characters. */
const mostCharacters = 500

/**
 * The declaration in short, as it travels with a job: a digest for each field of what crosses, or one for all when there are too
 * many. Worker types that were written from another declaration find the field that differs.
 */
function fieldsText(parts: readonly (readonly [part: string, schema: JsonSchema])[]): string {
  const fields = parts.flatMap(([part, schema]) => fieldsOf(part, schema))
  const text = fields.map(([path, digest]) => `${path}=${digest}`).join(' ')
  return text.length <= mostCharacters ? text : `*=${digestOf(fields)}`
}

function fieldsOf(part: string, schema: JsonSchema): readonly (readonly [path: string, digest: string])[] {
  const { properties, required, $defs, definitions } = schema
  if (!isObject(properties)) return [[part, digestOf(schema)]]
  const needed: readonly unknown[] = Array.isArray(required) ? required : []
  return Object.entries(properties).map(([name, field]) => [
    `${part}.${entryName(name)}`,
    digestOf([field, needed.includes(name), $defs, definitions]),
  ])
}

// A name with a space or an equals sign would end the entry.
const entryName = encodeURIComponent

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
