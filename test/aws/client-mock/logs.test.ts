import {
  CloudWatchLogsClient,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  type GetLogEventsCommandInput,
  type OutputLogEvent,
} from '@aws-sdk/client-cloudwatch-logs'
import { mockClient } from 'aws-sdk-client-mock'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { jobName } from '../../../packages/core/src/names/job-name.ts'
import { PlatformError } from '../../../packages/core/src/platform/errors.ts'
import type { JobRef, JobState } from '../../../packages/core/src/platform/jobs.ts'
import type { FollowOptions } from '../../../packages/core/src/platform/logs.ts'
import type { Clock } from '../../../packages/core/src/time/clock.ts'
import { openClients } from '../../../packages/core/src/aws/clients.ts'
import { awsLogs } from '../../../packages/core/src/aws/logs/logs.ts'
import { defaultRetryLimits } from '../../../packages/core/src/aws/rate-limiter.ts'
import { vendor } from '../../support/aws/mocked.ts'
import { testKeys, testRegion } from '../../support/aws/aws-platform.ts'

const client = new CloudWatchLogsClient({ region: testRegion, credentials: testKeys })
const cloud = mockClient(client)
const job: JobRef = { kind: 'training', name: jobName('j') }

/** Streams as CloudWatch holds them: events arrive over time, tokens say how far one has read. */
const streams = new Map<string, OutputLogEvent[]>()
let refuseTokens = 0

/** A page of two, read backwards: the first one is the newest. */
function pageBefore(all: readonly OutputLogEvent[], token: string | undefined) {
  const end = token === undefined ? all.length : Number(token.slice(1))
  const from = Math.max(0, end - 2)
  return { events: all.slice(from, end), nextBackwardToken: `b${from}`, nextForwardToken: String(end) }
}

afterEach(() => void cloud.reset())
beforeEach(() => {
  streams.clear()
  refuseTokens = 0
  cloud.on(DescribeLogStreamsCommand).callsFake(({ nextToken, limit = 50 }: { nextToken?: string; limit?: number }) => {
    const names = [...streams.keys()].sort()
    const from = Number(nextToken ?? 0)
    const page = names.slice(from, from + limit)
    return {
      logStreams: page.map((logStreamName) => ({ logStreamName })),
      ...(from + limit < names.length ? { nextToken: String(from + limit) } : {}),
    }
  })
  cloud
    .on(GetLogEventsCommand)
    .callsFake(({ logStreamName = '', nextToken, startTime = 0, startFromHead }: GetLogEventsCommandInput) => {
      if (startFromHead !== true) return pageBefore(streams.get(logStreamName) ?? [], nextToken)
      if (nextToken !== undefined && refuseTokens > 0) {
        refuseTokens -= 1
        throw vendor('InvalidParameterException', 'The specified nextToken is invalid.')
      }
      const events = streams.get(logStreamName) ?? []
      const from = nextToken === undefined ? events.findIndex(({ timestamp = 0 }) => timestamp >= startTime) : Number(nextToken)
      const start = from === -1 ? events.length : from
      // Pages of two; now and then one that is empty without being the end.
      if (nextToken !== undefined && !nextToken.startsWith('0') && start < events.length && start % 4 === 0)
        return { events: [], nextForwardToken: `0${start}` }
      const page = events.slice(start, start + 2)
      return {
        events: page,
        nextForwardToken: page.length === 0 && nextToken !== undefined ? nextToken : String(start + page.length),
      }
    })
})

/** A clock whose sleeps pass at once, and tell what happens meanwhile. */
function steppingClock(onSleep: (nowMs: number) => void = () => undefined): Clock {
  let nowMs = 1_000_000
  return {
    now: () => nowMs,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      nowMs += ms
      onSleep(nowMs)
      await new Promise((resolve) => setImmediate(resolve))
      signal?.throwIfAborted()
    },
  }
}

