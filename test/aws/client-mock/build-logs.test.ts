import { BatchGetBuildsCommand, type Build } from '@aws-sdk/client-codebuild'
import { GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { expect, test } from 'vitest'
import { openClients } from '../../../packages/core/src/aws/clients.ts'
import { followBuild } from '../../../packages/core/src/aws/images/codebuild/follow.ts'
import { testKeys, testRegion } from '../../support/aws/aws-platform.ts'
import { mockedAws, vendor } from '../../support/aws/mocked.ts'

type LogAnswer = Error | { events?: { message?: string }[]; nextForwardToken?: string }

/** Follows a build that CodeBuild describes so, one look after another, and whose log answers so; gives its lines and its failure. */
async function followed(looks: readonly (Partial<Build> | undefined)[], log: readonly LogAnswer[] = []) {
  await using mocked = mockedAws()
  const { clients: of } = mocked
  let [looked, read] = [0, 0]
  mocked.codebuild.on(BatchGetBuildsCommand).callsFake(() => {
    const build = looks[Math.min(looked, looks.length - 1)]
    looked += 1
    return build === undefined ? {} : { builds: [build] }
  })
  mocked.logs.on(GetLogEventsCommand).callsFake(() => {
    const answer = log[read] ?? {}
    read += 1
    if (answer instanceof Error) throw answer
    return answer
  })
  const lines: string[] = []
  const clients = openClients({
    region: testRegion,
    credentials: testKeys,
    clients: { codebuild: () => of.codebuild, logs: () => of.logs },
  })
  const clock = { now: () => 0, sleep: async () => undefined }
  const failure: unknown = await followBuild('b:1', {
    clients,
    clock,
    onStep: ({ line }) => void lines.push(line),
    signal: undefined,
  }).catch((cause: unknown) => cause)
  return { lines, failure, looked, read }
}

const where = { logs: { groupName: '/aws/codebuild/x', streamName: 's' } }
const missing = vendor('ResourceNotFoundException', 'no such stream', { httpStatusCode: 400 })

test('a build is followed from before it is known and has a log, to its success', async () => {
  const running = { buildComplete: false }
  const looks = [undefined, running, { ...running, logs: {} }, { ...running, ...where }, { ...running, ...where }]
  const log = [missing, { events: [{ message: 'one  \n' }, {}], nextForwardToken: 'f/1' }, { nextForwardToken: 'f/1' }]
  const { lines, failure, looked } = await followed([...looks, { buildComplete: true, buildStatus: 'SUCCEEDED', ...where }], log)
  expect(failure).toBeUndefined()
  expect(lines).toEqual(['one'])
  expect(looked).toBe(6)
})

test('a build that failed is told with its last lines, what CodeBuild says of its phases, and the address of the whole log', async () => {
  const events = Array.from({ length: 40 }, (_, number) => ({ message: `line ${number}\n` }))
  const { failure } = await followed(
    [
      {
        buildComplete: true,
        buildStatus: 'TIMED_OUT',
        phases: [{}, { contexts: [{}, { message: 'The build ran for too long' }] }],
        logs: { ...where.logs, deepLink: 'https://console.example.com/log' },
      },
    ],
    [{ events }],
  )
  expect(failure).toMatchObject({
    code: 'IMAGE_FAILED',
    message: expect.stringMatching(
      /by CodeBuild \(timed out\): \nline 28\n(.*\n)+line 39\nThe build ran for too long$/,
    ) as string,
    hint: expect.stringContaining('The whole log: https://console.example.com/log') as string,
    facts: { build: 'b:1', status: 'TIMED_OUT', contexts: ['The build ran for too long'] },
  })
  const { lastLines } = (failure as { facts: { lastLines: readonly string[] } }).facts
  expect([lastLines.length, lastLines[0], lastLines.at(-1)]).toEqual([30, 'line 10', 'line 39'])
})

test('a build that ended without a word is told as failed', async () => {
  const { failure } = await followed([{ buildComplete: true }])
  expect(failure).toMatchObject({
    message: 'The image could not be built by CodeBuild (failed): \n',
    hint: expect.not.stringContaining('The whole log') as string,
    facts: { lastLines: [], contexts: [] },
  })
})

test('a log that may not be read is told with the right that it takes', async () => {
  const { failure } = await followed([where], [vendor('AccessDeniedException', 'no', { httpStatusCode: 400 })])
  expect(failure).toMatchObject({ code: 'PLATFORM_DENIED', facts: { action: 'logs:GetLogEvents' } })
})
