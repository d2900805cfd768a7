import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import type { RunEvent } from '@simple-sagemaker/core'
import { expect, test } from 'vitest'
import { noNamespaces } from '../support/namespaces.ts'
import { failureOf, sandbox, ownCache, timeout, until, type Sandbox } from './flow.ts'

ownCache()

// What a run says of itself where it could go on in silence.

const warnings = (): { readonly told: string[]; readonly onEvent: (event: RunEvent) => void } => {
  const told: string[] = []
  return { told, onEvent: (event) => void (event.type === 'warned' && told.push(event.message)) }
}

const waiting = (place: Sandbox): string => `echo up; while ! test -e ${place.folder}/go; do sleep 0.05; done`

test('state of a run with another specification is given with a warning, and the program can tell', { timeout }, async () => {
  await using place = sandbox()
  const task = place
    .project('p')
    .task('t')
    .shell('echo "from ${SSM_STATE_FROM:-nowhere}"; echo x > "$SSM_STATE/saved"')
    .hyperparameters({ alpha: 0.001 })
  const run = async (changed: typeof task, options: { readonly force?: boolean; readonly clean?: boolean } = {}) => {
    const { told, onEvent } = warnings()
    const result = await changed.run({ ...options, onEvent })
    const lines: string[] = []
    for await (const { text } of result.logs()) lines.push(text)
    return { told, lines }
  }
  expect(await run(task)).toEqual({ told: [], lines: ['from nowhere'] })
  expect(await run(task, { force: true })).toEqual({ told: [], lines: ['from same-spec'] })
  const warning = 'state of an earlier run with other hyperparameter alpha is given to the job'
  const other = task.hyperparameters({ alpha: 100 })
  expect((await other.plan()).warnings).toEqual([warning])
  expect((await other.plan({ clean: true })).warnings).toEqual([])
  expect(await run(other)).toEqual({ told: [warning], lines: ['from other-spec'] })
  expect(await run(task, { clean: true })).toEqual({ told: [], lines: ['from nowhere'] })
})

test('a task may keep state for one specification only', { timeout }, async () => {
  await using place = sandbox()
  const task = place
    .project('p')
    .task('t')
    .shell('ls "$SSM_INSTANCE_STATE" | wc -l; echo x > "$SSM_INSTANCE_STATE/$RANDOM$RANDOM"')
    .state({ keep: 'same-spec' })
  const run = async (lr: number) => {
    const cleaned: number[] = []
    const { told, onEvent } = warnings()
    const hear = (event: RunEvent): void => {
      onEvent(event)
      if (event.type === 'state-cleaned') cleaned.push(event.files)
    }
    const result = await task.hyperparameters({ lr }).run({ force: true, onEvent: hear })
    const lines: string[] = []
    for await (const { text } of result.logs()) lines.push(text.trim())
    return { lines, cleaned, told }
  }
  expect(await run(1)).toEqual({ lines: ['0'], cleaned: [], told: [] })
  expect(await run(1)).toEqual({ lines: ['1'], cleaned: [], told: [] })
  expect(await run(2)).toEqual({ lines: ['0'], cleaned: [2], told: [] })
  expect(await run(2)).toEqual({ lines: ['1'], cleaned: [], told: [] })
})

test('state is not cleaned under a job that runs; a second job on it is warned of', { timeout }, async () => {
  await using place = sandbox()
  const task = place.project('p').task('t').shell(waiting(place))
  await using running = await task.start()
  const { name } = await running.job()
  expect(await failureOf(task.run({ clean: true }))).toMatchObject({
    code: 'STATE_IN_USE',
    facts: { task: 't', job: name },
    hint: expect.stringContaining('--platform ') as string,
  })
  await expect(place.project('p').data('t').cleanState()).rejects.toMatchObject({ code: 'STATE_IN_USE' })
  expect(place.jobs('t')).toEqual([name])
  place.file('go', '')
  const { told, onEvent } = warnings()
  await task.run({ force: true, onEvent })
  // It may have ended in the meantime.
  expect([[], [`job ${name} is still running: both jobs write to the same state`]]).toContainEqual(told)
})

