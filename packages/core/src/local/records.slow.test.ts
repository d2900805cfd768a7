import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { itemsOf } from '../testing/visit.ts'
import { shellRequest, refOf, trainingJob } from '../testing/job-requests.ts'
import { ranToEnd, untilRunning } from '../testing/job-steps.ts'
import { everythingIn, processesLeft } from '../../../../test/support/leftovers.ts'
import { objectUri } from '../names/object-uri.ts'
import type { JobState } from '../platform/jobs.ts'
import { local } from './index.ts'
import { jobPlace, readState } from './jobs/records.ts'
import { pidOf } from './process/identity.ts'

// What is kept of jobs: who may read it, what is not in it, and what becomes of it when it breaks.
const base = mkdtempSync(join(tmpdir(), 'ssm-records-'))
const root = join(base, 'store')
const folder = objectUri('s3://ssm-local/test/')
const platform = local({ root, stopGraceSeconds: 0.5, syncSeconds: 0.2 })

afterAll(() => rmSync(base, { recursive: true, force: true }))

test('a pipe, a folder or a circle of links in the place of a record is an unreadable record, and nothing waits for it', async () => {
  const request = shellRequest('training', folder, { shell: 'true' })
  await ranToEnd(platform, request)
  const place = jobPlace(root, refOf(request).name)
  const makers = [
    () => spawnSync('mkfifo', [place.state]),
    () => mkdirSync(place.state),
    () => symlinkSync(place.state, place.state),
  ]
  for (const make of makers) {
    rmSync(place.state, { recursive: true, force: true })
    make()
    expect(readState(place)).toMatchObject({ status: 'failed', unreadable: true })
  }
  rmSync(place.state, { recursive: true, force: true })
  writeFileSync(place.results, '{}')
  expect(await platform.jobs.describe(refOf(request), { verify: true })).toMatchObject({ status: 'failed' })
})

test('a record that cannot be read is one failed job, and every other one goes on', async () => {
  for (const kind of ['training', 'processing'] as const) {
    const request = shellRequest(kind, folder, { shell: 'echo said' })
    await ranToEnd(platform, request)
    const place = jobPlace(root, refOf(request).name)
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.constantFrom('', '{', 'null', '[]', '{"status":"completed"}'), fc.string()), async (text) => {
        writeFileSync(place.state, text)
        const state = await platform.jobs.describe(refOf(request))
        expect(state).toMatchObject({ ...refOf(request), status: 'failed', phase: 'Failed' })
        expect(state?.failureReason).toContain(place.state)
      }),
      { numRuns: 30 },
    )
    expect((await itemsOf(platform.logs.follow(refOf(request)))).map((line) => line.text)).toEqual(['said'])
    await platform.jobs.stop(refOf(request))
  }
  expect((await ranToEnd(platform, trainingJob(folder, { shell: 'true' }))).status).toBe('completed')
})

test('nobody else can read anything of the store, and Git does not see it', async () => {
  writeFileSync(join(base, 'shown'), 'x', { mode: 0o644 })
  chmodSync(join(base, 'shown'), 0o666)
  await platform.objects.write(objectUri(`${folder}file`), { kind: 'file', path: join(base, 'shown'), sizeBytes: 1 })
  await platform.objects.write(objectUri(`${folder}bytes`), { kind: 'bytes', bytes: Buffer.from('x') })
  await ranToEnd(platform, trainingJob(folder, { shell: 'echo m > $R/opt/ml/model/m', metrics: { m: '(m)' } }))
  const open = everythingIn(root).filter((path) => (statSync(join(root, path)).mode & 0o077) !== 0)
  expect(open).toEqual([])
  expect(statSync(root).mode & 0o777).toBe(0o700)
  expect(readFileSync(join(root, '.gitignore'), 'utf8')).toBe('*\n')
})

test('a folder of the user’s own that is used as a store keeps its rights and gets no file for Git', async () => {
  const own = join(base, 'own')
  mkdirSync(own)
  chmodSync(own, 0o755)
  await local({ root: own }).objects.bucket(undefined)
  expect(statSync(own).mode & 0o777).toBe(0o755)
  expect(readdirSync(own)).toEqual(['s3'])
})

