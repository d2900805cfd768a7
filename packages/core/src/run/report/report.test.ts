import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { local } from '../../local/index.ts'
import { jobName } from '../../names/job-name.ts'
import { PlatformError } from '../../platform/errors.ts'
import type { LogLine } from '../../platform/logs.ts'
import type { StoredObject } from '../../platform/objects.ts'
import { project } from '../../project/project.ts'
import { itemsOf } from '../../testing/visit.ts'

import { logReader, thinnedTo, type LogLimits } from './log-reader.ts'
import { followReport, reportOf } from '../../search/report/index.ts'
import { jsonForPage, reportPage, writeReport } from './report-page.ts'
import { outcomeText, reasonToStart } from './reported-job.ts'
import { withStoredFiles } from './stored-files.ts'

const root = mkdtempSync(join(tmpdir(), 'ssm-report-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('a report tells of a job what its program, its records and its request say', { timeout: 60_000 }, async () => {
  await using platform = local({ root })
  const ex = project('p', { platform })
  const first = ex
    .task('t')
    .shell('echo loss=0.5; echo loss=0.25; echo m > $SM_MODEL_DIR/m')
    .metric('loss', 'loss=([0-9.]+)')
    .env({ TOKEN: 'not for everybody' })
    .hyperparameters({ lr: 0.1 })
  await first.run()
  const second = first.hyperparameters({ lr: 0.2 })
  await second.run()
  const next = ex.task('u').shell('exit 3').input.fromTask('t', 'model')
  await expect(next.run()).rejects.toMatchObject({ code: 'JOB_FAILED' })

  const report = await reportOf({ platform, project: 'p' })
  expect(report.jobs.map(({ task }) => task)).toEqual(['t', 'u'])
  expect(report.edges).toEqual([{ from: 't', to: 'u', channel: expect.any(String) as string }])
  const [t, u] = report.jobs
  expect(t).toMatchObject({
    because: 'changed: hyperparameter lr from 0.1 to 0.2',
    hyperparameters: { lr: '0.2' },
    earlier: [{ status: 'completed', hyperparameters: { lr: '0.1' }, metrics: { loss: 0.25 } }],
    series: [{ name: 'loss', machine: 'algo-1', values: [0.5, 0.25] }],
    log: { total: 2 },
    code: { changes: ['hyperparameter lr from 0.1 to 0.2'] },
    attempts: [{ number: 1, status: 'completed' }],
  })
  expect(t?.outcome).toMatch(/^The job completed after .+ on one machine\.$/)
  expect(t?.outputs.map(({ name, files }) => [name, files])).toContainEqual(['model', 1])
  expect(u?.outcome).toMatch(/^The job failed after/)
  expect(u?.hint).toContain('ssm logs')
  expect(JSON.stringify(report)).not.toContain('not for everybody')
  expect(Object.keys(t?.request?.['Environment'] ?? {})).toContain('TOKEN')

  const one = await reportOf({ platform, job: t?.state.name ?? '' })
  expect(one.project).toBe('p')
  expect(one.jobs[0]?.earlier).toHaveLength(1)
  await expect(reportOf({ platform, project: 'p', task: 'never' })).rejects.toMatchObject({ code: 'OUTPUT_MISSING' })
})

const refusedList = (): AsyncIterable<StoredObject> => ({
  [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new PlatformError('PLATFORM_DENIED', 'not for you')) }),
})

test('a report tells sizes and digests of inputs and state, and when each machine worked', { timeout: 60_000 }, async () => {
  await using platform = local({ root })
  const data = join(root, 'data')
  mkdirSync(data)
  for (const name of ['a', 'b']) writeFileSync(join(data, name), name.repeat(10))
  const ex = project('sizes', { platform })
  const result = await ex
    .task('t')
    .shell('echo one; echo s > $SSM_STATE/kept; if [ $SSM_HOST_RANK = 1 ]; then sleep 0.3; echo two; fi')
    .input.local(data)
    .instanceCount(2)
    .run()
  const [job] = (await reportOf({ platform, project: 'sizes' })).jobs
  const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/) as string
  expect(job?.inputs).toMatchObject([
    { channel: 'data', digest: sha256, stored: { files: 2, bytes: 20, digest: sha256, first: [{ path: 'a' }, { path: 'b' }] } },
  ])
  expect(job?.outputs.find(({ name }) => name === 'state')).toMatchObject({ files: 1, bytes: 2, digest: sha256 })
  const denied = { ...platform, objects: { ...platform.objects, list: refusedList } }
  expect(await withStoredFiles([{ channel: 'data', uri: 's3://bucket/d/', digest: 'd' }], denied, {})).toMatchObject({
    inputs: [{ channel: 'data', uri: 's3://bucket/d/', digest: 'd' }],
    leftOut: ['The size of input data: not for you'],
  })
  const [one, two] = job?.machines ?? []
  expect([one?.machine, two?.machine]).toEqual(['algo-1', 'algo-2'])
  // A sample of a machine may be later than its last line.
  const lines = await itemsOf(result.logs())
  for (const [at, machine] of [one, two].entries()) {
    const times = lines.filter((line) => line.machine === machine?.machine).map(({ atMs }) => atMs)
    expect(times).toHaveLength(at + 1)
    expect(machine?.atWork[0]?.startedAtMs).toBeLessThanOrEqual(Math.min(...times))
    expect(machine?.atWork[0]?.endedAtMs).toBeGreaterThanOrEqual(Math.max(...times))
  }
})

