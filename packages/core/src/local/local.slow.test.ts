import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { itemsOf, objectText } from '../testing/visit.ts'
import { processingJob, refOf, trainingJob, type ShellJob } from '../testing/job-requests.ts'
import { ranToEnd, untilRunning } from '../testing/job-steps.ts'
import { everythingIn, processesLeft, zombies } from '../../../../test/support/leftovers.ts'
import { runTypeScript } from '../../../../test/support/run-typescript.ts'
import { objectUri } from '../names/object-uri.ts'
import type { JobRef, JobState } from '../platform/jobs.ts'
import { local, type LocalOptions } from './index.ts'
import { jobPlace, readState } from './jobs/records.ts'
import { settleAbandoned } from './jobs/settle.ts'
import { ownIdentity, pidOf, processPlace } from './process/identity.ts'

const root = mkdtempSync(join(tmpdir(), 'ssm-local-'))
const folder = objectUri('s3://ssm-local/test/')
const open = (options: LocalOptions = {}): ReturnType<typeof local> =>
  local({ root, stopGraceSeconds: 0.5, syncSeconds: 0.2, ...options })
const platform = open()

afterAll(() => rmSync(root, { recursive: true, force: true }))

// After every ending: no process of any job, no machine's tree, no unfinished file, no lock.
afterEach(async () => {
  expect(await processesLeft(root)).toEqual([])
  await expect.poll(zombies).toEqual([])
  const left = everythingIn(root).filter((path) => /^(tmp|locks|alive)\/.|^jobs\/[^/]+\/(machines|lock|state\.json\.)/.test(path))
  expect(left).toEqual([])
})

const run = (job: ShellJob, on = platform): Promise<JobState> => ranToEnd(on, trainingJob(folder, job))
const supervisorOf = (job: JobRef): number => pidOf(readState(jobPlace(root, job.name))?.owner ?? '')

async function endOf(job: JobRef): Promise<JobState | undefined> {
  return (await itemsOf(platform.jobs.watch(job))).at(-1)
}

async function started(job: ShellJob, ready?: string, on = platform): Promise<JobRef> {
  const request = trainingJob(folder, job)
  await on.jobs.start(request)
  await untilRunning(on, refOf(request))
  if (ready !== undefined) for await (const line of on.logs.follow(refOf(request))) if (line.text === ready) break
  return refOf(request)
}

test('a supervisor that is killed fails its job with a reason, and its machines die with it', async () => {
  const job = await started({ shell: 'sleep 100 & echo ready; trap "" TERM; sleep 100; sleep 100', machines: 2 }, 'ready')
  process.kill(supervisorOf(job), 'SIGKILL')
  expect(await processesLeft(root)).toEqual([])
  expect(await endOf(job)).toMatchObject({ status: 'failed', phase: 'Failed' })
  expect((await platform.jobs.describe(job))?.failureReason).toContain('was killed while the job was in phase Training')
  await settleAbandoned(root)
})

test('a job whose client died before its supervisor began fails after a short while', async () => {
  const job = await started({ shell: 'true' })
  await endOf(job)
  const place = jobPlace(root, job.name)
  const ended = readState(place)
  const { endedAtMs: _, ...running } = { ...ended }
  const abandoned = {
    ...running,
    status: 'in-progress',
    phase: 'Starting',
    phases: [],
    owner: `999999.gone@${processPlace(ownIdentity())}`,
    ownerIs: 'starter',
  }
  writeFileSync(place.state, JSON.stringify({ ...abandoned, createdAtMs: Date.now() }))
  expect((await platform.jobs.describe(job))?.status).toBe('in-progress')
  writeFileSync(place.state, JSON.stringify({ ...abandoned, createdAtMs: Date.now() - 6_000 }))
  expect(await platform.jobs.describe(job)).toMatchObject({ status: 'failed' })
  expect((await endOf(job))?.failureReason).toContain('never began its work')
})

