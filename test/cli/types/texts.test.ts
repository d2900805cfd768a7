import { project } from '@simple-sagemaker/core'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { pythonText } from '../../../packages/cli/src/commands/types/python.ts'
import { typedOf } from '../../../packages/cli/src/commands/types/shapes.ts'
import { typescriptText } from '../../../packages/cli/src/commands/types/typescript.ts'

const ex = project('ex', { platform: 'local' })
const prep = ex
  .processing('prep')
  .code('prep.py')
  .input.local('./data', { channel: 'words' })
  .outputs({ train: '/opt/ml/processing/train' })
  .channelSchema('words', { 'rows.jsonl': z.object({ word: z.string() }), 'names.json': z.array(z.string()) })
  .outputSchema('train', { 'parts/rows.jsonl': z.object({ size: z.int() }), 'sizes.jsonl': z.number() })
  .outputSchema('output', { 'all.json': z.strictObject({ rows: z.int() }) })
  .resultSchema(z.object({ rows: z.int() }))

test('a Python worker gets a class or a function for each document, which knows where it lies', async () => {
  const [declared] = await ex.add(prep).declarations()
  const text = pythonText(typedOf(declared === undefined ? [] : [declared]))
  for (const part of [
    'class PrepWordsRows:\n    word: str\n',
    'def load_all(cls) -> Iterator["PrepWordsRows"]:',
    'lines = _load_lines(_channel("SM_CHANNEL_WORDS"), "rows.jsonl", "words/rows.jsonl")',
    'def load_PrepWordsNames() -> List[str]:',
    'def save_all(cls, values: Iterable["PrepTrainPartsRows"]) -> None:',
    '_save_lines(_output("train", "SSM_OUTPUT_TRAIN"), "parts/rows.jsonl", _checked(values, _read_PrepTrainPartsRows, "train/parts/rows.jsonl"))',
    'def save_all_PrepTrainSizes(values: Iterable[float]) -> None:',
    '_save_lines(_output("output", "SM_OUTPUT_DATA_DIR", "SSM_OUTPUT"), "all.json", (value,))',
    'def words() -> str:',
  ])
    expect(text).toContain(part)
})

test('a Node worker gets their types by place and file', async () => {
  const text = typescriptText(typedOf(await ex.add(prep).declarations()))
  expect(text).toContain(
    '  readonly reads: {\n    readonly "words/rows.jsonl": PrepWordsRows\n    readonly "words/names.json": readonly string[]\n  }',
  )
  expect(text).toContain('    readonly "train/sizes.jsonl": number\n    readonly "output/all.json": PrepOutputAll\n')
})

test('the declaration in short names the documents, so that a difference can be told', async () => {
  const [declared] = await ex.add(prep).declarations()
  expect(declared?.fields).toMatch(
    /^result\.rows=\w{6} channels\.words\/rows\.jsonl\.word=\w{6} channels\.words\/names\.json=\w{6} outputs\.train\/parts%2Frows\.jsonl\.size=/,
  )
})