test('a folder without a file is refused before anything is sent, in a plan too', { timeout }, async () => {
  await using place = sandbox()
  mkdirSync(join(place.folder, 'empty/deeper'), { recursive: true })
  const task = place.project('p').task('t').shell('true').input.local(join(place.folder, 'empty'), { channel: 'in' })
  for (const tried of [() => task.run(), () => task.plan()])
    expect(await failureOf(tried())).toMatchObject({ code: 'INPUT_MISSING', facts: { channel: 'in' } })
  expect(place.objects()).toEqual([])
  expect(place.jobs('t')).toEqual([])
})

test('a metric that no line matches is warned of', { timeout }, async () => {
  await using place = sandbox()
  const { told, onEvent } = warnings()
  const task = place
    .project('p')
    .task('t')
    .shell('echo loss=1')
    .metric('loss', /loss=(\d)/)
    .metric('acc', /acc=(\d)/)
  const result = await task.run({ onEvent })
  expect(result.metrics).toEqual({ loss: 1 })
  expect(told).toEqual([`metric acc has no value: no line of the log of ${result.job} matched /acc=(\\d)/`])
})

test('a metric that is not looked for is told so, and never that no line matched', { timeout }, async () => {
  await using place = sandbox()
  const { told, onEvent } = warnings()
  await place.project('p').task('t').shell('echo acc=7').metric('acc', '(?<=acc=)([0-9]+)').run({ onEvent })
  expect(told).toEqual([expect.stringContaining('Values of acc are read by SageMaker alone')])
})

test('a metric is the same after a run and after a later one that is skipped, whatever the log holds', { timeout }, async () => {
  await using place = sandbox()
  const piece = fc.oneof(
    fc.constantFrom('loss=', 'loss = ', 'acc:', '\r', '\t', '\u001b[2K', ' ', 'nan', '1e3', '-.5', '0x10', 'Infinity', ',', '\0'),
    fc.double({ noNaN: true }).map(String),
    fc.string({ maxLength: 5 }),
  )
  const lines = fc.sample(fc.array(piece, { maxLength: 8 }), { numRuns: 400, seed: 7 }).map((pieces) => pieces.join(''))
  writeFileSync(join(place.folder, 'log'), `${lines.join('\n')}\nno line end: loss=7`)
  const task = place
    .project('p')
    .task('t')
    .shell(`cat ${place.folder}/log`)
    .metrics({ loss: /loss ?=([^,]*)/, acc: 'acc:(.*)', odd: '(-?[.\\d]+)', never: 'x{9}(y)' })
  const ran = await task.run()
  const skipped = await task.run()
  expect(skipped.decision.kind).toBe('skip')
  expect(skipped.metrics).toEqual(ran.metrics)
  expect(Object.keys(ran.metrics)).not.toContain('never')
})

