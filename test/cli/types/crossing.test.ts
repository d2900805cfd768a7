import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import type { JsonSchema } from '@simple-sagemaker/core'
import { expect, test } from 'vitest'
import { pythonText } from '../../../packages/cli/src/commands/types/python.ts'
import { typedOf } from '../../../packages/cli/src/commands/types/shapes.ts'
import { workFolder } from '../support/ssm.ts'
import { declared } from './declared.ts'
import { drawn } from './documents.ts'

// Reads each document, and writes what it makes of it, or what it says.
const program = `import json, sys
import ssm_types
for line in open(sys.argv[1], encoding="utf-8"):
    index, doc = json.loads(line)
    kind = getattr(ssm_types, "T%dResult" % index)
    try:
        print(json.dumps({"gives": ssm_types.to_json(kind.from_json({"doc": doc}, "result"))}))
    except ssm_types.WrongDocument as wrong:
        print(json.dumps({"wrong": str(wrong)}))
`

async function throughPython(
  schemas: readonly JsonSchema[],
  documents: readonly (readonly [number, unknown])[],
): Promise<unknown[]> {
  await using folder = await workFolder()
  const place = (name: string): string => join(folder.path, name)
  writeFileSync(place('ssm_types.py'), pythonText(typedOf(declared(schemas))))
  writeFileSync(place('program.py'), program)
  writeFileSync(place('documents'), documents.map((each) => `${JSON.stringify(each)}\n`).join(''))
  const argv = ['-X', 'utf8', 'program.py', 'documents']
  const text = execFileSync('python3', argv, { cwd: folder.path, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
}

test('what TypeScript sends, Python reads and sends back unchanged, whatever the schema', { timeout: 60_000 }, async () => {
  const samples = fc.sample(
    drawn.chain(({ schema, value }) => fc.tuple(fc.constant(schema), fc.array(value, { minLength: 4, maxLength: 4 }))),
    {
      numRuns: 150,
      seed: 17,
    },
  )
  const documents = samples.flatMap(([, values], index) => values.map((value) => [index, value] as const))
  const given = await throughPython(
    samples.map(([schema]) => schema),
    documents,
  )
  const expected = documents.map(([, doc]) => ({ gives: { doc: JSON.parse(JSON.stringify(doc)) as unknown } }))
  expect(given).toEqual(expected)
})

const inner = {
  type: 'object',
  properties: { lr: { type: 'number' }, layers: { type: 'array', items: { type: 'integer' } }, mode: { enum: ['a', 'b'] } },
  required: ['lr'],
  additionalProperties: false,
}
const outer = { type: 'object', properties: { inner: { type: 'array', items: inner } }, required: ['inner'] }

const wrongs: readonly (readonly [document: unknown, message: string])[] = [
  [{ inner: [{ lr: 1 }, { lr: 'fast' }] }, `result.doc.inner[1].lr must be a number and is 'fast'`],
  [{ inner: [{ lr: true }] }, 'result.doc.inner[0].lr must be a number and is True'],
  [{ inner: [{ lr: 1, layers: [1, 2.5] }] }, 'result.doc.inner[0].layers[1] must be a whole number and is 2.5'],
  [{ inner: [{ lr: 1, mode: 'c' }] }, `result.doc.inner[0].mode must be one of "a", "b" and is 'c'`],
  [{ inner: [{ layers: [] }] }, 'result.doc.inner[0].lr is missing'],
  [{ inner: [{ lr: 1, rate: 2 }] }, 'result.doc.inner[0].rate is not declared'],
  [{ inner: { lr: 1 } }, `result.doc.inner must be a list and is {'lr': 1}`],
  [{}, 'result.doc.inner is missing'],
  [[], 'result.doc must be an object and is []'],
]

test('a wrong document fails with the place inside', { timeout: 60_000 }, async () => {
  const said = await throughPython(
    [outer],
    wrongs.map(([document]) => [0, document]),
  )
  expect(said).toEqual(wrongs.map(([, message]) => ({ wrong: message })))
})

test('a schema that refers to itself is a class that does', async () => {
  const tree = {
    $ref: '#/$defs/tree',
    $defs: {
      tree: {
        type: 'object',
        properties: { value: { type: 'number' }, left: { anyOf: [{ $ref: '#/$defs/tree' }, { type: 'null' }] } },
        required: ['value'],
      },
    },
  }
  const typed = typedOf([{ task: 't0', kind: 'training', channels: [], documents: [], fields: '', result: tree }])
  expect(typed.objects).toHaveLength(1)
  expect(pythonText(typed)).toContain(`left: Union[Union["${typed.objects[0]?.name}", None], Missing] = MISSING`)
})
