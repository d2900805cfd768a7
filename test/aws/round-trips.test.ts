import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { project, type Project } from '@simple-sagemaker/core'
import { objectUri } from '../../packages/core/src/names/object-uri.ts'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { noMoto } from '../support/aws/moto.ts'
import { awsOn, fastClock, testRegion, useStandIn } from '../support/aws/aws-platform.ts'
import type { Exchange } from '../support/aws/proxy.ts'
import { ownCache } from '../flows/flow.ts'

// How often a run waits for an answer, one after the other, until its job is accepted: every answer takes its time here, so
// that requests which do not wait for each other overlap.
ownCache()
const standIn = useStandIn()
const folder = noMoto === undefined ? mkdtempSync(join(tmpdir(), 'ssm-trips-')) : ''
const delayMs = 150
const timeout = 60_000

/** Of an account, a bucket and a project that are known: with the request itself. */
const most = 5

/** The first run of a project in an account whose bucket is there: its role is made, and its data is sent. */
const mostForTheFirst = 9

interface Request {
  readonly what: string
  readonly fromMs: number
}

let requests: Request[] = []

afterAll(() => rmSync(folder, { recursive: true, force: true }))
beforeEach(() => {
  if (noMoto !== undefined) return
  requests = []
  standIn().proxy.rules.unshift(async (exchange) => {
    requests.push({ what: nameOf(exchange), fromMs: performance.now() })
    await new Promise((resolve) => setTimeout(resolve, delayMs))
    return undefined
  })
})

const nameOf = ({ operation, method, path }: Exchange): string =>
  operation ?? `${method} ${decodeURIComponent(path).replace(/list-type=2|encoding-type=url|delimiter=|x-id=\w+|&/g, '')}`

/** The longest row of requests each of which began after the one before it was answered. */
function longestRow(all: readonly Request[]): readonly string[] {
  const row: string[] = []
  let freeMs = -Infinity
  for (const { what, fromMs } of all.toSorted((a, b) => a.fromMs - b.fromMs)) {
    if (fromMs < freeMs) continue
    row.push(what)
    freeMs = fromMs + delayMs
  }
  return row
}

type Reader = ReturnType<ReturnType<Project['task']>['shell']>

/** What can be started: a task of either kind. */
interface Startable {
  start(options: { readonly force?: boolean }): Promise<AsyncDisposable & { job(): Promise<unknown>; result(): Promise<unknown> }>
}

/** The row of a run's requests up to the one that creates its job, by a client that knows nothing yet. */
async function rowOf(
  describe: (ex: Project) => Startable,
  options: { readonly force?: boolean } = {},
): Promise<readonly string[]> {
  await using platform = awsOn(standIn().url, { clock: fastClock(10) })
  await using ex = project('ex', { platform })
  requests = []
  await using run = await describe(ex).start(options)
  await run.job()
  const create = requests.findIndex(({ what }) => /^Create(Training|Processing)Job$/.test(what))
  expect(create).toBeGreaterThan(0)
  const row = longestRow(requests.slice(0, create + 1))
  await run.result()
  return row
}

const data = (): string => {
  mkdirSync(join(folder, 'data'), { recursive: true })
  for (const name of ['a', 'b']) writeFileSync(join(folder, 'data', name), name)
  return join(folder, 'data')
}

const bucket = (): string => `sagemaker-${testRegion}-${standIn().account}`

async function makeBucket(): Promise<void> {
  await using platform = awsOn(standIn().url)
  await platform.objects.bucket(undefined)
}

/** As the job would have left it: nothing really runs here. */
async function leaveModel(job: string): Promise<void> {
  await using platform = awsOn(standIn().url, { clock: fastClock(10) })
  const uri = objectUri(`s3://${bucket()}/ex/prep/${job}/output/model.tar.gz`)
  await platform.objects.write(uri, { kind: 'bytes', bytes: Buffer.from('model') })
}

test.skipIf(noMoto)('a run waits for few answers in a row until its job is accepted', { timeout }, async () => {
  const task = (lr: number) => (ex: Project) => ex.task('t').shell('true').input.local(data()).hyperparameters({ lr })
  const rows: Record<string, readonly string[]> = {}
  await makeBucket()
  expect((await rowOf(task(1))).length).toBeLessThanOrEqual(mostForTheFirst)
  rows['by force'] = await rowOf(task(1), { force: true })
  rows['with other hyperparameters'] = await rowOf(task(2))
  const prep = (ex: Project) => ex.task('prep').shell('true')
  await rowOf(prep)
  const { job } = await (async () => {
    await using platform = awsOn(standIn().url, { clock: fastClock(10) })
    await using ex = project('ex', { platform })
    return await prep(ex).run()
  })()
  await leaveModel(job)
  const reading = (read: (draft: Reader) => Startable) => (ex: Project) => read(ex.task('t').shell('true'))
  for (const [name, read] of [
    ['reading a folder of its bucket', (draft) => draft.input.s3(`s3://${bucket()}/ex/prep/`)],
    ['reading what another task left', (draft) => draft.input.fromTask('prep', 'model')],
  ] satisfies readonly (readonly [string, (draft: Reader) => Startable])[])
    // The first time the role is given the right to read there.
    for (const known of [false, true]) {
      const row = await rowOf(reading(read), { force: known })
      if (known) rows[name] = row
    }
  const lengths = Object.entries(rows).map(([name, row]) => [name, row.length] as const)
  expect(lengths.filter(([, length]) => length > most).map(([name]) => [name, rows[name]])).toEqual([])
})