test('a job outlives its client, and stops when another client asks it to', async () => {
  const jobs: JobRef[] = []
  for (const shell of ['sleep 1; echo survived > $R/opt/ml/model/m', 'sleep 100']) {
    const request = trainingJob(folder, { shell })
    const child = runTypeScript('local-client.ts', [root, JSON.stringify(request)])
    const gone = once(child, 'close')
    for await (const line of child.stdout) if (String(line).includes('running')) child.kill('SIGKILL')
    await gone
    jobs.push(refOf(request))
  }
  const [surviving, endless] = jobs as [JobRef, JobRef]
  expect(await endOf(surviving)).toMatchObject({ status: 'completed' })
  await platform.jobs.stop(endless)
  expect(await endOf(endless)).toMatchObject({ status: 'stopped' })
})

test('a program that ignores SIGTERM is killed after the grace, with everything it started', async () => {
  const job = await started(
    { shell: 'trap "" TERM; (trap "" TERM; sleep 100) & echo ready; while :; do sleep 100; done' },
    'ready',
  )
  const beforeMs = performance.now()
  await platform.jobs.stop(job)
  expect(await endOf(job)).toMatchObject({ status: 'stopped' })
  expect(performance.now() - beforeMs).toBeGreaterThan(450)
})

test('what a program leaves running ends with it, even in a session of its own', async () => {
  const state = await run({
    shell: 'sleep 100 & setsid sleep 101 & setsid sh -c "trap \\"\\" TERM HUP; sleep 102; :" & echo done',
  })
  expect(state.status).toBe('completed')
})

test('a program killed by a signal is told by its exit code', async () => {
  expect((await run({ shell: 'kill -9 $$' })).failureReason).toBe('AlgorithmError: exit code: 137')
  expect((await run({ shell: 'exec /nowhere/missing' })).failureReason).toBe('AlgorithmError: exit code: 127')
})

test('20 jobs at once all end right', async () => {
  const states = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      run({ shell: `echo ${index} > $R/opt/ml/model/n; exit ${index % 2}`, machines: 1 + (index % 2) }),
    ),
  )
  expect(states.map((state) => state.status)).toEqual(
    Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'completed' : 'failed')),
  )
})

test('the program is alone: no child, no open file and no credential that is not its own', async () => {
  process.env['AWS_SECRET_ACCESS_KEY'] = 'canary-secret'
  process.env['AWS_REGION'] = 'eu-somewhere-1'
  try {
    const shell =
      'cd $R/opt/ml/model; ls /proc/$$/fd > fds; c=; read -r c < /proc/$$/task/$$/children; echo "$c" > children; env > env; pwd > pwd; echo to-stderr > /dev/stderr; ps -o stat= -p $$'
    const request = trainingJob(folder, { shell, environment: { TOKEN: 'canary-token' } })
    await ranToEnd(platform, request)
    const archive = await textOfArchive(request.input.TrainingJobName ?? '')
    expect(
      archive['fds']
        ?.trim()
        .split('\n')
        .filter((fd) => fd.length === 1),
    ).toEqual(['0', '1', '2'])
    expect(archive['children']?.trim()).toBe('')
    expect(archive['env']).toContain('AWS_REGION=eu-somewhere-1')
    expect(archive['env']).toContain('TOKEN=canary-token')
    expect(archive['env']).not.toMatch(/canary-secret|^SSM_PASS/m)
    expect(archive['env']).toMatch(/^TMPDIR=(.*\/machines\/algo-1\/tmp|\/\.ssm-tmp)$/m)
    expect(archive['env']).toMatch(/^MASTER_PORT=[12]\d{4}$/m)
    expect((await itemsOf(platform.logs.follow(refOf(request))))[0]?.text).toBe('to-stderr')
    const record = jobPlace(root, refOf(request).name).request
    expect(statSync(record).mode & 0o777).toBe(0o600)
    expect(readFileSync(record, 'utf8')).not.toContain('canary-token')
  } finally {
    delete process.env['AWS_SECRET_ACCESS_KEY']
    delete process.env['AWS_REGION']
  }
})