const state = (status: JobState['status'], endedAtMs?: number): JobState => ({
  ...job,
  status,
  phase: 'Training',
  phases: [],
  machines: 1,
  createdAtMs: 0,
  interruptions: 0,
  finalMetrics: [],
  ...(endedAtMs === undefined ? {} : { endedAtMs }),
})

/** A job that runs until `end` is called. */
function runningJob(clock: Clock) {
  let finish: () => void = () => undefined
  const finished = new Promise<void>((resolve) => (finish = resolve))
  async function* watch(): AsyncGenerator<JobState> {
    yield state('in-progress')
    await finished
    yield state('completed', clock.now())
  }
  return { jobs: { watch }, end: () => finish() }
}

const endedLongAgo = {
  watch: async function* () {
    yield state('completed', 0)
  },
}

async function linesOf(logs: ReturnType<typeof awsLogs>, settings: FollowOptions = {}): Promise<string[]> {
  const lines: string[] = []
  for await (const { machine, text } of logs.follow(job, settings)) lines.push(`${machine} ${text}`)
  return lines
}

function logsWith(jobs: Parameters<typeof awsLogs>[0]['jobs'], clock: Clock): ReturnType<typeof awsLogs> {
  const clients = openClients({ clients: { logs: () => client } })
  return awsLogs({ clients, jobs, clock, retryLimits: defaultRetryLimits })
}

const events = (count: number, fromMs = 0): OutputLogEvent[] =>
  Array.from({ length: count }, (_, index) => ({ timestamp: fromMs + index, message: `line ${index}` }))

test('every line comes once, whatever the pages, empty ones among them', async () => {
  streams.set('j/algo-1-1', events(23))
  expect(await linesOf(logsWith(endedLongAgo, steppingClock()))).toEqual(events(23).map(({ message }) => `algo-1 ${message}`))
})

test('a stream is read until its token comes back, and from then on with that token', async () => {
  streams.set('j/algo-1-1', events(3))
  await linesOf(logsWith(endedLongAgo, steppingClock()))
  const tokens = cloud.commandCalls(GetLogEventsCommand).map(({ args }) => args[0].input.nextToken)
  expect(tokens).toEqual([undefined, '2', '3'])
})

test('more machines than fit on a page of streams are all read', async () => {
  for (let machine = 1; machine <= 120; machine += 1)
    streams.set(`j/algo-${machine}-1`, [{ timestamp: machine, message: 'hello' }])
  const lines = await linesOf(logsWith(endedLongAgo, steppingClock()))
  expect(lines).toHaveLength(120)
  expect(new Set(lines).size).toBe(120)
  const pages = cloud.commandCalls(DescribeLogStreamsCommand).slice(0, 3)
  expect(pages.map(({ args }) => args[0].input)).toEqual(
    [{}, { nextToken: '50' }, { nextToken: '100' }].map((page) => ({
      logGroupName: '/aws/sagemaker/TrainingJobs',
      logStreamNamePrefix: 'j/',
      limit: 50,
      ...page,
    })),
  )
})

test('a machine that was replaced goes on under its own name, after the lines of the first one', async () => {
  streams.set('j/algo-1-100', events(9))
  streams.set('j/algo-1-200', [{ timestamp: 5, message: 'restarted with a slow clock' }])
  const lines = await linesOf(logsWith(endedLongAgo, steppingClock()))
  expect(lines).toHaveLength(10)
  expect(lines.at(-1)).toBe('algo-1 restarted with a slow clock')
})

