import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GraphFailedError, JobFailedError, type RunEvent } from '@simple-sagemaker/core'
import { expect, test } from 'vitest'
import { failureOf, sandbox, ownCache, timeout } from './flow.ts'

ownCache()

test('what a task reads by value runs first, and is skipped the second time', { timeout }, async () => {
  await using place = sandbox()
  const open = place.project('p')
  const prep = open.task('prep').shell('echo words > "$SM_MODEL_DIR/words"; echo rest > "$SM_OUTPUT_DATA_DIR/rest"')
  const train = open
    .task('train')
    .shell('cat "$SM_CHANNEL_MODEL/words" "$SM_CHANNEL_REST/rest"')
    .input.from(prep.output('model'), { unpack: true })
    .input.from(prep.output('output'), { channel: 'rest', unpack: true })
  const told: RunEvent[] = []
  const first = await train.run({ onEvent: (event) => told.push(event) })
  expect(told.flatMap((event) => (event.type === 'submitted' ? [event.task] : []))).toEqual(['prep', 'train'])
  expect(told.flatMap((event) => (event.type === 'logged' ? [event.line.text] : []))).toEqual(['words', 'rest'])
  // Whoever prints the log knows from its first line on that there are two.
  expect(told.flatMap((event) => (event.type === 'decided' ? [event.tasks] : []))).toEqual([2, 2])
  const second = await train.run()
  expect(second.job).toBe(first.job)
  expect(place.jobs('prep')).toHaveLength(1)
  // Forcing a task forces it alone.
  await train.run({ force: true })
  expect([place.jobs('prep').length, place.jobs('train').length]).toEqual([1, 2])
  // A changed task upstream changes what comes after it.
  const other = open.task('prep').shell('echo other > "$SM_MODEL_DIR/words"; echo rest > "$SM_OUTPUT_DATA_DIR/rest"')
  const changed = await open
    .task('train')
    .shell('cat "$SM_CHANNEL_MODEL/words" "$SM_CHANNEL_REST/rest"')
    .input.from(other.output('model'), { unpack: true })
    .input.from(other.output('output'), { channel: 'rest', unpack: true })
    .run()
  expect(changed.decision).toMatchObject({ kind: 'start', changes: [{ part: 'input model' }, { part: 'input rest' }] })
})

test('an output is read by name and by a result in hand, too', { timeout }, async () => {
  await using place = sandbox()
  const open = place.project('p')
  const prep = await open.processing('prep').shell('echo words > "$SSM_OUTPUT/words"').run()
  const byName = open.task('a').shell('cat "$SM_CHANNEL_OUTPUT/words"').input.fromTask('prep', 'output')
  const inHand = open.processing('b').shell('cat "$SM_CHANNEL_OUTPUT/words"').input.from(prep.outputs.output)
  for (const task of [byName, inHand]) {
    const lines: string[] = []
    for await (const { text } of (await task.run()).logs()) lines.push(text)
    expect(lines).toEqual(['words'])
  }
  expect(await failureOf(open.task('c').shell('true').input.fromTask('nobody', 'model').run())).toMatchObject({
    code: 'OUTPUT_MISSING',
    hint: expect.stringContaining('Run task nobody first') as string,
  })
  expect(await failureOf(open.task('d').shell('true').input.fromTask('a', 'model').run())).toMatchObject({
    code: 'OUTPUT_MISSING',
    hint: expect.stringContaining('SM_MODEL_DIR') as string,
  })
})

test(
  'a project runs its tasks side by side, a failure blocks what needs it, and a second run goes on from there',
  { timeout },
  async () => {
    await using place = sandbox()
    const open = place.project('p')
    const write = (text: string): string => `echo ${text} > "$SM_MODEL_DIR/x"`
    const good = open.task('good').shell(write('good'))
    const bad = open.task('bad').shell(`test -e ${place.folder}/fixed && ${write('bad')}`)
    const after = open.task('after').shell('true').input.from(bad.output('model'))
    const last = open.task('last').shell('true').input.from(after.output('source')).input.from(good.output('model'))
    const alone = open.task('alone').shell('true').input.from(good.output('model'))
    const known = open.add(good).add(bad).add(after).add(last).add(alone)

    const first = await known.run({ parallel: 2 })
    expect(first.ok).toBe(false)
    expect(Object.fromEntries(Object.entries(first.tasks).map(([name, { status }]) => [name, status]))).toEqual({
      good: 'completed',
      bad: 'failed',
      after: 'blocked',
      last: 'blocked',
      alone: 'completed',
    })
    expect(first.tasks.last).toEqual({ status: 'blocked', by: ['bad'] })
    expect(first.tasks.bad).toMatchObject({ status: 'failed', error: { code: 'JOB_FAILED', exitCode: 1 } })
    expect(() => first.orThrow()).toThrow(GraphFailedError)
    expect(place.jobs('after')).toEqual([])
    // Asked for one task, the failure comes as it is.
    expect(await failureOf(last.run())).toBeInstanceOf(JobFailedError)

    place.file('fixed', '')
    const second = (await known.run()).orThrow()
    expect(Object.fromEntries(Object.entries(second).map(([name, { decision }]) => [name, decision.kind]))).toEqual({
      good: 'skip',
      bad: 'start',
      after: 'start',
      last: 'start',
      alone: 'skip',
    })
    expect(second.good.outputs.model.job).toBe(place.jobs('good')[0])
    expect(await place.leftovers()).toEqual([])
  },
)

test('two projects of one program do not disturb each other', { timeout }, async () => {
  await using place = sandbox()
  const [one, two] = [place.project('one'), place.project('two')]
  const told: Record<string, readonly string[]> = {}
  await Promise.all(
    Object.entries({ one, two }).map(async ([name, open]) => {
      const lines: string[] = []
      const go = join(place.folder, `go-${name}`)
      const task = open.task('t').shell(`echo ${name}; until [ -e ${go} ]; do sleep 0.05; done; echo ${name} > "$SM_MODEL_DIR/x"`)
      let decided = 0
      const hear = (event: RunEvent): void => {
        if (event.type === 'decided' && (decided += 1) === 2) writeFileSync(go, '')
      }
      const onEvent = (event: RunEvent): void => {
        hear(event)
        if (event.type === 'logged') lines.push(event.line.text)
      }
      const [result] = await Promise.all([task.run({ onEvent }), task.run({ onEvent: hear })])
      told[name] = lines
      expect(result.outputs.model.uri).toContain(`/${name}/t/`)
    }),
  )
  expect(told).toEqual({ one: ['one'], two: ['two'] })
  await one[Symbol.asyncDispose]()
  expect((await two.task('t').shell('true').run()).task).toBe('t')
  expect(place.jobs('t')).toHaveLength(3)
})

test('a task that is needed twice runs once', { timeout }, async () => {
  await using place = sandbox()
  const open = place.project('p')
  const prep = open.task('prep').shell('echo 1 > "$SM_MODEL_DIR/x"')
  const [left, right] = ['left', 'right'].map((name) =>
    open.task(name).shell('echo 1 > "$SM_MODEL_DIR/x"').input.from(prep.output('model')),
  )
  if (left === undefined || right === undefined) throw new Error('two branches')
  await open
    .task('end')
    .shell('true')
    .input.from(left.output('model'), { channel: 'left' })
    .input.from(right.output('model'), { channel: 'right' })
    .run()
  expect(['prep', 'left', 'right', 'end'].map((name) => place.jobs(name).length)).toEqual([1, 1, 1, 1])
})
