import type { StandardSchemaV1 } from '@standard-schema/spec'
import { InvalidTaskError } from '../../options/errors.ts'
import type { Abortable } from '../../platform/abortable.ts'
import type { OutputName } from '../../spec/outputs.ts'
import type { JobState } from '../../platform/jobs.ts'
import type { FollowOptions, LogLine } from '../../platform/logs.ts'
import { freeze } from '../../lang/freeze.ts'
import type { AttemptReport, Decision, StoredOutput } from '../../spec/result.ts'
import type { TaskContext } from '../context.ts'
import type { EndedJob } from '../follow/follow.ts'
import { notAsked } from '../money/money.ts'
import { followFields, logLines } from '../follow/lines.ts'
import { assertGiven, optionProblemsOf } from '../lookup/given.ts'
import { readDocument } from './document.ts'
import { storedOutputs, type StoredOutputs } from './outputs.ts'
import type { ResolvedTask } from '../resolve/resolve-task.ts'
import { downloadJob } from './download.ts'
import type { TaskResult } from './task-result.ts'
import { seriesOf } from './series.ts'
import { readTypedResult } from './typed-result.ts'

/** What came out of a completed job, as a handle to fetch more of it. */
export async function taskResult(
  task: Pick<ResolvedTask, 'spec' | 'layout'>,
  decision: Decision,
  ended: EndedJob,
  attempts: readonly AttemptReport[],
  context: TaskContext,
): Promise<TaskResult> {
  const { spec, layout } = task
  const { state } = ended
  const money = await context.money?.(context.platform)
  const outputs = storedOutputs(spec.task, layout, state, Object.keys(spec.outputs ?? {}))
  return {
    ...facts(state, decision, spec.task),
    outputs,
    result:
      spec.resultSchema === undefined ? undefined : await readTypedResult(spec, layout, state, context, decision.kind === 'skip'),
    attempts: freeze([...attempts]),
    cost: freeze((await money?.runCost(spec, attempts)) ?? notAsked),
    metrics: freeze({ ...ended.metrics }),
    series: (metric, options = {}) => seriesOf(spec.task, spec.metrics, metric, state, context.platform, options),
    // Of `.jsonl` it is a list, as the type says.
    document: (async (output: OutputName, file: string, schema: StandardSchemaV1, options: Abortable = {}) => {
      assertGiven('document', optionProblemsOf(options))
      const { platform } = context
      return await readDocument(state, outputNamed(spec.task, outputs, output), file, schema, { ...options, platform })
    }) as TaskResult['document'],
    download: (folder, options = {}) => downloadJob(state, layout, folder, options, context),
    report: async (file, options = {}) => {
      assertGiven('report', optionProblemsOf(options))
      const [{ reportOfJob }, { writeReport }] = await Promise.all([
        import('../report/report-of.ts'),
        import('../report/report-page.ts'),
      ])
      const place = { platform: context.platform, job: state.name }
      await writeReport(await reportOfJob(place, { ...options, money }), file, options)
    },
    logs: (options = {}) => linesOf(context, state, options),
  }
}

function linesOf({ platform }: TaskContext, job: JobState, options: FollowOptions): AsyncIterable<LogLine> {
  assertGiven('logs', optionProblemsOf(options, followFields))
  return logLines(platform, job, { ...options, untilNow: true })
}

function outputNamed(task: string, outputs: StoredOutputs, name: OutputName): StoredOutput {
  const output: StoredOutput | undefined = Object.hasOwn(outputs, name) ? outputs[name] : undefined
  if (output !== undefined && name !== 'source' && name !== 'state') return output
  const known = Object.keys(outputs).filter((each) => each !== 'source' && each !== 'state')
  throw new InvalidTaskError(task, [{ path: 'document', value: name, message: `must be in one of ${known.join(', ')}` }])
}

type Facts = Pick<TaskResult, 'task' | 'kind' | 'job' | 'decision' | 'phases' | 'seconds' | 'billableSeconds' | 'savings'>

function facts(state: JobState, decision: Decision, task: string): Facts {
  const runSeconds =
    state.startedAtMs === undefined || state.endedAtMs === undefined ? undefined : (state.endedAtMs - state.startedAtMs) / 1_000
  const seconds = ((state.endedAtMs ?? state.createdAtMs) - state.createdAtMs) / 1_000
  const { billableSeconds } = state
  const savings =
    billableSeconds === undefined || runSeconds === undefined || runSeconds === 0
      ? undefined
      : Math.max(0, 1 - billableSeconds / runSeconds)
  return { task, kind: state.kind, job: state.name, decision, phases: state.phases, seconds, billableSeconds, savings }
}