test(
  'what changed in the code since the last completed job is told line by line, and what is no text is named',
  { timeout: 60_000 },
  async () => {
    await using platform = local({ root })
    const folder = join(root, 'code')
    mkdirSync(folder)
    const write = (name: string, content: string | Uint8Array): void => writeFileSync(join(folder, name), content)
    write('run.sh', 'echo one\necho two\n')
    write('old.txt', 'gone')
    write('data.bin', new Uint8Array([0, 1, 2]))
    write('same.txt', 'same')
    const task = project('code', { platform }).task('t').code('run.sh', { sourceDir: folder })
    const first = await task.run()
    write('run.sh', 'echo one\necho "<b>2"\nexit 1\n')
    await expect(task.run()).rejects.toMatchObject({ code: 'JOB_FAILED' })
    rmSync(join(folder, 'old.txt'))
    write('new.txt', 'new')
    write('data.bin', new Uint8Array([0, 1, 3]))
    write('run.sh', 'echo one\necho "<b>2"\n')
    await task.run()
    const { jobs } = await reportOf({ platform, project: 'code', task: 't' })
    expect(jobs[0]?.code).toMatchObject({
      comparedWith: first.job,
      changed: [
        { path: 'data.bin', kind: 'changed' },
        { path: 'new.txt', kind: 'new', lines: [['+', 'new']] },
        { path: 'old.txt', kind: 'gone', lines: [['-', 'gone']] },
        {
          path: 'run.sh',
          kind: 'changed',
          lines: [
            [' ', 'echo one'],
            ['-', 'echo two'],
            ['+', 'echo "<b>2"'],
          ],
        },
      ],
    })
    expect(jobs[0]?.code.changed[0]?.lines).toBeUndefined()
  },
)

test('a job that is followed gives its lines once and its end', { timeout: 60_000 }, async () => {
  await using platform = local({ root })
  const go = join(root, 'go')
  const task = project('followed', { platform }).task('t').shell(`echo one; until [ -e ${go} ]; do sleep 0.05; done; echo two`)
  const handle = await task.start()
  const { name } = await handle.job()
  const texts: string[] = []
  let last = ''
  for await (const change of followReport({ platform, job: name })) {
    if (change.type === 'lines') texts.push(...change.lines.map(([, , text]) => text))
    else {
      texts.push(...change.document.jobs.flatMap(({ log }) => [...log.head, ...log.tail].map(([, , text]) => text)))
      last = change.document.jobs[0]?.state.status ?? ''
    }
    if (texts.includes('one')) writeFileSync(go, '')
  }
  await handle.result()
  expect(texts).toEqual(['one', 'two'])
  expect(last).toBe('completed')
})

const limits: LogLimits = { headLines: 5, tailLines: 7, lineCharacters: 20, values: 50 }
const line = (text: string, at: number): LogLine => ({ machine: 'algo-1', atMs: at, text })

test('of a log of any length the first and the last lines stay, in order, and all are counted', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 60 }), async (total) => {
      const reader = await logReader({ kind: 'training', name: jobName('t') }, {}, limits)
      for (let at = 0; at < total; at += 1) reader.add(line(String(at), at))
      const { log } = reader.read()
      expect(log.total).toBe(total)
      const all = Array.from({ length: total }, (_, at) => at)
      expect(log.head.map(([at]) => at)).toEqual(all.slice(0, 5))
      expect(log.tail.map(([at]) => at)).toEqual(all.slice(5).slice(-7))
    }),
  )
})

test('what was read of a log stays as it was when more lines come', async () => {
  const reader = await logReader({ kind: 'training', name: jobName('t') }, { loss: 'loss=([0-9.]+)' }, limits)
  reader.add(line('loss=1', 0))
  const before = reader.read()
  for (let at = 1; at < 20; at += 1) reader.add(line('loss=2', at))
  expect(before.log).toEqual({ total: 1, head: [[0, 1, 'loss=1']], tail: [] })
  expect(before.series.map(({ values }) => values)).toEqual([[1]])
})

test('a very long line is shortened, and what is left out is said', async () => {
  const reader = await logReader({ kind: 'training', name: jobName('t') }, {}, limits)
  for (let at = 0; at < 40; at += 1) reader.add(line('x'.repeat(1000), at))
  const { log, leftOut } = reader.read()
  expect(log.head[0]?.[2]).toBe(`${'x'.repeat(20)} … (1000 characters)`)
  expect(leftOut).toEqual([expect.stringContaining('28 lines in the middle of the log')])
})