test('the values of environment variables reach the program and no record', async () => {
  const values: Record<string, string> = { TOKEN: 'canary-one', LONG: `canary-${'long '.repeat(20_000)}` }
  for (const kind of ['training', 'processing'] as const) {
    const looked = join(base, `looked-${kind}`)
    const shell = `echo "$TOKEN" | tr a-z A-Z; echo \${#LONG}; until [ -e ${looked} ]; do sleep 0.05; done; exit 3`
    const request = shellRequest(kind, folder, { shell, environment: values })
    await platform.jobs.start(request)
    await untilRunning(platform, refOf(request))
    const place = jobPlace(root, refOf(request).name)
    for (const path of everythingIn(place.folder).filter((name) => !name.startsWith('machines/') && !name.endsWith('/')))
      expect(textOf(join(place.folder, path))).not.toContain('canary')
    writeFileSync(looked, '')
    expect((await itemsOf(platform.jobs.watch(refOf(request)))).at(-1)?.failureReason).toContain('exit code: 3')
    expect((await itemsOf(platform.logs.follow(refOf(request)))).map((line) => line.text)).toEqual(['CANARY-ONE', '100007'])
  }
  expect(spawnSync('grep', ['-rl', 'canary', root], { encoding: 'utf8' }).stdout).toBe('')
})

