import { resultFile } from '@simple-sagemaker/worker-toolkit/contract'
import { isError } from '../../lang/realms.ts'
import { readArchived } from '../../archive/read-one.ts'
import { joinUri } from '../../names/object-uri.ts'
import type { TaskLayout } from '../../names/layout.ts'
import type { JobState } from '../../platform/jobs.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import type { TaskContext } from '../context.ts'
import { readSmall } from '../decide/history.ts'
import { issuePath } from '../resolve/hyperparameters.ts'
import { ResultInvalidError } from './errors.ts'

const mostResultBytes = 16 * 1024 * 1024
const deepestResult = 100

/** Reads `result.json` of a job's output and checks it by the task's schema. */
export async function readTypedResult(
  spec: TaskSpec,
  layout: TaskLayout,
  state: JobState,
  context: TaskContext,
): Promise<unknown> {
  const text = await resultText(layout, state, context)
  if (text === undefined)
    throw new ResultInvalidError(state.name, [{ path: '', message: `there is no ${resultFile}: the program did not write one` }])
  const value = parsed(text, state.name)
  const outcome = await spec.resultSchema?.['~standard'].validate(value)
  if (outcome === undefined || outcome.issues === undefined) return outcome?.value
  throw new ResultInvalidError(
    state.name,
    outcome.issues.map((issue) => ({ path: issuePath(issue), message: issue.message })),
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
  const wrong = (why: string, cause?: unknown): ResultInvalidError =>
    new ResultInvalidError(job, [{ path: '', message: `${resultFile} cannot be read: ${why}` }], { cause })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw wrong(isError(cause) ? cause.message : String(cause), cause)
  }
  const why = unfit(value)
  if (why !== undefined) throw wrong(why)
  return value
}

// Level by level: a document must not end the program by nesting, nor reach a prototype through a key.
function unfit(document: unknown): string | undefined {
  let level = [document]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepestResult) return `it is nested deeper than ${deepestResult} levels`
    if (level.some((part) => typeof part === 'object' && part !== null && Object.hasOwn(part, '__proto__')))
      return 'it has a key "__proto__"'
    level = level.flatMap((part): unknown[] => (typeof part === 'object' && part !== null ? Object.values(part) : []))
  }
  return undefined
}
