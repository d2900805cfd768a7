import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { isSsmError } from '../../errors/ssm-error.ts'
import { answersIn } from './answers.ts'

let folder = ''
const folders: string[] = []
beforeEach(() => folders.push((folder = mkdtempSync(join(tmpdir(), 'ssm-answers-')))))
afterAll(() => {
  for (const each of folders) rmSync(each, { recursive: true })
})

const answers = (text: string, calls = 2): Promise<unknown> => {
  writeFileSync(join(folder, 'answers-algo-1.jsonl'), text)
  return answersIn(folder, calls, 'job')
}

test('answers of several machines are put in the order of the calls', async () => {
  writeFileSync(join(folder, 'answers-algo-2.jsonl'), '{"call":0,"of":"a","value":[1]}\n')
  const error = { name: 'RangeError', message: 'no', stack: '' }
  expect(await answers(`${JSON.stringify({ call: 1, of: 'b', error })}\n`)).toEqual([
    { call: 0, of: 'a', value: [1] },
    { call: 1, of: 'b', error },
  ])
})

test.each([
  ['{', /cannot be read/],
  ['null', /no answer to a call/],
  ['[]', /no answer to a call/],
  ['{"call":-1}', /no answer to a call/],
  ['{"call":2}', /no answer to a call/],
  ['{"call":"0"}', /no answer to a call/],
  ['{"call":0,"error":{"name":1}}', /no answer to a call/],
  ['{"call":0,"error":null}', /no answer to a call/],
  ['{"call":0,"value":{"__proto__":{"isAdmin":true}}}', /__proto__/],
  [`{"call":0,"value":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, /nested deeper/],
  ['{"call":0}', /no answer for call 1/],
])('an answer that the toolkit never writes is refused and named: %.40s', async (line, message) => {
  await expect(answers(`${line}\n`)).rejects.toMatchObject({
    code: 'RESULT_INVALID',
    message: expect.stringMatching(message) as string,
  })
})

test('whatever lies there, it is either answers or an error of ours', async () => {
  const line = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .record({ call: fc.oneof(fc.nat(3), fc.jsonValue()), of: fc.string(), error: fc.jsonValue() })
      .map((end) => JSON.stringify(end)),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 4 }), async (lines) => {
      const end = await answers(lines.join('\n')).catch((cause: unknown) => cause)
      expect(Array.isArray(end) || isSsmError(end, 'RESULT_INVALID')).toBe(true)
    }),
    { numRuns: 200 },
  )
})