/** The text of a file of a running job, which may take another name in this moment. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
    return ''
  }
}

test('a result that changed after its job is seen when it matters', async () => {
  const request = trainingJob(folder, { shell: 'echo m > $R/opt/ml/model/m' })
  await ranToEnd(platform, request)
  const path = join(root, 's3/ssm-local/test/out', refOf(request).name, 'output/model.tar.gz')
  const bytes = readFileSync(path)
  const verified = (): Promise<JobState | undefined> => platform.jobs.describe(refOf(request), { verify: true })
  expect(await verified()).toMatchObject({ status: 'completed' })
  writeFileSync(path, '')
  expect((await verified())?.failureReason).toMatch(/has 0 bytes instead of \d+$/)
  const other = Buffer.from(bytes)
  other[20] = (other[20] ?? 0) ^ 1
  writeFileSync(path, other)
  expect(await verified()).toMatchObject({ status: 'failed', failureReason: expect.stringContaining('other bytes') as string })
  expect(await platform.jobs.describe(refOf(request))).toMatchObject({ status: 'completed' })
  rmSync(path)
  expect((await verified())?.failureReason).toContain('is missing')
})

test('results of a job whose supervisor was killed while it stored them are stored by whoever comes next', async () => {
  const state = objectUri(`${folder}kept-state`)
  await platform.objects.write(objectUri(`${state}/gone`), { kind: 'bytes', bytes: Buffer.from('x') })
  // Takes long to store, until it is made shorter.
  const shell = 'rm $R/state/gone; echo s > $R/state/new; truncate -s 7G $R/opt/ml/model/m'
  const request = trainingJob(folder, { shell, state })
  await platform.jobs.start(request)
  for await (const { phase } of platform.jobs.watch(refOf(request))) if (phase === 'Uploading') break
  const place = jobPlace(root, refOf(request).name)
  process.kill(pidOf(readState(place)?.owner ?? ''), 'SIGKILL')
  expect(await processesLeft(refOf(request).name)).toEqual([])
  truncateSync(join(place.machines, 'algo-1/opt/ml/model/m'), 100_000)
  // By others that start a job as well as by those that wait for it, and once.
  await ranToEnd(local({ root }), trainingJob(folder, { shell: 'true' }))
  const watching = [itemsOf(platform.jobs.watch(refOf(request))), itemsOf(platform.jobs.watch(refOf(request)))]
  for (const states of await Promise.all(watching)) expect(states.at(-1)).toMatchObject({ status: 'completed' })
  expect(await platform.jobs.describe(refOf(request), { verify: true })).toMatchObject({ status: 'completed' })
  expect((await itemsOf(platform.objects.list(objectUri(`${state}/`)))).map(({ uri }) => uri)).toEqual([`${state}/new`])
  expect(existsSync(place.machines)).toBe(false)
})

// Nobody else on this computer sleeps for so long.
const seconds = (whole: number): string => `${whole}.${process.pid}`
const counted = (...wholes: readonly number[]): string =>
  `pgrep -c -x -f "sleep (${wholes.map((whole) => seconds(whole).replace('.', '[.]')).join('|')})"`
const sleepers = (...wholes: readonly number[]): number =>
  Number(spawnSync('sh', ['-c', counted(...wholes)], { encoding: 'utf8' }).stdout)

test('a daemon that hides ends with its job', async ({ skip }) => {
  if (process.platform !== 'linux') return skip('only Linux shows what a process works in')
  const one = `cd $TMPDIR; env -i setsid sh -c "cd /; exec sleep ${seconds(103)}" > $TMPDIR/log &`
  const shell = `${one} env -i setsid sleep ${seconds(104)} > /dev/null 2>&1 & until [ $(${counted(103, 104)}) -ge 2 ]; do sleep 0.05; done`
  expect(await ranToEnd(platform, trainingJob(folder, { shell }))).toMatchObject({ status: 'completed' })
  // Killed, a process is there for a moment.
  await expect.poll(() => sleepers(103, 104)).toBe(0)
})

test.skipIf(process.platform !== 'linux').each(['auto', 'environment'] as const)(
  'a daemon with a session of its own that hears no signal ends with a supervisor that is killed (%s)',
  async (isolation) => {
    const own = local({ root, isolation })
    const [first, second, third] = [105, 106, 107].map(seconds)
    const shell = `setsid sh -c 'trap "" TERM HUP INT; sleep ${first}; sleep ${first}' >/dev/null 2>&1 & setsid sleep ${second} & sleep ${third}`
    const request = trainingJob(folder, { shell })
    await own.jobs.start(request)
    await untilRunning(own, refOf(request))
    const place = jobPlace(root, refOf(request).name)
    await expect.poll(() => sleepers(105, 106, 107)).toBe(3)
    process.kill(pidOf(readState(place)?.owner ?? ''), 'SIGKILL')
    await expect.poll(() => sleepers(105, 106, 107)).toBe(0)
  },
)

test(
  'requirements are installed although this computer allows that in virtual environments only',
  { timeout: 60_000 },
  async ({ skip }) => {
    if (spawnSync('python3', ['-m', 'pip', '--version']).status !== 0) return skip('needs python3 with pip')
    const home = join(base, 'home')
    mkdirSync(join(home, '.config/pip'), { recursive: true })
    writeFileSync(join(home, '.config/pip/pip.conf'), '[global]\nrequire-virtualenv = true\nuser = true\n')
    const shell = `export HOME=${home}; echo '# nothing' > r.txt; python3 -m pip install -q -r r.txt --target t`
    const { failureReason, status } = await ranToEnd(platform, trainingJob(folder, { shell }))
    expect({ status, failureReason }).toEqual({ status: 'completed', failureReason: undefined })
  },
)

test('a store that cannot be made is a storage error that names it', async () => {
  writeFileSync(join(base, 'file'), '')
  for (const unusable of ['/proc/nope', '/dev/null/x', join(base, 'file/x')]) {
    const place = local({ root: unusable })
    const says = { code: 'STORAGE_DENIED', message: expect.stringContaining(unusable) as string }
    await expect(place.objects.bucket(undefined)).rejects.toMatchObject(says)
    await expect(place.jobs.start(trainingJob(folder, { shell: 'true' }))).rejects.toMatchObject(says)
  }
})

test('a working folder that was removed is said to be so', () => {
  const program = join(base, 'program.mjs')
  writeFileSync(
    program,
    `import { local } from ${JSON.stringify(new URL('../../dist/local.js', import.meta.url).href)}
     try { local() } catch (cause) { console.log(cause.code, cause.message, cause.hint) }`,
  )
  // The built package: the loader of the sources never starts without a working folder.
  const shell = 'mkdir "$1" && cd "$1" && rmdir "$1" && shift && exec "$@"'
  const argv = ['-c', shell, 'sh', join(base, 'gone'), process.execPath, program]
  const { SSM_LOCAL_DIR: _, ...env } = process.env
  const { stdout, stderr } = spawnSync('/bin/sh', argv, { encoding: 'utf8', env, timeout: 60_000 })
  expect(stdout + stderr).toMatch(/^STORAGE_DENIED Cannot find the working folder.*SSM_LOCAL_DIR/)
})
