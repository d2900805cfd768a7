import type { Build } from '@aws-sdk/client-codebuild'
import { stepReader, type OnStep } from '../../../containers/build.ts'
import type { Clock } from '../../../time/clock.ts'
import { PlatformError } from '../../../platform/errors.ts'
import { abortable, type Clients } from '../../clients.ts'
import { errorKindOf } from '../../error-kind.ts'
import { withErrorTranslation } from '../../translate.ts'

const pauseMs = 3_000
const keptLines = 30

export interface Following {
  readonly clients: Clients
  readonly clock: Clock
  readonly onStep: OnStep
  readonly signal: AbortSignal | undefined
}

/**
 * Follows a build to its end, with its log.
 * @throws {PlatformError} `IMAGE_FAILED` with the last lines of the log. An abort ends the following; the build goes on.
 */
export async function followBuild(id: string, following: Following): Promise<void> {
  const { clients, clock, onStep, signal } = following
  const lastLines: string[] = []
  const tell = stepReader('build', onStep)
  const log = logReader(following, (line) => {
    lastLines.push(line)
    if (lastLines.length > keptLines) lastLines.shift()
    tell(line)
  })
  for (;;) {
    const build = await buildNow(clients, id, signal)
    await log(build)
    if (build?.buildComplete === true) {
      if (build.buildStatus === 'SUCCEEDED') return
      throw buildFailed(id, build, lastLines)
    }
    await clock.sleep(pauseMs, signal)
  }
}

/** A build as it is now. */
export async function buildNow(clients: Clients, id: string, signal: AbortSignal | undefined): Promise<Build | undefined> {
  const { client, sdk } = await clients.open('codebuild')
  return await withErrorTranslation({ action: 'codebuild:BatchGetBuilds', resource: id }, signal, async () => {
    const found = await client.send(new sdk.BatchGetBuildsCommand({ ids: [id] }), abortable(signal))
    return found.builds?.[0]
  })
}

/** Reads on in a build's log, to what is its end at that moment. */
function logReader({ clients, signal }: Following, onLine: (line: string) => void): (build: Build | undefined) => Promise<void> {
  let token: string | undefined
  return async (build) => {
    const { groupName, streamName } = build?.logs ?? {}
    if (groupName === undefined || streamName === undefined) return
    const { client, sdk } = await clients.open('logs')
    await withErrorTranslation({ action: 'logs:GetLogEvents', resource: groupName }, signal, async () => {
      for (;;) {
        const input = {
          logGroupName: groupName,
          logStreamName: streamName,
          startFromHead: true,
          ...(token === undefined ? {} : { nextToken: token }),
        }
        try {
          const page = await client.send(new sdk.GetLogEventsCommand(input), abortable(signal))
          for (const { message } of page.events ?? []) onLine((message ?? '').trimEnd())
          if (page.nextForwardToken === token || page.nextForwardToken === undefined) return
          token = page.nextForwardToken
        } catch (cause) {
          // The stream comes with the first line.
          if (errorKindOf(cause) === 'missing') return
          throw cause
        }
      }
    })
  }
}

function buildFailed(id: string, build: Build, lastLines: readonly string[]): PlatformError {
  const context = (build.phases ?? []).flatMap(({ contexts }) => contexts ?? []).flatMap(({ message }) => message ?? [])
  const lines = lastLines.filter((line) => line.trim() !== '').slice(-12)
  const output = [...lines, ...context.slice(-1)]
  const status = (build.buildStatus ?? 'FAILED').toLowerCase().replaceAll('_', ' ')
  return new PlatformError('IMAGE_FAILED', `The image could not be built by CodeBuild (${status}): \n${output.join('\n')}`, {
    hint: `Read the last lines of the build above, and correct the Dockerfile or its context.${build.logs?.deepLink === undefined ? '' : ` The whole log: ${build.logs.deepLink}`}`,
    facts: { build: id, status: build.buildStatus, lastLines, contexts: context },
  })
}
