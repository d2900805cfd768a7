import { resultFile } from '@simple-sagemaker/worker-toolkit/contract'
import { readArchived } from '../../archive/read-one.ts'
import { joinUri } from '../../names/object-uri.ts'
import type { TaskLayout } from '../../names/layout.ts'
import type { JobState } from '../../platform/jobs.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import type { TaskContext } from '../context.ts'
import { readSmall } from '../decide/history.ts'
import { issuePath } from '../resolve/declared/hyperparameters.ts'
import { checkedJson } from './checked-json.ts'
import { ResultInvalidError } from './errors.ts'

const mostResultBytes = 16 * 1024 * 1024

/**
 * Reads `result.json` of a job's output and checks it by the task's schema.
 * @param isOld whether the job was not started now, but skipped to
 */
export async function readTypedResult(
  spec: TaskSpec,
  layout: TaskLayout,
  state: JobState,
  context: TaskContext,
  isOld: boolean,
): Promise<unknown> {
  const text = await resultText(layout, state, context)
  if (text === undefined)
    throw new ResultInvalidError(
      state.name,
      [{ path: '', message: `there is no ${resultFile}: the program did not write one` }],
      {
        isMissing: true,
      },
    )
  const value = parsed(text, state.name)
  const outcome = await spec.resultSchema?.['~standard'].validate(value)
  if (outcome === undefined || outcome.issues === undefined) return outcome?.value
  throw new ResultInvalidError(
    state.name,
    outcome.issues.map((issue) => ({ path: issuePath(issue), message: issue.message })),
    { isOld },
  )
}

async function resultText(layout: TaskLayout, state: JobState, context: TaskContext): Promise<string | undefined> {
  const place = layout.job(state.name)
  const { objects } = context.platform
  const options = { signal: context.signal }
  if (state.kind === 'processing') return readSmall(joinUri(place.outputFolder, resultFile), context.platform, options)
  if ((await objects.find(place.output, options)) === undefined) return undefined
  const bytes = await readArchived(objects.read(place.output, options), resultFile, mostResultBytes)
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8')
}

function parsed(text: string, job: string): unknown {
  const read = checkedJson(text)
  if (read.why === undefined) return read.value
  throw new ResultInvalidError(job, [{ path: '', message: `${resultFile} cannot be read: ${read.why}` }], { cause: read.cause })
}
