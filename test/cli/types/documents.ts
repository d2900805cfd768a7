import fc from 'fast-check'
import type { JsonSchema } from '@simple-sagemaker/core'

/** A schema, and the values that it takes. */
export interface Drawn {
  readonly schema: JsonSchema
  readonly value: fc.Arbitrary<unknown>
}

const keys = fc.oneof(
  fc.constantFrom('class', 'odd key', 'load', 'str', 'MISSING', '__x', '1st', 'a.b', 'größe', '"', '\\', '𝔘', '$ref', 'default'),
  fc.stringMatching(/^[a-z]{1,6}$/),
)

const numbers = fc
  .oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .map((value) => (value === 0 ? 0 : value))

const simple: fc.Arbitrary<Drawn> = fc.constantFrom<Drawn>(
  { schema: { type: 'string' }, value: fc.string({ unit: 'binary' }) },
  { schema: { type: 'number' }, value: numbers },
  { schema: { type: 'integer' }, value: fc.maxSafeInteger() },
  { schema: { type: 'boolean' }, value: fc.boolean() },
  { schema: { type: 'null' }, value: fc.constant(null) },
  { schema: { enum: ['a', 'b c', '"', '𝔘', 1, true, null] }, value: fc.constantFrom('a', 'b c', '"', '𝔘', 1, true, null) },
  { schema: { const: 2.5 }, value: fc.constant(2.5) },
  { schema: { type: ['string', 'null'] }, value: fc.option(fc.string()) },
  { schema: {}, value: fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown) },
)

const listOf = ({ schema, value }: Drawn): Drawn => ({
  schema: { type: 'array', items: schema },
  value: fc.array(value, { maxLength: 3 }),
})

const recordOf = ({ schema, value }: Drawn): Drawn => ({
  schema: { type: 'object', additionalProperties: schema },
  value: fc.dictionary(keys, value, { maxKeys: 3, noNullPrototype: true }),
})

const tupleOf = (items: readonly Drawn[]): Drawn => ({
  schema: { type: 'array', prefixItems: items.map(({ schema }) => schema), minItems: items.length, maxItems: items.length },
  value: fc.tuple(...items.map(({ value }) => value)),
})

const unionOf = (of: readonly Drawn[]): Drawn => ({
  schema: { anyOf: of.map(({ schema }) => schema) },
  value: fc.oneof(...of.map(({ value }) => value)),
})

/** An object that refuses other keys: then an object of a union is told from the others, and nothing is left out. */
function objectOf(fields: readonly (readonly [key: string, drawn: Drawn, isNeeded: boolean])[]): Drawn {
  const needed = fields.filter(([, , isNeeded]) => isNeeded).map(([key]) => key)
  return {
    schema: {
      type: 'object',
      properties: Object.fromEntries(fields.map(([key, { schema }]) => [key, schema])),
      required: needed,
      additionalProperties: false,
    },
    value: fc.record(Object.fromEntries(fields.map(([key, { value }]) => [key, value])), {
      requiredKeys: needed,
      noNullPrototype: true,
    }),
  }
}

/** Schemas of any shape that crosses, each with its values. */
export const drawn: fc.Arbitrary<Drawn> = fc.letrec<{ readonly any: Drawn }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    simple,
    tie('any').map(listOf),
    tie('any').map(recordOf),
    fc.array(tie('any'), { maxLength: 3 }).map(tupleOf),
    fc.array(tie('any'), { minLength: 1, maxLength: 3 }).map(unionOf),
    fc.uniqueArray(fc.tuple(keys, tie('any'), fc.boolean()), { selector: ([key]) => key, maxLength: 5 }).map(objectOf),
  ),
})).any
