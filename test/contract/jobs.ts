import { execFileSync } from 'node:child_process'
import { expect } from 'vitest'
import { isSsmError } from '../../packages/core/src/errors/ssm-error.ts'
import type { ErrorCode } from '../../packages/core/src/errors/codes.ts'
import { objectUri, type ObjectUri } from '../../packages/core/src/names/object-uri.ts'
import { isTerminal, type JobRef, type JobRequest, type JobState } from '../../packages/core/src/platform/jobs.ts'
import type { JobKind } from '../../packages/core/src/spec/job-kind.ts'
import type { Platform } from '../../packages/core/src/platform/platform.ts'
import { below, claim, gather, keyBelow, put, textOf, type Room, type Visit } from './contract.ts'
import { jobRequest, processingJob, refOf, trainingJob } from './job-requests.ts'

type Say = (name: string, show: (visit: Visit) => Promise<void>) => void

/** What every platform must keep of its jobs. */
export function jobsContract(room: Room): void {
  const say: Say = (name, show) => claim(room, name, show)
  for (const kind of ['training', 'processing'] as const) lifeOf(kind, say)
  refusals(say)
  inputs(say)
  results(say)
}

/** Starts a job and waits for its end. */
export async function ranToEnd(platform: Platform, request: JobRequest): Promise<JobState> {
  await platform.jobs.start(request)
  return endOf(platform, refOf(request))
}

async function endOf(platform: Platform, job: JobRef): Promise<JobState> {
  const states = await gather(platform.jobs.watch(job))
  const last = states.at(-1)
  if (last === undefined) throw new Error('nothing was watched')
  return last
}

/** Waits until a job's program runs. */
export async function untilRunning(platform: Platform, job: JobRef): Promise<void> {
  for await (const state of platform.jobs.watch(job)) if (['Training', 'Processing'].includes(state.phase)) return
}

const has = (code: ErrorCode) => (cause: unknown) => isSsmError(cause, code)

function lifeOf(kind: JobKind, say: Say): void {
  say(`a ${kind} job whose program ends well is completed`, async ({ platform, folder }) => {
    const request = jobRequest(kind, folder, { shell: 'true' })
    const beforeMs = Date.now()
    const state = await ranToEnd(platform, request)
    expect(state).toMatchObject({ ...refOf(request), status: 'completed', phase: 'Completed', machines: 1, interruptions: 0 })
    expect(state.failureReason).toBeUndefined()
    expect(state.createdAtMs).toBeGreaterThan(beforeMs - 60_000)
    expect(state.endedAtMs ?? 0).toBeGreaterThanOrEqual(state.startedAtMs ?? Infinity)
    expect(await platform.jobs.describe(refOf(request))).toEqual(state)
  })
  say(`a ${kind} job is failed when its program fails, with the exit code`, async ({ platform, folder }) => {
    const state = await ranToEnd(platform, jobRequest(kind, folder, { shell: 'exit 3' }))
    expect(state).toMatchObject({ status: 'failed', phase: 'Failed' })
    expect(state.failureReason).toMatch(/\b3\b/)
  })
  say(`a ${kind} job’s reason is what its program wrote about its failure`, async ({ platform, folder }) => {
    const shell =
      'mkdir -p $R/opt/ml/output; { echo out of luck; head -c 5000 /dev/zero | tr "\\0" x; } > $R/opt/ml/output/failure; exit 1'
    const state = await ranToEnd(platform, jobRequest(kind, folder, { shell }))
    expect(state.failureReason).toContain('out of luck')
    expect(state.failureReason?.length).toBeLessThanOrEqual(1024)
  })
  say(`a ${kind} job’s phases follow each other without gaps`, async ({ platform, folder }) => {
    const state = await ranToEnd(platform, jobRequest(kind, folder, { shell: 'true' }))
    for (const [index, phase] of state.phases.entries()) {
      const next = state.phases[index + 1]
      if (next !== undefined) expect(phase.endedAtMs).toBeLessThanOrEqual(next.startedAtMs)
    }
    expect(state.phases.at(-1)?.name).toBe(state.phase)
  })
  say(`a watch of a ${kind} job starts with now, tells changes, and ends with the end`, async ({ platform, folder }) => {
    const request = jobRequest(kind, folder, { shell: 'sleep 0.3' })
    await platform.jobs.start(request)
    const [one, other] = await Promise.all([
      gather(platform.jobs.watch(refOf(request))),
      gather(platform.jobs.watch(refOf(request))),
    ])
    for (const states of [one, other]) {
      expect(states.slice(0, -1).every((state) => !isTerminal(state.status))).toBe(true)
      expect(states.at(-1)?.status).toBe('completed')
    }
    expect(await gather(platform.jobs.watch(refOf(request)))).toHaveLength(1)
  })
  say(`leaving the watch of a ${kind} job leaves the job alone`, async ({ platform, folder }) => {
    const request = jobRequest(kind, folder, { shell: 'sleep 0.3' })
    await platform.jobs.start(request)
    for await (const _state of platform.jobs.watch(refOf(request))) break
    const stop = new AbortController()
    const watching = gather(platform.jobs.watch(refOf(request), { signal: stop.signal }))
    stop.abort(new Error('enough'))
    await expect(watching).rejects.toThrow('enough')
    expect((await endOf(platform, refOf(request))).status).toBe('completed')
  })
  say(`a ${kind} job that is stopped ends as stopped, and a second stop is quiet`, async ({ platform, folder }) => {
    const request = jobRequest(kind, folder, { shell: 'trap "exit 0" TERM; sleep 60 & wait' })
    await platform.jobs.start(request)
    await untilRunning(platform, refOf(request))
    await platform.jobs.stop(refOf(request))
    expect(['stopping', 'stopped']).toContain((await platform.jobs.describe(refOf(request)))?.status)
    await platform.jobs.stop(refOf(request))
    expect(await endOf(platform, refOf(request))).toMatchObject({ status: 'stopped', phase: 'Stopped' })
    await platform.jobs.stop(refOf(request))
  })
  say(`a ${kind} job that runs longer than it may is stopped`, async ({ platform, folder }) => {
    const state = await ranToEnd(platform, jobRequest(kind, folder, { shell: 'sleep 60', maxRunSeconds: 1 }))
    expect(state.status).toBe('stopped')
    if (kind === 'training') expect(state.phase).toBe('MaxRuntimeExceeded')
  })
  say(`a ${kind} job of several machines fails when one of them does`, async ({ platform, folder }) => {
    const config = kind === 'training' ? '$R/opt/ml/input/config' : '$R/opt/ml/config'
    const shell = `grep -q '"current_host": *"algo-2"' ${config}/resourceconfig.json && exit 7; sleep 60`
    const state = await ranToEnd(platform, jobRequest(kind, folder, { shell, machines: 2 }))
    expect(state).toMatchObject({ status: 'failed', machines: 2 })
    expect(state.failureReason).toMatch(/\b7\b/)
  })
}