test('a job from the future neither hides later ones nor goes unsaid', { timeout }, async () => {
  await using place = sandbox()
  const task = (lr: number) => place.project('p').task('t').shell('true').hyperparameters({ lr })
  await task(1).run()
  // As a client with a wrong clock would have left it.
  place.file('local/s3/ssm-local/p/t/t-2099-01-01-00-00-00-zzzzzzzz/source/sourcedir.tar.gz', '')
  const { told, onEvent } = warnings()
  const second = await task(2).run({ onEvent })
  expect(second.decision.kind).toBe('start')
  expect(second.job > 't-2099-01-01-00-00-00-zzzzzzzz').toBe(true)
  expect(told).toEqual([expect.stringMatching(/^the newest job, t-2099-\S+, is \d+ minutes ahead of this computer's clock/)])
  expect((await task(2).run()).decision.kind).toBe('skip')
  expect((await place.project('p').data('t').outputs())['model']?.job).toBe(second.job)
})

test('a job’s results are downloaded by its name too, and a name that no job has is told', { timeout }, async () => {
  await using place = sandbox()
  const data = place.project('p').data('t')
  const { job } = await place.project('p').task('t').shell('echo done > "$SM_MODEL_DIR/m"').run()
  const { files } = await data.download(place.file('by-name/.keep', '').replace('/.keep', ''), { job, only: ['model'] })
  expect(files).toEqual({ model: 1 })
  expect(await failureOf(data.download('nowhere', { job: 't-none' }))).toMatchObject({
    code: 'OUTPUT_MISSING',
    message: expect.stringContaining('has no job "t-none"') as string,
  })
})

test('a task may read what it left itself the last time', { timeout }, async () => {
  await using place = sandbox()
  const open = place.project('p')
  const first = open.task('t').shell('echo 1 > "$SM_MODEL_DIR/n"')
  await first.run()
  const next = open
    .task('t')
    .shell('echo $(($(tar -xzOf "$SM_CHANNEL_PREV/model.tar.gz" n) + 1)) > "$SM_MODEL_DIR/n"; cat "$SM_MODEL_DIR/n"')
    .input.fromTask('t', 'model', { channel: 'prev' })
  for (const expected of ['2', '3']) {
    const result = await next.run({ force: true })
    const lines: string[] = []
    for await (const { text } of result.logs()) lines.push(text)
    expect(lines).toEqual([expected])
  }
})

test(
  'many inputs and many tasks at once leave no warning about listeners, and nobody on the caller’s signal',
  { timeout },
  async () => {
    await using place = sandbox()
    const seen: string[] = []
    const hear = (warning: Error): void => void seen.push(warning.name)
    process.on('warning', hear)
    try {
      const open = place.project('p')
      const names = Array.from({ length: 15 }, (_, index) => `t${index}`)
      for (const name of names) place.file(`in/${name}/x`, name)
      const plain = open.task('many').shell('true')
      // Channels of any name: what the types know of them does not matter here.
      const many = names.reduce<typeof plain>(
        (task, name) => task.input.local(join(place.folder, 'in', name), { channel: name }),
        plain,
      )
      const leave = new AbortController()
      const runs = names.map((name) => failureOf(open.task(name).shell(waiting(place)).run({ signal: leave.signal })))
      await many.run()
      await until(() => names.every((name) => place.jobs(name).length === 1))
      leave.abort(new Error('enough'))
      expect((await Promise.all(runs)).map(({ code }) => code)).toEqual(names.map(() => 'RUN_ABORTED'))
      place.file('go', '')
      await new Promise((resolve) => setTimeout(resolve, 50))
    } finally {
      process.off('warning', hear)
    }
    expect(seen).toEqual([])
  },
)

test(
  'a program that names /opt/ml where machines have none is told before the job, and that nothing was kept after it',
  { timeout },
  async () => {
    await using place = sandbox()
    const shell = 'ls /opt/ml > /dev/null 2>&1 || true'
    const warningsOn = async (isolation: 'environment' | 'auto', line = shell): Promise<readonly string[]> => {
      const { told, onEvent } = warnings()
      await place.project('p', { isolation }).processing('t').shell(line).run({ force: true, onEvent })
      return told
    }
    const [before, after] = await warningsOn('environment')
    expect(before).toMatch(/names \/opt\/ml, which is not there .*SM_MODEL_DIR/)
    expect(after).toMatch(/^output of job t-\S+ is empty/)
    expect(await warningsOn('environment', `${shell}; echo x > "$SM_OUTPUT_DATA_DIR/x"`)).toHaveLength(1)
    expect(await warningsOn('environment', 'echo /opt/mlflow')).toEqual([])
    expect((await noNamespaces()) === undefined ? await warningsOn('auto') : []).toEqual([])
  },
)
