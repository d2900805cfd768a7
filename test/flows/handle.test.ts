import { RunAbortedError, type RunEvent, type InstanceType } from '@simple-sagemaker/core'
import { expect, test } from 'vitest'
import { failureOf, kindsOf, sandbox, ownCache, timeout, until, type Sandbox } from './flow.ts'

ownCache()

const waiting = (place: Sandbox): string => `echo first; while ! test -e ${place.folder}/go; do sleep 0.05; done; echo last`

test('every reader gets every event from the first on, early, late and after the end', { timeout }, async () => {
  await using place = sandbox()
  await using run = await place.project('p').task('t').shell(waiting(place)).start()
  const read = async (): Promise<readonly RunEvent[]> => {
    const seen: RunEvent[] = []
    for await (const event of run.events()) seen.push(event)
    return seen
  }
  const early = read()
  for await (const event of run.events()) if (event.type === 'logged') break
  const late = read()
  place.file('go', '')
  const all = await early
  expect(await late).toEqual(all)
  expect(await read()).toEqual(all)
  expect(kindsOf(all).slice(0, 2)).toEqual(['decided', 'packed'])
  expect(all.at(-1)).toMatchObject({ type: 'finished', task: 't', outcome: { kind: 'completed', skipped: false } })
  expect(all.flatMap((event) => (event.type === 'logged' ? [event.line.text] : []))).toEqual(['first', 'last'])
  expect(all.flatMap((event) => (event.type === 'status-changed' ? [event.phase] : []))).toEqual(
    ['Starting', 'Downloading', 'Training', 'Uploading', 'Completed'].filter((phase) =>
      all.some((event) => event.type === 'status-changed' && event.phase === phase),
    ),
  )
  expect(all.every(({ atMs }, index) => atMs >= (all[index - 1]?.atMs ?? 0))).toBe(true)
  const lines: string[] = []
  for await (const { machine, text } of run.logs()) lines.push(`${machine} ${text}`)
  expect(lines).toEqual(['algo-1 first', 'algo-1 last'])
})

test('an abort ends the waiting with an error that says how to go on; the job goes on and is joined', { timeout }, async () => {
  await using place = sandbox()
  const open = place.project('p')
  const leave = new AbortController()
  const task = open.task('t').shell(waiting(place))
  const why = new Error('enough')
  const aborted = failureOf(
    task.run({ signal: leave.signal, onEvent: (event) => void (event.type === 'logged' && leave.abort(why)) }),
  )
  const error = await aborted
  expect(error).toBeInstanceOf(RunAbortedError)
  expect(error).toMatchObject({
    code: 'RUN_ABORTED',
    job: { name: place.jobs('t')[0] },
    hint: expect.stringContaining(`ssm logs --follow ${place.jobs('t')[0]} --platform `) as string,
  })
  const again = await task.start()
  place.file('go', '')
  expect(await again.result()).toMatchObject({ job: place.jobs('t')[0], decision: { kind: 'join' } })
  expect(await place.leftovers()).toEqual([])
})

test('an abort before anything started leaves nothing behind', { timeout }, async () => {
  await using place = sandbox()
  const error = await failureOf(
    place
      .project('p')
      .task('t')
      .shell('true')
      .run({ signal: AbortSignal.abort(new Error('no')) }),
  )
  expect(error).toMatchObject({ code: 'RUN_ABORTED', job: undefined })
  expect(place.jobs('t')).toEqual([])
  expect(place.objects()).toEqual([])
})

test('stop stops the job, and what is left behind with await using is stopped too', { timeout }, async () => {
  await using place = sandbox()
  const open = place.project('p', { stopGraceSeconds: 5 })
  const run = await open.task('t').shell('trap "echo bye; exit 0" TERM; echo up; while :; do sleep 0.1; done').start()
  for await (const event of run.events()) if (event.type === 'logged') break
  await run.stop()
  expect(await failureOf(run.result())).toMatchObject({ code: 'JOB_STOPPED', job: await run.job() })
  const lines: string[] = []
  for await (const { text } of run.logs()) lines.push(text)
  // The shell's own sleep is told to stop as well, which bash mentions.
  expect(lines.filter((line) => !line.includes('Terminated'))).toEqual(['up', 'bye'])

  const left = await (async () => {
    await using other = await open.task('u').shell('sleep 60').start()
    return await other.job()
  })()
  await until(async () => {
    for await (const job of open.data('u').jobs()) return job.name === left.name && job.status === 'stopped'
    return false
  })
  expect(await place.leftovers()).toEqual([])
})

test('what was detached goes on when its handle is disposed', { timeout }, async () => {
  await using place = sandbox()
  const open = place.project('p')
  const task = open.task('t').shell(waiting(place))
  const job = await (async () => {
    await using run = await task.start()
    const started = await run.job()
    run.detach()
    expect(await failureOf(run.result())).toMatchObject({ code: 'RUN_ABORTED', job: started })
    return started
  })()
  place.file('go', '')
  expect(await task.run()).toMatchObject({ job: job.name })
})

test('a run that fails before its job tells so to whoever asks for the job, the result or the events', { timeout }, async () => {
  await using place = sandbox()
  const run = await place.project('p').task('t').code(`${place.folder}/nowhere.py`).start()
  const events: RunEvent[] = []
  for await (const event of run.events()) events.push(event)
  for (const asked of [run.job(), run.result()]) expect(await failureOf(asked)).toMatchObject({ code: 'CODE_MISSING' })
  expect(
    await failureOf(
      (async () => {
        for await (const _ of run.logs()) return
      })(),
    ),
  ).toMatchObject({ code: 'CODE_MISSING' })
  expect(events.at(-1)).toMatchObject({ type: 'finished', outcome: { kind: 'failed', code: 'CODE_MISSING' } })
})

test('a task that cannot be is refused with all that is wrong, and nothing is written', { timeout }, async () => {
  await using place = sandbox()
  const task = place
    .project('p')
    .task('t_1')
    .shell(' ')
    .instances('m5' as InstanceType, 0)
    .input.s3('s3://B', { channel: 'a b' })
  const error = await failureOf(task.run())
  expect(error).toMatchObject({ name: 'InvalidTaskError', code: 'TASK_INVALID' })
  const paths = ['task', 'instanceType', 'instanceCount', 'shell', 'input[0].channel', 'input[0].uri']
  expect(Object(error)).toMatchObject({ problems: paths.map((path) => ({ path })) })
  expect(place.objects()).toEqual([])
})
