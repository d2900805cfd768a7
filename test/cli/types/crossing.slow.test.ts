import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import type { JsonSchema } from '@simple-sagemaker/core'
import { expect, test } from 'vitest'
import { pythonText } from '../../../packages/cli/src/commands/types/python.ts'
import { typescriptText } from '../../../packages/cli/src/commands/types/typescript.ts'
import { compile } from '../../support/compiler.ts'
import { typedOf } from '../../../packages/cli/src/commands/types/shapes.ts'
import { workFolder } from '../support/ssm.ts'
import { declared } from './declared.ts'
import { drawn } from './documents.ts'

// Makes values of the classes by their annotations alone, and compares them with what came back.
const program = `import dataclasses, json, random, sys, typing
import ssm_types

def text(r):
    return "".join(chr(r.choice([r.randrange(32, 127), r.randrange(0, 0xD7FF), r.randrange(0xE000, 0x10FFFF)])) for _ in range(r.randrange(6)))

def number(r):
    return r.choice([0.0, -0.0, 1.0, r.uniform(-1, 1), r.uniform(-1, 1) * 10.0 ** r.randrange(-300, 300), float(r.randrange(2**53))])

def whole(r):
    return r.choice([0, 1, -1, r.randrange(-(2**53) + 1, 2**53)])

def made(kind, r, depth=0):
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind, vars(ssm_types))
        fields = [f for f in dataclasses.fields(kind) if f.default is dataclasses.MISSING or r.random() < 0.5]
        return kind(**{f.name: made(hints[f.name], r, depth + 1) for f in fields})
    if origin is typing.Union:
        return made(r.choice(args), r, depth)
    if origin is list:
        return [made(args[0], r, depth + 1) for _ in range(r.randrange(3))]
    if origin is tuple:
        return tuple(made(each, r, depth + 1) for each in args if each != ())
    if origin is dict:
        return {text(r): made(args[1], r, depth + 1) for _ in range(r.randrange(3))}
    if origin is typing.Literal:
        return r.choice(args)
    if kind is type(None):
        return None
    if kind is ssm_types.Missing:
        return ssm_types.MISSING
    if kind is typing.Any:
        plain = [None, True, text(r), number(r), whole(r)]
        return r.choice(plain + ([[made(kind, r, depth + 1)], {text(r): made(kind, r, depth + 1)}] if depth < 4 else []))
    return {str: text, float: number, int: whole, bool: lambda r: r.random() < 0.5}[kind](r)

def all_values():
    r = random.Random(17)
    for index in range(int(sys.argv[2])):
        kind = getattr(ssm_types, "T%dResult" % index)
        for _ in range(4):
            yield kind, made(kind, r)

if sys.argv[1] == "send":
    for kind, value in all_values():
        print(json.dumps(ssm_types.to_json(value)))
else:
    for (kind, value), line in zip(all_values(), open(sys.argv[3], encoding="utf-8")):
        again = ssm_types.to_json(kind.from_json(json.loads(line), "result"))
        if again != ssm_types.to_json(value):
            print(json.dumps([ssm_types.to_json(value), again]))
`

test('what begins in Python, TypeScript reads and sends back unchanged, whatever the schema', { timeout: 120_000 }, async () => {
  await using folder = await workFolder()
  const place = (name: string): string => join(folder.path, name)
  // Python has no type for a literal with a fraction: nothing tells which values it takes.
  const whole = drawn.filter(({ schema }) => !JSON.stringify(schema).includes('2.5'))
  const schemas = fc.sample(whole, { numRuns: 150, seed: 18 }).map(({ schema }) => schema)
  writeFileSync(place('ssm_types.py'), pythonText(typedOf(declared(schemas))))
  writeFileSync(place('program.py'), program)
  const run = (...args: readonly string[]): string =>
    execFileSync('python3', ['-X', 'utf8', 'program.py', ...args], {
      cwd: folder.path,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    })
  const sent = run('send', String(schemas.length)).trimEnd().split('\n')
  expect(sent).toHaveLength(schemas.length * 4)
  writeFileSync(place('back'), sent.map((line) => `${JSON.stringify(JSON.parse(line))}\n`).join(''))
  expect(run('compare', String(schemas.length), 'back')).toBe('')
})

/** A schema with a value that it takes, one that it does not, and the place of the difference. */
interface Placed {
  readonly schema: JsonSchema
  readonly good: unknown
  readonly bad: unknown
  readonly at: string
}

const leaf = fc.constantFrom<Placed>(
  { schema: { type: 'string' }, good: 'a', bad: 5, at: '' },
  { schema: { type: 'number' }, good: 0.5, bad: 'a', at: '' },
  { schema: { type: 'integer' }, good: 2, bad: 2.5, at: '' },
  { schema: { type: 'boolean' }, good: true, bad: 0, at: '' },
  { schema: { type: 'null' }, good: null, bad: false, at: '' },
  { schema: { enum: ['a', 1] }, good: 1, bad: true, at: '' },
)
const keys = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z_]{0,5}$/), { minLength: 2, maxLength: 3 })

const listOf = ({ schema, good, bad, at }: Placed): Placed => ({
  schema: { type: 'array', items: schema },
  good: [good],
  bad: [good, good, bad],
  at: `[2]${at}`,
})
const tupleOf = (first: Placed, { schema, good, bad, at }: Placed): Placed => ({
  schema: { type: 'array', prefixItems: [first.schema, schema], minItems: 2, maxItems: 2 },
  good: [first.good, good],
  bad: [first.good, bad],
  at: `[1]${at}`,
})
const recordOf = ([one = 'a', two = 'b']: readonly string[], { schema, good, bad, at }: Placed): Placed => ({
  schema: { type: 'object', additionalProperties: schema },
  good: { [one]: good },
  bad: { [one]: good, [two]: bad },
  at: `.${two}${at}`,
})
const objectOf = ([one = 'a', two = 'b']: readonly string[], first: Placed, second: Placed): Placed => ({
  schema: {
    type: 'object',
    properties: { [one]: first.schema, [two]: second.schema },
    required: [one],
    additionalProperties: false,
  },
  good: { [one]: first.good },
  bad: { [one]: first.good, [two]: second.bad },
  at: `.${two}${second.at}`,
})