test('streams that appear while the job runs are found, and lines that come late are not lost', async () => {
  let end: () => void = () => undefined
  const clock = steppingClock((nowMs) => {
    if (nowMs > 1_010_000 && !streams.has('j/algo-1-1')) streams.set('j/algo-1-1', events(3, nowMs))
    if (nowMs > 1_030_000 && !streams.has('j/algo-2-1')) streams.set('j/algo-2-1', events(2, nowMs))
    if (nowMs > 1_050_000) end()
    // Four seconds after the end: still on its way.
    if (nowMs > 1_056_000 && (streams.get('j/algo-1-1')?.length ?? 0) === 3)
      streams.get('j/algo-1-1')?.push({ timestamp: nowMs, message: 'late' })
  })
  const running = runningJob(clock)
  end = running.end
  const lines = await linesOf(logsWith(running.jobs, clock))
  expect(lines).toEqual(['algo-1 line 0', 'algo-1 line 1', 'algo-1 line 2', 'algo-2 line 0', 'algo-2 line 1', 'algo-1 late'])
})

test('machines are merged by time, each in its own order', async () => {
  streams.set('j/algo-1-1', [
    { timestamp: 1, message: 'a' },
    { timestamp: 4, message: 'd' },
  ])
  streams.set('j/algo-2-1', [
    { timestamp: 2, message: 'b' },
    { timestamp: 3, message: 'c' },
  ])
  expect(await linesOf(logsWith(endedLongAgo, steppingClock()))).toEqual(['algo-1 a', 'algo-2 b', 'algo-2 c', 'algo-1 d'])
})

test('a token that is refused loses no line and repeats none', async () => {
  streams.set('j/algo-1-1', [
    ...events(4),
    { timestamp: 3, message: 'same moment' },
    { timestamp: 3, message: 'again' },
    { timestamp: 9, message: 'end' },
  ])
  refuseTokens = 1
  const lines = await linesOf(logsWith(endedLongAgo, steppingClock()))
  expect(lines.map((line) => line.slice('algo-1 '.length))).toEqual([
    'line 0',
    'line 1',
    'line 2',
    'line 3',
    'same moment',
    'again',
    'end',
  ])
})

test('throttling and broken connections are waited out without losing what other streams gave', async () => {
  streams.set('j/algo-1-1', events(5))
  streams.set('j/algo-2-1', events(5))
  let failures = 3
  const usual = cloud.commandCalls.bind(cloud)
  expect(usual(GetLogEventsCommand)).toHaveLength(0)
  cloud.on(GetLogEventsCommand, { logStreamName: 'j/algo-2-1' }).callsFake(({ nextToken }: { nextToken?: string }) => {
    if ((failures -= 1) >= 0) throw vendor('ThrottlingException', 'Rate exceeded')
    const start = Number(nextToken ?? 0)
    const page = events(5).slice(start, start + 2)
    return {
      events: page,
      nextForwardToken: page.length === 0 && nextToken !== undefined ? nextToken : String(start + page.length),
    }
  })
  const lines = await linesOf(logsWith(endedLongAgo, steppingClock()))
  expect(lines).toHaveLength(10)
  expect(new Set(lines).size).toBe(10)
})

test('a job without a log group has no lines and is no error', async () => {
  cloud.on(DescribeLogStreamsCommand).rejects(vendor('ResourceNotFoundException', 'The specified log group does not exist.'))
  expect(await linesOf(logsWith(endedLongAgo, steppingClock()))).toEqual([])
})

test('the lines of a deleted job are still read; of a job that never was there is nothing but an error', async () => {
  const lost = {
    watch: async function* (): AsyncGenerator<JobState> {
      yield* []
      throw new PlatformError('JOB_LOST', 'gone')
    },
  }
  streams.set('j/algo-1-1', events(2))
  expect(await linesOf(logsWith(lost, steppingClock()))).toHaveLength(2)
  streams.clear()
  await expect(linesOf(logsWith(lost, steppingClock()))).rejects.toMatchObject({ code: 'JOB_LOST' })
})

test('a refusal is told at once', async () => {
  streams.set('j/algo-1-1', events(2))
  cloud.on(GetLogEventsCommand).rejects(vendor('AccessDeniedException', 'no'))
  await expect(linesOf(logsWith(endedLongAgo, steppingClock()))).rejects.toMatchObject({
    code: 'PLATFORM_DENIED',
    facts: { action: 'logs:GetLogEvents' },
  })
})