async function textOfArchive(job: string): Promise<Readonly<Record<string, string>>> {
  const scratch = mkdtempSync(join(tmpdir(), 'ssm-untar-'))
  try {
    const bytes = Buffer.concat([...(await itemsOf(platform.objects.read(objectUri(`${folder}out/${job}/output/model.tar.gz`))))])
    const tar = spawn('tar', ['-xzf', '-', '-C', scratch], { stdio: ['pipe', 'inherit', 'inherit'] })
    tar.stdin.end(bytes)
    await new Promise((resolve) => tar.once('close', resolve))
    return Object.fromEntries(readdirSync(scratch).map((name) => [name, readFileSync(join(scratch, name), 'utf8')]))
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

test('spot capacity that is taken away restarts the job with its state, in a new log', async () => {
  const spot = open({ simulateSpotInterruption: { afterSeconds: 3, times: 2 } })
  const shell =
    'n=$(cat $R/state/n 2>/dev/null || echo 0); echo $((n+1)) > $R/state/n; echo run $n; [ $n = 2 ] && exit 0; ls $R/opt/ml/model; touch $R/opt/ml/model/of-$n; sleep 100'
  const request = trainingJob(folder, { shell, state: objectUri(`${folder}spot`) })
  const state = await ranToEnd(spot, request)
  expect(state).toMatchObject({ status: 'completed', interruptions: 2 })
  const once = ['Downloading', 'Training', 'Interrupted', 'Restarting']
  expect(state.phases.map((phase) => phase.name)).toEqual([
    'Starting',
    ...once,
    ...once,
    'Downloading',
    'Training',
    'Uploading',
    'Completed',
  ])
  expect((await itemsOf(spot.logs.follow(refOf(request)))).map((line) => line.text)).toEqual(['run 0', 'run 1', 'run 2'])
  expect(await objectText(spot, objectUri(`${folder}spot/n`))).toBe('3\n')
})

test('what the local platform cannot run is refused at once, with what to do instead', async () => {
  const own = trainingJob(folder, { shell: 'true' })
  own.input.AlgorithmSpecification = { TrainingImage: 'xgboost:1', TrainingInputMode: 'File' }
  await expect(platform.jobs.start(own)).rejects.toMatchObject({ code: 'PLATFORM_UNSUPPORTED' })
  const pipe = trainingJob(folder, { shell: 'true', inputs: { data: { uri: `${folder}in/`, mode: 'Pipe' } } })
  await expect(platform.jobs.start(pipe)).rejects.toMatchObject({
    code: 'PLATFORM_UNSUPPORTED',
    hint: "Use the mode 'File' or 'FastFile'.",
  })
  const pattern = trainingJob(folder, { shell: 'true', metrics: { loss: '(' } })
  await expect(platform.jobs.start(pattern)).rejects.toMatchObject({ code: 'PLATFORM_REFUSED' })
})

test('an input that would leave its folder fails the job and touches nothing', async () => {
  await platform.objects.write(objectUri(`${folder}evil/../../../../out`), { kind: 'bytes', bytes: Buffer.from('x') })
  const state = await run({ shell: 'true', inputs: { data: { uri: `${folder}evil/` } } })
  expect(state).toMatchObject({ status: 'failed' })
  expect(state.failureReason).toContain('is refused')
})

test('a read-only channel cannot be written through', async () => {
  const uri = objectUri(`${folder}fast/x`)
  await platform.objects.write(uri, { kind: 'bytes', bytes: Buffer.from('as it was') })
  await run({
    shell: 'echo changed > $R/opt/ml/input/data/data/x',
    inputs: { data: { uri: `${folder}fast/`, mode: 'FastFile' } },
  })
  expect(await objectText(platform, uri)).toBe('as it was')
})

test('closing the platform ends what is being watched, and the jobs go on', async () => {
  const watcher = open()
  const closed = join(root, 'closed')
  const job = await started({ shell: `until [ -e ${closed} ]; do sleep 0.05; done` }, undefined, watcher)
  const watching = itemsOf(watcher.jobs.watch(job))
  const following = itemsOf(watcher.logs.follow(job))
  watching.catch(() => undefined)
  following.catch(() => undefined)
  await watcher[Symbol.asyncDispose]()
  await watcher[Symbol.asyncDispose]()
  await expect(watching).rejects.toThrow('closed')
  await expect(following).rejects.toThrow('closed')
  writeFileSync(closed, '')
  expect(await endOf(job)).toMatchObject({ status: 'completed' })
})

test('every value of a metric is kept beside the last ones', async () => {
  const request = trainingJob(folder, { shell: 'for i in 1 2 3; do echo "loss=$i"; done', metrics: { loss: 'loss=(\\d+)' } })
  await ranToEnd(platform, request)
  const place = jobPlace(root, refOf(request).name)
  const values = readFileSync(place.metrics, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { value: number; machine: string })
  expect(values.map(({ value, machine }) => [machine, value])).toEqual([
    ['algo-1', 1],
    ['algo-1', 2],
    ['algo-1', 3],
  ])
  expect(readState(place)?.metricCounts).toEqual({ loss: 3 })
})

test('state of several machines is merged: each keeps its own folder, the rest forgets what any removed', async () => {
  const state = objectUri(`${folder}merged`)
  const me =
    'for h in algo-1 algo-2; do grep -q "\\"current_host\\":\\"$h\\"" $R/opt/ml/input/config/resourceconfig.json && me=$h; done; cd $R/state; '
  await run({ shell: `${me} mkdir $me; echo first > $me/own; echo x > shared; echo x > doomed; sleep 0.3`, machines: 2, state })
  // As the worker toolkit does: everybody removes the others' folders.
  await run({
    shell: `${me} for d in algo-*; do [ $d = $me ] || rm -r $d; done; [ $me = algo-2 ] && rm doomed; exit 0`,
    machines: 2,
    state,
  })
  const names = (await itemsOf(platform.objects.list(objectUri(`${state}/`)))).map((object) => object.uri.slice(state.length + 1))
  expect(names).toEqual(['algo-1/own', 'algo-2/own', 'shared'])
})

test('a processing job’s copy of another machine’s state does not replace the original', async () => {
  const state = objectUri(`${folder}pstate`)
  const shell =
    'for h in algo-1 algo-2; do grep -q "\\"current_host\\":\\"$h\\"" $R/opt/ml/config/resourceconfig.json && me=$h; done; cd $R/opt/ml/processing/state; mkdir -p algo-1 algo-2; echo stale > algo-1/v; echo stale > algo-2/v; echo new > $me/v; [ $me = algo-1 ] || sleep 0.5; touch algo-1/v algo-2/v'
  await ranToEnd(platform, processingJob({ shell, machines: 2, outputs: { state: { uri: state, continuous: true } } }))
  for (const host of ['algo-1', 'algo-2']) expect(await objectText(platform, objectUri(`${state}/${host}/v`))).toBe('new\n')
})

test('nobody else can read a job’s machines', async () => {
  const job = await started({ shell: 'echo ready; sleep 0.3' }, 'ready')
  expect(statSync(jobPlace(root, job.name).folder).mode & 0o077).toBe(0)
  await endOf(job)
})

test.each([' ', '\t', 'a\0b'])('the folder %j of the platform is refused before anything is made', (path) => {
  expect(() => local({ root: path })).toThrow(/The folder of the local platform cannot be/)
})

test('~ in SSM_LOCAL_DIR is the home folder, and a blank one is refused', async () => {
  const variables = { HOME: process.env['HOME'], SSM_LOCAL_DIR: process.env['SSM_LOCAL_DIR'] }
  try {
    Object.assign(process.env, { HOME: root, SSM_LOCAL_DIR: '~/in-home' })
    await local().objects.write(objectUri('s3://ssm-local/test/x'), { kind: 'bytes', bytes: Buffer.alloc(1) })
    expect(existsSync(join(root, 'in-home'))).toBe(true)
    process.env['SSM_LOCAL_DIR'] = '  '
    expect(() => local()).toThrow(/The folder of the local platform cannot be "  "/)
  } finally {
    for (const [name, value] of Object.entries(variables))
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
  }
})