function refusals(say: Say): void {
  say('an unknown job is no error to look at and one to watch or stop', async ({ platform }) => {
    const { name } = refOf(processingJob({ shell: 'true' }))
    for (const kind of ['training', 'processing'] as const) {
      expect(await platform.jobs.describe({ kind, name })).toBeUndefined()
      await expect(gather(platform.jobs.watch({ kind, name }))).rejects.toSatisfy(has('JOB_LOST'))
    }
  })
  say('a name that was used is refused', async ({ platform, folder }) => {
    const request = trainingJob(folder, { shell: 'true' })
    await ranToEnd(platform, request)
    await expect(platform.jobs.start(request)).rejects.toSatisfy(has('PLATFORM_REFUSED'))
    expect((await platform.jobs.describe(refOf(request)))?.status).toBe('completed')
  })
  say('more machines than there can be are refused before anything is left behind', async ({ platform, folder }) => {
    const request = trainingJob(folder, { shell: 'true', machines: platform.abilities.maxMachines + 1 })
    await expect(platform.jobs.start(request)).rejects.toSatisfy(
      (cause: unknown) => has('PLATFORM_QUOTA')(cause) || has('PLATFORM_REFUSED')(cause),
    )
    expect(await platform.jobs.describe(refOf(request))).toBeUndefined()
  })
  say('a start that was aborted starts nothing', async ({ platform, folder }) => {
    const request = trainingJob(folder, { shell: 'true' })
    await expect(platform.jobs.start(request, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
    expect(await platform.jobs.describe(refOf(request))).toBeUndefined()
  })
}

const copyAll =
  'cd $R/opt/ml/input/data && for h in algo-1 algo-2 algo-3; do grep -q "\\"current_host\\": *\\"$h\\"" ../config/resourceconfig.json && me=$h; done; mkdir -p $R/state/$me && cp -R . $R/state/$me/'

function inputs(say: Say): void {
  const stateOf = async ({ platform, folder }: Visit): Promise<readonly string[]> =>
    (await gather(platform.objects.list(below(folder, 'state/')))).map((object) => keyBelow(below(folder, 'state/'), object.uri))
  const copied = async (
    visit: Visit,
    inputsOf: Parameters<typeof trainingJob>[1]['inputs'],
    machines = 1,
  ): Promise<readonly string[]> => {
    const request = trainingJob(visit.folder, {
      shell: copyAll,
      machines,
      state: below(visit.folder, 'state'),
      ...(inputsOf === undefined ? {} : { inputs: inputsOf }),
    })
    const end = await ranToEnd(visit.platform, request)
    expect(end.failureReason).toBeUndefined()
    return stateOf(visit)
  }
  say('every machine sees all objects of a replicated channel, under their own names', async (visit) => {
    const keys = ['in/a', 'in/b/c', 'in/with blank', 'in/ä', 'in2/x']
    for (const key of keys) await put(visit.platform, below(visit.folder, key), `of ${key}`)
    const names = ['data/a', 'data/b/c', 'data/with blank', 'data/ä']
    expect(await copied(visit, { data: { uri: `${visit.folder}in/` } }, 2)).toEqual(
      ['algo-1', 'algo-2'].flatMap((host) => names.map((name) => `${host}/${name}`)),
    )
    expect(await textOf(visit.platform, below(visit.folder, 'state/algo-2/data/b/c'))).toBe('of in/b/c')
  })
  say('every object of a sharded channel is on exactly one machine', async (visit) => {
    const names = Array.from({ length: 7 }, (_, index) => `part-${index}`)
    for (const name of names) await put(visit.platform, below(visit.folder, `in/${name}`), name)
    const seen = await copied(visit, { data: { uri: `${visit.folder}in/`, sharded: true } }, 3)
    expect(seen.map((name) => name.replace(/^algo-\d\/data\//, '')).sort()).toEqual(names)
    const shares = [1, 2, 3].map((host) => seen.filter((name) => name.startsWith(`algo-${host}/`)).length)
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1)
  })
  say('a channel may be one object, a FastFile folder, or a manifest’s choice', async (visit) => {
    for (const key of ['in/a', 'in/b', 'in/c']) await put(visit.platform, below(visit.folder, key), key)
    await put(visit.platform, below(visit.folder, 'list.manifest'), JSON.stringify([{ prefix: `${visit.folder}in/` }, 'a', 'c']))
    const seen = await copied(visit, {
      one: { uri: `${visit.folder}in/b` },
      fast: { uri: `${visit.folder}in/`, mode: 'FastFile' },
      some: { uri: `${visit.folder}list.manifest`, manifest: true },
    })
    expect(seen).toEqual(['fast/a', 'fast/b', 'fast/c', 'one/b', 'some/a', 'some/c'].map((name) => `algo-1/${name}`))
  })
  say('a job whose input does not exist fails and says which', async ({ platform, folder }) => {
    const end = await ranToEnd(platform, trainingJob(folder, { shell: 'true', inputs: { data: { uri: `${folder}nothing/` } } }))
    expect(end.status).toBe('failed')
    expect(end.failureReason).toContain(`${folder}nothing/`)
  })
  say('the program sees its configuration and the request’s environment', async (visit) => {
    const { platform, folder } = visit
    const request = trainingJob(folder, {
      shell:
        'cp $R/opt/ml/input/config/*.json $R/state/; printf %s "$ODD" > $R/state/odd; printf %s "$TRAINING_JOB_NAME" > $R/state/name',
      environment: { ODD: ' a "b" $c\n\\d* ' },
      state: below(folder, 'state'),
      machines: 2,
    })
    request.input.HyperParameters = { lr: '0.1', name: 'a b' }
    expect((await ranToEnd(platform, request)).status).toBe('completed')
    const json = async (name: string): Promise<unknown> => JSON.parse(await textOf(platform, below(folder, `state/${name}`)))
    expect(await json('hyperparameters.json')).toEqual({ lr: '0.1', name: 'a b' })
    expect(await json('inputdataconfig.json')).toEqual({})
    expect(await json('checkpointconfig.json')).toEqual({ LocalPath: '/state' })
    expect(await json('resourceconfig.json')).toMatchObject({ hosts: ['algo-1', 'algo-2'], current_instance_type: 'ml.m5.large' })
    expect(await textOf(platform, below(folder, 'state/odd'))).toBe(' a "b" $c\n\\d* ')
    expect(await textOf(platform, below(folder, 'state/name'))).toBe(refOf(request).name)
  })
}

function results(say: Say): void {
  const archive = async ({ platform }: Visit, uri: ObjectUri): Promise<readonly string[]> => {
    const bytes = Buffer.concat([...(await gather(platform.objects.read(uri)))])
    return execFileSync('tar', ['-tzf', '-'], { input: bytes, encoding: 'utf8' })
      .split('\n')
      .filter((name) => name !== '' && !name.endsWith('/'))
      .map((name) => name.replace(/^\.\//, ''))
      .sort()
  }
  const outOf = (visit: Visit, request: JobRequest, name: string): ObjectUri =>
    objectUri(`${visit.folder}out/${refOf(request).name}/output/${name}`)
  say('the model is that of all machines, the output that of the first', async (visit) => {
    const shell =
      'for h in algo-1 algo-2; do grep -q "\\"current_host\\": *\\"$h\\"" $R/opt/ml/input/config/resourceconfig.json && me=$h; done; cd $R/opt/ml; mkdir -p model/deep; echo $me > model/deep/$me; echo $me > model/same; echo $me > output/data/$me'
    const request = trainingJob(visit.folder, { shell, machines: 2 })
    expect((await ranToEnd(visit.platform, request)).status).toBe('completed')
    expect(await archive(visit, outOf(visit, request, 'model.tar.gz'))).toEqual(['deep/algo-1', 'deep/algo-2', 'same'])
    expect(await archive(visit, outOf(visit, request, 'output.tar.gz'))).toEqual(['algo-1'])
  })
  say('a job that is stopped keeps what its program wrote in its grace', async (visit) => {
    const request = trainingJob(visit.folder, { shell: 'trap "echo late > $R/opt/ml/model/late; exit 0" TERM; sleep 60 & wait' })
    await visit.platform.jobs.start(request)
    await untilRunning(visit.platform, refOf(request))
    await new Promise((resolve) => setTimeout(resolve, 200))
    await visit.platform.jobs.stop(refOf(request))
    await endOf(visit.platform, refOf(request))
    expect(await archive(visit, outOf(visit, request, 'model.tar.gz'))).toEqual(['late'])
  })
  say('state is restored, kept after success and failure, and forgets what the program removed', async ({ platform, folder }) => {
    const state = below(folder, 'state')
    await put(platform, below(folder, 'state/old'), 'old')
    await put(platform, below(folder, 'state/gone'), 'gone')
    const shell = 'cat $R/state/old > $R/state/seen; rm $R/state/gone; echo mine > $R/state/new; exit '
    for (const [code, seen] of [
      ['4', 'failed'],
      ['0', 'completed'],
    ] as const) {
      expect(
        (
          await ranToEnd(
            platform,
            trainingJob(folder, { shell: (code === '0' ? 'touch $R/state/gone; ' : '') + shell + code, state }),
          )
        ).status,
      ).toBe(seen)
      expect(
        (await gather(platform.objects.list(below(folder, 'state/')))).map((object) => keyBelow(folder, object.uri)),
      ).toEqual(['state/new', 'state/old', 'state/seen'])
      expect(await textOf(platform, below(folder, 'state/seen'))).toBe('old')
    }
  })
  say('state is stored while the job runs', async ({ platform, folder }) => {
    const request = trainingJob(folder, { shell: 'echo half > $R/state/half; sleep 60', state: below(folder, 'state') })
    await platform.jobs.start(request)
    while ((await platform.objects.find(below(folder, 'state/half'))) === undefined)
      await new Promise((resolve) => setTimeout(resolve, 50))
    expect((await platform.jobs.describe(refOf(request)))?.status).toBe('in-progress')
    await platform.jobs.stop(refOf(request))
    await endOf(platform, refOf(request))
  })
  say('a processing job’s outputs go where they were asked to, after a failure too', async ({ platform, folder }) => {
    for (const code of [0, 1]) {
      const end = below(folder, `end-${code}`)
      const live = below(folder, `live-${code}`)
      const shell = `cd $R/opt/ml/processing; mkdir -p out/deep; echo 1 > out/deep/a; echo 2 > state/b; exit ${code}`
      await ranToEnd(platform, processingJob({ shell, outputs: { out: { uri: end }, state: { uri: live, continuous: true } } }))
      expect(await textOf(platform, below(folder, `end-${code}/deep/a`))).toBe('1\n')
      expect(await textOf(platform, below(folder, `live-${code}/b`))).toBe('2\n')
    }
  })
  say('the last value of each metric is kept, read from the log', async ({ platform, folder }) => {
    const shell = 'for i in 1 2 3; do echo "step $i loss=0.$i acc=bad"; done; printf "end loss=-1.5e-3"'
    const end = await ranToEnd(
      platform,
      trainingJob(folder, { shell, metrics: { loss: 'loss=([-0-9.e]+)', acc: 'acc=(\\w+)', none: 'none=(.*)' } }),
    )
    expect(end.finalMetrics.map(({ name, value }) => [name, value])).toEqual([['loss', -0.0015]])
  })
}