test('thinned metrics keep the least and the greatest value, their order, and the bound', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 400, size: 'max' }), (values) => {
      const series = [{ name: 'm', machine: 'algo-1', atMs: values.map((_, at) => at), values }]
      const { series: thin, isThinned } = thinnedTo(50, series)
      const kept = thin[0]?.values ?? []
      expect(isThinned).toBe(values.length > 50)
      expect(kept.length).toBeLessThanOrEqual(isThinned ? 52 : 50)
      expect(thin[0]?.atMs).toEqual([...(thin[0]?.atMs ?? [])].sort((one, other) => one - other))
      expect([Math.min(...kept), Math.max(...kept)]).toEqual([Math.min(...values), Math.max(...values)])
    }),
    { numRuns: 30 },
  )
})

test('nothing in a document ends the element that holds it, or begins another one', () => {
  const hostile = fc.oneof(fc.string(), fc.constantFrom('</script>', '<script>', '<!--', '-->', ']]>', '\u2028'))
  fc.assert(
    fc.property(fc.array(hostile), (texts) => {
      const json = jsonForPage(texts)
      expect(json).not.toContain('<')
      expect(JSON.parse(json)).toEqual(texts)
    }),
  )
})

test('a report replaces an earlier one, and no other file', async () => {
  const empty = { v: 1, about: 'project', place: 'local', madeAtMs: 0, jobs: [], edges: [], searches: [], leftOut: [] } as const
  const file = join(root, 'report.html')
  expect(await writeReport(empty, file)).toBe((await reportPage(empty)).length)
  await writeReport({ ...empty, place: 'elsewhere' }, file)
  expect(readFileSync(file, 'utf8')).toContain('elsewhere')
  const other = join(root, 'notes.html')
  writeFileSync(other, 'mine')
  await expect(writeReport(empty, other)).rejects.toMatchObject({ code: 'STORAGE_DENIED' })
  await expect(writeReport(empty, root)).rejects.toMatchObject({ code: 'STORAGE_DENIED' })
  expect(readFileSync(other, 'utf8')).toBe('mine')
})

const state = {
  kind: 'training',
  name: jobName('t-1'),
  status: 'completed',
  phase: 'Completed',
  phases: [],
  machines: 2,
  createdAtMs: 0,
  endedAtMs: 7_260_000,
  interruptions: 0,
  finalMetrics: [],
} as const

test.each([
  [{}, 'The job completed after 2 hours on 2 machines.'],
  [{ status: 'failed', machines: 1, endedAtMs: 1_500 }, 'The job failed after 1.5 s on one machine.'],
  [{ status: 'stopped', phase: 'Stopped' }, 'The job was stopped after 2 hours on 2 machines.'],
  [{ status: 'stopped', phase: 'MaxRuntimeExceeded' }, 'The job ran into its time limit after 2 hours on 2 machines.'],
  [{ status: 'in-progress', phase: 'Downloading' }, 'The job is running on 2 machines: Downloading.'],
] as const)('an outcome is one sentence: %j', (change, sentence) => {
  expect(outcomeText({ ...state, ...change })).toBe(sentence)
})

test('a job whose end is not known took no time', () => {
  const { endedAtMs: _, ...endless } = state
  expect(outcomeText(endless)).toBe('The job completed after 0 s on 2 machines.')
})

const record = (fingerprint: string, number = 1) =>
  ({
    v: 1,
    job: state.name,
    kind: 'training',
    fingerprint,
    parts: { code: fingerprint },
    createdAtMs: 0,
    attempt: { number, of: 3 },
  }) as const

function unnumbered(fingerprint: string) {
  const { attempt: _, ...rest } = record(fingerprint)
  return rest
}

test.each([
  [[{ state, record: record('a') }], 'no earlier job of the task is stored'],
  [[{ state, record: record('a') }, { state }], 'the job before it was made by another tool'],
  [
    [
      { state, record: record('a', 2) },
      { state, record: record('a') },
    ],
    'it is attempt 2 of this run',
  ],
  [
    [
      { state, record: record('a') },
      { state, record: record('a') },
    ],
    'it was forced: nothing had changed',
  ],
  [
    [
      { state, record: { ...record('a'), parts: { 'reading of input calls': 'x' } } },
      { state, record: record('a') },
    ],
    'nothing had changed: it was forced, or calls that threw were made again',
  ],
  [
    [
      { state, record: record('a') },
      { state: { ...state, status: 'failed' }, record: record('a') },
    ],
    'the job before it failed',
  ],
  [
    [
      { state, record: record('a') },
      { state, record: record('b') },
    ],
    'changed: code from b to a',
  ],
  [
    [
      { state, record: unnumbered('a') },
      { state, record: { ...record('b'), parts: { code: 'a' } } },
    ],
    'it is described differently',
  ],
  [
    [
      { state, record: { ...record('a'), parts: { a: '1', b: '1', c: '1', d: '1', e: '1' } } },
      { state, record: { ...record('b'), parts: { a: '2', b: '2', c: '2', d: '2', e: '2' } } },
    ],
    'changed: a from 2 to 1, b from 2 to 1, c from 2 to 1 and 2 more',
  ],
  [[{ state }], undefined],
] as const)('why a job ran is told from the records: %#', (past, because) => {
  expect(reasonToStart(past)).toBe(because)
})
