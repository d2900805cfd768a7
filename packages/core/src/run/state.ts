import { changesBetween } from '../bundle/fingerprint.ts'
import { isSsmError, SsmError } from '../errors/ssm-error.ts'
import { terms, wording } from '../errors/wording.ts'
import type { TaskLayout } from '../names/layout.ts'
import { joinUri, type ObjectUri } from '../names/object-uri.ts'
import { isTerminal, type JobState } from '../platform/jobs.ts'
import type { StoredObject } from '../platform/objects.ts'
import type { Platform } from '../platform/platform.ts'
import type { StateOrigin } from '../request/facts.ts'
import type { TaskHistory } from '../spec/result.ts'
import type { RunIdentity } from './decide/decide.ts'

/** Whether earlier jobs of a task left state. */
export async function hasState(layout: TaskLayout, platform: Platform, signal: AbortSignal): Promise<boolean> {
  return holdsObjects(layout.state, platform, signal)
}

/** As `hasState`, also where earlier releases kept it. */
export async function hasAnyState(layout: TaskLayout, platform: Platform, signal: AbortSignal): Promise<boolean> {
  if (await hasState(layout, platform, signal)) return true
  return layout.formerState !== undefined && (await holdsObjects(layout.formerState, platform, signal))
}

/**
 * From how many files on a state is said to be too many. In the two minutes that SageMaker gives after SIGTERM, it has to send what changed,
 * one request for each file: at some 100 a second this is about as many as it can. There is no published limit; reports of state that was
 * sent late or not at all name thousands of files (issues 1619 and 3062 of the SageMaker Python SDK).
 */
export const manyStateFiles = 10_000

/** Whether a state has more files than SageMaker keeps up with; no more of them are listed than tells that. */
export async function hasManyFiles(layout: TaskLayout, platform: Platform, signal: AbortSignal): Promise<boolean> {
  let count = 0
  for await (const _ of platform.objects.list(layout.state, { signal })) if ((count += 1) > manyStateFiles) return true
  return false
}

/** What is said about such a state. */
export const manyFilesWarning = {
  message: `the state has more than ${manyStateFiles.toLocaleString('en-US')} files: SageMaker sends each by itself, and may not be done with all of them when a machine is taken away`,
  hint: wording`${terms.stateArchive} keeps it as one archive`,
} as const

async function holdsObjects(folder: ObjectUri, platform: Platform, signal: AbortSignal): Promise<boolean> {
  try {
    for await (const _ of platform.objects.list(folder, { signal })) return true
  } catch (cause) {
    // A bucket that is still to be made holds nothing.
    if (!isSsmError(cause, 'OBJECT_MISSING')) throw cause
  }
  return false
}

/** Copies the state of earlier releases to where it is kept now, for the few tasks whose state has moved. */
export async function bringFormerState(layout: TaskLayout, platform: Platform, signal: AbortSignal): Promise<void> {
  const { state, formerState } = layout
  if (formerState === undefined || (await hasState(layout, platform, signal))) return
  for await (const { uri } of platform.objects.list(formerState, { signal })) {
    const target = joinUri(state, uri.slice(formerState.length))
    await platform.objects.write(target, { kind: 'stream', chunks: platform.objects.read(uri, { signal }) }, { signal })
  }
}

/** Removes a task's state, and nothing beside it. Gives the number of objects that are gone. */
export async function cleanState(layout: TaskLayout, platform: Platform, signal: AbortSignal): Promise<number> {
  const found: StoredObject[] = []
  for (const folder of [layout.state, layout.formerState])
    if (folder !== undefined) for await (const object of platform.objects.list(folder, { signal })) found.push(object)
  await platform.objects.remove(
    found.map(({ uri }) => uri),
    { signal },
  )
  return found.length
}

/** Whether the newest job, which wrote the state last, ran the same specification. */
export function stateOrigin({ newest }: TaskHistory, { fingerprint }: RunIdentity): StateOrigin {
  return newest?.record?.fingerprint === fingerprint ? 'same-spec' : 'other-spec'
}

/** What a run is told when it gets state that another specification left. */
export function otherStateWarning({ newest }: TaskHistory, { parts }: RunIdentity): string {
  const changes = newest?.record === undefined ? [] : changesBetween(newest.record.parts, parts)
  const named = changes.slice(0, 3).map(({ part }) => part)
  const more = changes.length > named.length ? ` and ${changes.length - named.length} more` : ''
  const earlier = named.length === 0 ? 'an earlier run that is not known' : `an earlier run with other ${named.join(', ')}${more}`
  return `state of ${earlier} is given to the job`
}

/**
 * State cannot be removed under a job that writes to it.
 * @throws {SsmError} `STATE_IN_USE`.
 */
export function assertStateIsFree(
  task: string,
  newest: Pick<JobState, 'name' | 'status'> | undefined,
  platform: string | undefined,
): void {
  if (newest === undefined || isTerminal(newest.status)) return
  const { name } = newest
  throw new SsmError('STATE_IN_USE', `The state of task ${task} cannot be removed while job ${name} is running`, {
    hint:
      platform === undefined
        ? 'Stop it or wait for its end, and run the task again.'
        : {
            before: 'Stop it with ',
            command: `ssm stop ${name}`,
            after: ', or wait for its end, and run the task again.',
            flags: `--platform ${platform}`,
          },
    facts: { task, job: name },
  })
}