const placed = fc.letrec<{ readonly any: Placed }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    tie('any').map(listOf),
    fc.tuple(tie('any'), tie('any')).map(([first, second]) => tupleOf(first, second)),
    fc.tuple(keys, tie('any')).map(([names, each]) => recordOf(names, each)),
    fc.tuple(keys, tie('any'), tie('any')).map(([names, first, second]) => objectOf(names, first, second)),
  ),
})).any

const judge = `import json, sys
import ssm_types
for index, line in enumerate(open(sys.argv[1], encoding="utf-8")):
    kind = getattr(ssm_types, "T%dResult" % index)
    good, bad = json.loads(line)
    kind.from_json({"doc": good}, "result")
    try:
        kind.from_json({"doc": bad}, "result")
        print("taken")
    except ssm_types.WrongDocument as wrong:
        print(str(wrong).split(" must be ")[0])
`

test('a document that is wrong in one place is refused with that place, wherever it is', { timeout: 120_000 }, async () => {
  await using folder = await workFolder()
  const place = (name: string): string => join(folder.path, name)
  const samples = fc.sample(placed, { numRuns: 300, seed: 19 })
  expect(new Set(samples.map(({ at }) => at)).size).toBeGreaterThan(50)
  writeFileSync(place('ssm_types.py'), pythonText(typedOf(declared(samples.map(({ schema }) => schema)))))
  writeFileSync(place('judge.py'), judge)
  writeFileSync(place('documents'), samples.map(({ good, bad }) => `${JSON.stringify([good, bad])}\n`).join(''))
  const said = execFileSync('python3', ['-X', 'utf8', 'judge.py', 'documents'], { cwd: folder.path, encoding: 'utf8' })
  expect(said.trimEnd().split('\n')).toEqual(samples.map(({ at }) => `result.doc${at}`))
})

test(
  'the types of Node workers take every value of a schema, and no document that is wrong in one place',
  { timeout: 240_000 },
  () => {
    const values = fc.sample(
      drawn.chain(({ schema, value }) => fc.record({ schema: fc.constant(schema), value })),
      { numRuns: 150, seed: 21 },
    )
    // For TypeScript a whole number is a number.
    const samples = fc
      .sample(placed, { numRuns: 150, seed: 22 })
      .filter(({ schema }) => !JSON.stringify(schema).includes('integer'))
    const schemas = [...values, ...samples].map(({ schema }) => schema)
    const constants = (docs: readonly unknown[], first: number): string =>
      docs.map((doc, at) => `export const v${at}: types.T${first + at}Result = ${JSON.stringify({ doc })}\n`).join('')
    const compiled = compile({
      'ssm-types.ts': typescriptText(typedOf(declared(schemas))),
      'taken.ts': `import type * as types from './ssm-types.ts'\n${constants([...values.map(({ value }) => value), ...samples.map(({ good }) => good)], 0)}`,
      'refused.ts': `import type * as types from './ssm-types.ts'\n${constants(
        samples.map(({ bad }) => bad),
        values.length,
      )}`,
    })
    expect(compiled.problems('ssm-types.ts')).toEqual([])
    expect(compiled.problems('taken.ts')).toEqual([])
    const lines = new Set(compiled.problems('refused.ts').map(({ line }) => line))
    expect([...lines].toSorted((a, b) => a - b)).toEqual(samples.map((_, at) => at + 1))
  },
)

const saved = `import os, sys
import ssm_types
os.environ["SM_OUTPUT_DATA_DIR"] = sys.argv[1]
for doc in (2**53, float("nan"), 10**400, [1, {"a": [float("inf")]}], {"a": {1, 2}}, {1: 2}, 2**53 - 1, 0.5, [1.5, "a", None, True, {"b": (1, 2)}]):
    for index in range(3):
        try:
            getattr(ssm_types, "T%dResult" % index)(doc=doc).save()
            print(index, "saved")
        except ssm_types.WrongDocument as wrong:
            print(index, str(wrong).split(" and is ")[0])
`

test('what TypeScript would not read as it was is refused when it is saved, with its place', { timeout: 60_000 }, async () => {
  await using folder = await workFolder()
  writeFileSync(join(folder.path, 'ssm_types.py'), pythonText(typedOf(declared([{ type: 'integer' }, { type: 'number' }, {}]))))
  writeFileSync(join(folder.path, 'saved.py'), saved)
  const said = execFileSync('python3', ['saved.py', folder.path], { cwd: folder.path, encoding: 'utf8' })
  const [whole, number] = ['0 result.doc must be a whole number', '1 result.doc must be a number']
  const range = '0 result.doc must be a whole number from -9007199254740991 to 9007199254740991'
  expect(said.trimEnd().split('\n')).toEqual(
    [
      [range, '1 saved', '2 saved'],
      [whole, '1 result.doc must be a finite number', '2 result.doc must be a finite number'],
      [range, '1 result.doc must be a finite number', '2 saved'],
      [whole, number, '2 result.doc[1].a[0] must be a finite number'],
      [whole, number, '2 result.doc.a must be plain data'],
      [whole, number, '2 result.doc must be an object'],
      ['0 saved', '1 saved', '2 saved'],
      [whole, '1 saved', '2 saved'],
      [whole, number, '2 saved'],
    ].flat(),
  )
})