test('one event of several lines becomes lines, without their ends', async () => {
  streams.set('j/algo-1-1', [{ timestamp: 1, message: 'a\r\nb\n\nc\n' }])
  expect(await linesOf(logsWith(endedLongAgo, steppingClock()))).toEqual(['algo-1 a', 'algo-1 b', 'algo-1 ', 'algo-1 c'])
})

test('the lines there are now come by one search, page by page, an empty page not being the end', async () => {
  const line = (machine: number, message: string) => ({ logStreamName: `j/algo-${machine}-1`, message, timestamp: 1 })
  cloud
    .on(FilterLogEventsCommand)
    .resolvesOnce({ events: [line(1, 'a')], nextToken: '1' })
    .resolvesOnce({ events: [], nextToken: '2' })
    .resolves({ events: [line(2, 'b'), { ...line(1, 'of another job'), logStreamName: 'j2/algo-1-1' }] })
  const logs = logsWith(endedLongAgo, steppingClock())
  expect(await linesOf(logs, { untilNow: true, sinceMs: 7 })).toEqual(['algo-1 a', 'algo-2 b'])
  const asked = cloud.commandCalls(FilterLogEventsCommand).map(({ args }) => args[0].input)
  expect(asked.map(({ nextToken }) => nextToken)).toEqual([undefined, '1', '2'])
  for (const one of asked) expect(one).toMatchObject({ logStreamNamePrefix: 'j/', startTime: 7 })
  expect(cloud.commandCalls(GetLogEventsCommand)).toHaveLength(0)
})

test('a search where no job of this kind has written yet finds nothing', async () => {
  cloud.on(FilterLogEventsCommand).rejects(vendor('ResourceNotFoundException', 'The specified log group does not exist.'))
  expect(await linesOf(logsWith(endedLongAgo, steppingClock()), { untilNow: true })).toEqual([])
})

test('the last lines are read from the newest page of each stream backwards, and no more pages than needed', async () => {
  streams.set('j/algo-1-1', events(100))
  streams.set('j/algo-2-1', events(1, 97))
  const logs = logsWith(endedLongAgo, steppingClock())
  const last = ['algo-1 line 97', 'algo-2 line 0', 'algo-1 line 98', 'algo-1 line 99']
  expect(await linesOf(logs, { untilNow: true, last: 4 })).toEqual(last)
  expect(cloud.commandCalls(GetLogEventsCommand).length).toBeLessThanOrEqual(5)
  expect(await linesOf(logs, { last: 4 })).toEqual(last)
  expect(await linesOf(logs, { untilNow: true, last: 1, machine: 'algo-2' })).toEqual(['algo-2 line 0'])
  expect(await linesOf(logs, { untilNow: true, last: 2, where: ({ text }) => text.endsWith('5') })).toEqual([
    'algo-1 line 85',
    'algo-1 line 95',
  ])
  expect(await linesOf(logs, { untilNow: true, last: 1_000 })).toHaveLength(101)
  expect(await linesOf(logs, { untilNow: true, last: 0 })).toEqual([])
})

test('what is written after the last lines follows them, once', async () => {
  streams.set('j/algo-1-1', events(10))
  let end: () => void = () => undefined
  const clock = steppingClock((nowMs) => {
    if (nowMs > 1_005_000 && streams.get('j/algo-1-1')?.length === 10) streams.get('j/algo-1-1')?.push(...events(3, 100))
    if (nowMs > 1_020_000) end()
  })
  const running = runningJob(clock)
  end = running.end
  const lines = await linesOf(logsWith(running.jobs, clock), { last: 2 })
  expect(lines).toEqual(['algo-1 line 8', 'algo-1 line 9', 'algo-1 line 0', 'algo-1 line 1', 'algo-1 line 2'])
})
