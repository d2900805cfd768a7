import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { failureOf, sandbox, ownCache, timeout } from './flow.ts'

ownCache()

test('a task that has not changed is skipped, and what it gave is given again', { timeout }, async () => {
  await using place = sandbox()
  const task = place.project('p').task('t').shell('echo done > "$SM_MODEL_DIR/x"')
  const first = await task.run()
  const second = await task.run()
  expect(first.decision).toMatchObject({ kind: 'start', because: 'it has never run' })
  expect(second.decision).toMatchObject({ kind: 'skip', because: 'nothing has changed since it completed' })
  expect(second.job).toBe(first.job)
  expect(second.outputs).toEqual(first.outputs)
  expect(place.jobs('t')).toEqual([first.job])
  expect(await place.leftovers()).toEqual([])
})

test('the same content in another folder, at another time and on other machines is the same run', { timeout }, async () => {
  await using place = sandbox()
  for (const folder of ['one', 'two']) {
    place.file(`${folder}/run.sh`, 'echo code', 0o755)
    place.file(`${folder}/data/x.txt`, 'data')
  }
  const from = (folder: string) =>
    place.project('p').task('t').code(`${place.folder}/${folder}/run.sh`).input.local(`${place.folder}/${folder}/data`)
  const first = await from('one').run()
  const second = await from('two').instances('ml.p3.2xlarge').tag('a', 'b').maxRun('1 hour').run()
  expect(second.decision.kind).toBe('skip')
  expect(second.job).toBe(first.job)
})

test(
  'a last word that changes the work starts it again, wherever it lies; one that does not, does not',
  { timeout },
  async () => {
    await using place = sandbox()
    const task = place.project('p').task('t').shell('echo "$LEVEL"').env({ LEVEL: 'info' })
    const level = (text: string) =>
      task.request((request) => ({ ...request, Environment: { ...request.Environment, LEVEL: text } }))
    const larger = task.request((request) => ({
      ...request,
      ResourceConfig: { ...request.ResourceConfig, InstanceType: 'ml.p3.2xlarge' },
      Tags: [{ Key: 'job', Value: request.TrainingJobName }],
    }))
    await task.run()
    expect((await larger.explain()).decision.kind).toBe('skip')
    expect((await level('debug').explain()).sentence).toBe('t is started, because changed: request Environment is new')
    await level('debug').run()
    expect((await level('debug').explain()).decision.kind).toBe('skip')
    expect((await level('trace').explain()).sentence).toBe('t is started, because changed: request Environment')
    expect((await task.explain()).sentence).toBe('t is started, because changed: request Environment is gone')
  },
)

