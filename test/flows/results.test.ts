import * as v from 'valibot'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { lacking } from '../support/prerequisites.ts'
import { failureOf, sandbox, ownCache, timeout } from './flow.ts'

ownCache()

const schema = z.object({ rows: z.number(), layers: z.array(z.object({ size: z.number() })) })
const writing = (json: string): string => `printf '%s' '${json}' > "$SM_OUTPUT_DATA_DIR/result.json"`

test.each(['training', 'processing'] as const)('the result of a %s task is checked and typed', { timeout }, async (kind) => {
  await using place = sandbox()
  const open = place.project('p')
  const line = writing('{"rows": 3, "layers": [{"size": 8}], "more": 1}')
  const typed =
    kind === 'training' ? open.task('t').shell(line).resultSchema(schema) : open.processing('t').shell(line).resultSchema(schema)
  const { result } = await typed.run()
  expect(result).toEqual({ rows: 3, layers: [{ size: 8 }] })
  const again = await typed.run()
  expect([again.decision.kind, again.result.layers[0]?.size]).toEqual(['skip', 8])
})

test(
  'a result that is wrong is told with the path inside the document; the job and its outputs are kept',
  { timeout },
  async () => {
    await using place = sandbox()
    const line = writing('{"rows": "3", "layers": [{"size": 8}, {"size": null}]}')
    const task = place.project('p').task('t').shell(line)
    const error = await failureOf(task.resultSchema(schema).run())
    expect(error).toMatchObject({ name: 'ResultInvalidError', code: 'RESULT_INVALID' })
    expect(error.message).toContain('result.rows: ')
    expect(error.message).toContain('result.layers[1].size: ')
    const looser = await task.resultSchema(z.object({ rows: z.coerce.number() })).run()
    expect([looser.decision.kind, looser.result.rows]).toEqual(['skip', 3])
    const stricter = await failureOf(task.resultSchema(z.object({ columns: z.number() })).run())
    expect(stricter).toMatchObject({
      code: 'RESULT_INVALID',
      hint: expect.stringMatching(/An earlier job wrote it, .* run\(\{ force: true \}\)/) as string,
    })
  },
)

test('a program that wrote no result is told how and where it is written', { timeout }, async () => {
  await using place = sandbox()
  const { hint } = await failureOf(place.project('p').task('t').shell('true').resultSchema(schema).run())
  expect(hint).toContain('worker_lib.write_result(value)')
  expect(hint).toContain('$SM_OUTPUT_DATA_DIR/result.json')
})

test.each([
  ['no result', 'true', /there is no result\.json/],
  ['half a result', writing('{"rows": 3, '), /result\.json cannot be read/],
  ['a result that would reach a prototype', writing('{"__proto__": {"rows": 3}}'), /__proto__/],
  ['a result that nests without end', writing('['.repeat(5_000) + ']'.repeat(5_000)), /nested deeper/],
])('%s is told in words', { timeout }, async (_, line, message) => {
  await using place = sandbox()
  const error = await failureOf(place.project('p').task('t').shell(line).resultSchema(schema).run())
  expect(error).toMatchObject({ code: 'RESULT_INVALID', message: expect.stringMatching(message) as string })
})

test.skipIf(lacking('python3'))('both toolkits have a call that writes the result', { timeout }, async () => {
  await using place = sandbox()
  place.file('work.py', 'from worker_toolkit import worker_lib\nworker_lib.write_result({"rows": 3})\n')
  place.file('work.ts', "import { writeResult } from '@simple-sagemaker/worker-toolkit'\nawait writeResult({ rows: 4 })\n")
  const open = place.project('p')
  const rows = z.object({ rows: z.number() })
  expect((await open.task('py').code(`${place.folder}/work.py`).resultSchema(rows).run()).result).toEqual({ rows: 3 })
  expect((await open.task('ts').code(`${place.folder}/work.ts`).resultSchema(rows).run()).result).toEqual({ rows: 4 })
})

test(
  'declared hyperparameters are checked before anything starts, filled in, and sent as the schema gives them',
  { timeout },
  async () => {
    await using place = sandbox()
    const declared = z.object({ lr: z.number().max(1), epochs: z.number().int().default(3), note: z.string().optional() })
    const task = place.project('p').task('t').shell('echo "$SM_HPS"; echo "$@"').hyperparameterSchema(declared)
    const lines: string[] = []
    for await (const { text } of (await task.hyperparameters({ lr: 0.1 }).run()).logs()) lines.push(text)
    expect(lines).toEqual(['{"lr":0.1,"epochs":3}', '--lr 0.1 --epochs 3'])
    const wrong = task.hyperparameters({ lr: 7, epochs: 1.5 })
    for (const work of [wrong.run({ force: true }), wrong.plan(), wrong.explain()]) {
      const error = await failureOf(work)
      expect(error.code).toBe('TASK_INVALID')
      expect(error.message).toMatch(/hyperparameters\.lr .*\n.*hyperparameters\.epochs /)
    }
    expect(place.jobs('t')).toHaveLength(1)
  },
)

test('what a schema makes of hyperparameters must be fit to be sent', { timeout }, async () => {
  await using place = sandbox()
  const task = place.project('p').task('t').shell('true')
  const unfit = v.pipe(
    v.object({ a: v.number() }),
    v.transform(() => ({ a: () => 1 })),
  )
  // @ts-expect-error the schema gives a function, and only data crosses
  expect(await failureOf(task.hyperparameterSchema(unfit).hyperparameters({ a: 1 }).run())).toMatchObject({
    code: 'TASK_INVALID',
    message: expect.stringContaining('hyperparameters.a ') as string,
  })
  expect(place.jobs('t')).toEqual([])
})

test('metrics are found in the log and told as they come and at the end', { timeout }, async () => {
  await using place = sandbox()
  const seen: number[] = []
  const task = place
    .project('p')
    .task('t')
    .shell('for l in 3 2 1.5; do echo "epoch loss=$l acc=0"; done')
    .metric('loss', /loss=([0-9.]+)/)
    .metric('none', /x=(.)/)
  const result = await task.run({ onEvent: (event) => void (event.type === 'measured' && seen.push(event.value)) })
  expect(seen).toEqual([3, 2, 1.5])
  expect(result.metrics).toEqual({ loss: 1.5 })
  expect((await task.run()).metrics).toEqual({ loss: 1.5 })
})