test('one byte of code, of data, one argument or parameter starts it again, and the part is named', { timeout }, async () => {
  await using place = sandbox()
  place.file('src/run.sh', 'echo 1', 0o755)
  place.file('src/lib/help.txt', 'help')
  place.file('data/x.txt', 'data')
  const base = place
    .project('p')
    .task('t')
    .code('run.sh', { sourceDir: `${place.folder}/src` })
    .input.local(`${place.folder}/data`)
  const task = base.hyperparameters({ lr: 0.1 }).args('a').env({ LEVEL: 'info' })
  await task.run()
  const why = async (changed: typeof task): Promise<string> => (await changed.explain()).sentence
  expect(await why(task)).toMatch(/^t is skipped, because nothing has changed since it completed \(t-2/)
  expect(await why(task.hyperparameters({ lr: 0.2 }))).toBe('t is started, because changed: hyperparameter lr from 0.1 to 0.2')
  expect(await why(task.args('b'))).toBe('t is started, because changed: argument 1 from a to b')
  expect(await why(task.env({ LEVEL: 'debug' }))).toBe('t is started, because changed: env LEVEL')
  expect(await why(task.image('mine:1'))).toContain('changed: image from')
  place.file('src/lib/help.txt', 'HELP')
  expect(await why(task)).toBe('t is started, because changed: code lib/help.txt')
  place.file('src/run.sh', 'echo 2', 0o755)
  expect(await why(task)).toBe('t is started, because changed: code lib/help.txt, code run.sh')
  place.file('src/lib/help.txt', 'help')
  place.file('src/run.sh', 'echo 1', 0o755)
  expect(await why(task)).toContain('is skipped')
  place.file('data/x.txt', 'DATA')
  expect(await why(task)).toBe('t is started, because changed: input data')
  const again = await task.run()
  expect(again.decision).toMatchObject({ kind: 'start', changes: [{ part: 'input data' }] })
  expect(again.decision.kind === 'start' && again.decision.changes[0]?.from).toMatch(/^[0-9a-f]{64}$/)
})

test('force starts it again, skip: completed takes whatever completed, clean empties its state first', { timeout }, async () => {
  await using place = sandbox()
  const open = place.project('p')
  const task = open.task('t').shell('ls "$SSM_STATE"; echo "$1" > "$SSM_STATE/kept-$1"').args('one')
  const first = await task.run()
  const forced = await task.run({ force: true })
  expect(forced.decision).toMatchObject({ kind: 'start', because: 'it was forced' })
  expect(forced.job).not.toBe(first.job)
  const changed = task.args('two')
  const taken = await changed.run({ skip: 'completed' })
  expect(taken.decision).toMatchObject({
    kind: 'skip',
    because: 'its newest job is completed, and any completed one was asked for',
  })
  expect(taken.job).toBe(forced.job)
  const lines = async (result: Awaited<ReturnType<typeof task.run>>): Promise<readonly string[]> => {
    const texts: string[] = []
    for await (const { text } of result.logs()) texts.push(text)
    return texts
  }
  expect(await lines(await changed.run())).toContain('kept-one')
  const cleaned = await task.run({ clean: true })
  expect(cleaned.decision).toMatchObject({ kind: 'start', because: 'its state is cleaned' })
  expect((await lines(cleaned)).filter((line) => line.startsWith('kept-'))).toEqual([])
  const state: string[] = []
  for await (const { uri } of open.data('t').state()) state.push(uri.split('/').at(-1) ?? '')
  expect(state).toEqual(['kept-one'])
})

test(
  'a job that failed is run again; one that still runs is joined by a second process, which gets its result',
  { timeout },
  async () => {
    await using place = sandbox()
    const open = place.project('p')
    const flaky = open.task('flaky').shell('test -e "$SSM_STATE/seen" || { touch "$SSM_STATE/seen"; exit 3; }')
    expect(await failureOf(flaky.run())).toMatchObject({ code: 'JOB_FAILED', exitCode: 3 })
    expect((await flaky.run()).decision).toMatchObject({ kind: 'start', because: 'its newest job failed' })

    const line = `echo started; while ! test -e ${place.folder}/go; do sleep 0.05; done; echo ended > "$SM_MODEL_DIR/x"`
    const run = await open.task('t').shell(line).start()
    const job = await run.job()
    const other = place.start(fileURLToPath(new URL('programs/run-told.ts', import.meta.url)), 'p', 't', line)
    const here = await open.task('t').shell(line).start()
    await other.prints(/decided join/)
    place.file('go', '')
    const { end } = await other.ended
    expect(end).toBe(0)
    expect(other.answers()).toEqual([{ task: 't', job: job.name, decided: 'join' }])
    expect((await run.result()).job).toBe(job.name)
    expect((await here.result()).decision.kind).toBe('join')
    expect(place.jobs('t')).toEqual([job.name])
    expect(await place.leftovers()).toEqual([])
  },
)

test('a changed task does not join the job that still runs as it was', { timeout }, async () => {
  await using place = sandbox()
  const open = place.project('p')
  await using run = await open.task('t').shell('sleep 30').start()
  const job = await run.job()
  const changed = await open.task('t').shell('true').run()
  expect(changed.job).not.toBe(job.name)
  expect(changed.decision).toMatchObject({
    kind: 'start',
    because: 'changed: command line from sleep 30 to true',
  })
})

test('tasks whose names begin alike never take each other’s jobs, data or state', { timeout }, async () => {
  await using place = sandbox()
  const open = place.project('p')
  place.file('data/x.txt', 'exp')
  place.file('data2/x.txt', 'exp2')
  const both = ['exp', 'exp2', 'exp-2026-01-01-00-00-00']
  for (const name of both)
    await open
      .task(name)
      .shell('cp "$SM_CHANNEL_DATA/x.txt" "$SSM_STATE/"')
      .input.local(`${place.folder}/${name === 'exp' ? 'data' : 'data2'}`)
      .run()
  const state = async (name: string): Promise<readonly string[]> => {
    const found: string[] = []
    for await (const { uri } of open.data(name).state()) found.push(uri)
    return found
  }
  expect(await open.data('exp').cleanState()).toBe(1)
  expect(await state('exp')).toEqual([])
  expect(await state('exp2')).toHaveLength(1)
  place.file('data/y.txt', 'new')
  const again = await open.task('exp').shell('ls "$SM_CHANNEL_DATA"').input.local(`${place.folder}/data`).run()
  expect(again.decision.kind).toBe('start')
  expect(place.objects().filter((path) => path.includes('/exp2/input/'))).toHaveLength(1)
})

test('what the exit code 13 of Node means is told of a program of Node alone', { timeout }, async () => {
  await using place = sandbox()
  const open = place.project('p')
  const entry = place.file('waits.mjs', 'console.log("begun")\nawait new Promise(() => {})\n')
  const [ofNode, ofShell] = await Promise.all([
    failureOf(open.task('node').code(entry).run()),
    failureOf(open.task('shell').shell('exit 13').run()),
  ])
  expect(ofNode).toMatchObject({ code: 'JOB_FAILED', exitCode: 13 })
  expect(ofNode.message).toMatch(
    /exit code 13 on algo-1, with which Node ends a program whose top-level await is never settled\n/,
  )
  expect(ofShell).toMatchObject({ code: 'JOB_FAILED', exitCode: 13 })
  expect(ofShell.message).not.toContain('Node')
})
