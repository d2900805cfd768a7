import type {
  DescribeProcessingJobCommandOutput,
  DescribeTrainingJobCommandOutput,
  MetricData,
  SecondaryStatusTransition,
} from '@aws-sdk/client-sagemaker'
import type { JobPhase, JobRef, JobState, JobStatus, MetricValue } from '../../platform/jobs.ts'

/** SageMaker's words for a job's status in ours. A job that is being deleted has ended: it counts as stopped. */
export function statusOf(text: string | undefined): JobStatus {
  switch (text) {
    case 'Completed':
      return 'completed'
    case 'Failed':
      return 'failed'
    case 'Stopped':
    case 'Deleting':
      return 'stopped'
    case 'Stopping':
      return 'stopping'
    default:
      return 'in-progress'
  }
}

/** A described training job as a state. */
export function trainingState(ref: JobRef, said: DescribeTrainingJobCommandOutput): JobState {
  const transitions = said.SecondaryStatusTransitions ?? []
  const resources = said.ResourceConfig
  const machines =
    resources?.InstanceCount ?? resources?.InstanceGroups?.reduce((sum, group) => sum + (group.InstanceCount ?? 0), 0)
  return {
    ...ref,
    status: statusOf(said.TrainingJobStatus),
    phase: said.SecondaryStatus ?? said.TrainingJobStatus ?? 'Starting',
    phases: transitions.map(phaseOf),
    machines: machines ?? 1,
    createdAtMs: msOf(said.CreationTime) ?? 0,
    ...optional('startedAtMs', msOf(said.TrainingStartTime)),
    ...optional('endedAtMs', endOf(said.TrainingJobStatus, said.TrainingEndTime, said.LastModifiedTime)),
    ...optional('failureReason', said.FailureReason),
    ...optional('billableSeconds', said.BillableTimeInSeconds),
    interruptions: interruptionsOf(transitions, said.EnableManagedSpotTraining === true),
    finalMetrics: (said.FinalMetricDataList ?? []).flatMap(metricOf),
  }
}

/** A described processing job as a state. SageMaker tells no phases of it: they are made of its times. */
export function processingState(ref: JobRef, said: DescribeProcessingJobCommandOutput): JobState {
  const status = statusOf(said.ProcessingJobStatus)
  const createdAtMs = msOf(said.CreationTime) ?? 0
  const startedAtMs = msOf(said.ProcessingStartTime)
  const endedAtMs = endOf(said.ProcessingJobStatus, said.ProcessingEndTime, said.LastModifiedTime)
  const running = startedAtMs === undefined ? 'Starting' : 'Processing'
  const phase = status === 'in-progress' ? running : (said.ProcessingJobStatus ?? 'Stopped')
  const reason = [said.FailureReason, said.ExitMessage].find((text) => text !== undefined && text !== '')
  return {
    ...ref,
    status,
    phase,
    phases: phasesBetween(createdAtMs, startedAtMs, endedAtMs, phase),
    machines: said.ProcessingResources?.ClusterConfig?.InstanceCount ?? 1,
    createdAtMs,
    ...optional('startedAtMs', startedAtMs),
    ...optional('endedAtMs', endedAtMs),
    ...optional('failureReason', status === 'failed' ? reason : said.FailureReason),
    interruptions: 0,
    finalMetrics: [],
  }
}

function phasesBetween(
  createdAtMs: number,
  startedAtMs: number | undefined,
  endedAtMs: number | undefined,
  last: string,
): readonly JobPhase[] {
  const marks = [
    { name: 'Starting', startedAtMs: createdAtMs },
    ...(startedAtMs === undefined ? [] : [{ name: 'Processing', startedAtMs }]),
    ...(endedAtMs === undefined ? [] : [{ name: last, startedAtMs: endedAtMs }]),
  ]
  return marks.map((mark, index) => ({ ...mark, ...optional('endedAtMs', marks[index + 1]?.startedAtMs) }))
}

/**
 * How often spot capacity was taken away: each `Interrupted`, and each `Restarting` of a spot job that no `Interrupted`
 * precedes. A `Restarting` of a job on demand is a retry after an internal error.
 */
export function interruptionsOf(transitions: readonly SecondaryStatusTransition[], spot: boolean): number {
  return transitions.filter(
    ({ Status }, index) =>
      Status === 'Interrupted' || (spot && Status === 'Restarting' && transitions[index - 1]?.Status !== 'Interrupted'),
  ).length
}

function phaseOf(transition: SecondaryStatusTransition): JobPhase {
  return {
    name: transition.Status ?? 'Starting',
    startedAtMs: msOf(transition.StartTime) ?? 0,
    ...optional('endedAtMs', msOf(transition.EndTime)),
    ...optional('message', transition.StatusMessage),
  }
}

function metricOf(metric: MetricData): MetricValue[] {
  const { MetricName: name, Value: value } = metric
  return name === undefined || value === undefined ? [] : [{ name, value, atMs: msOf(metric.Timestamp) ?? 0 }]
}

/** A job that never started has no end time of its own: the last change is its end. */
function endOf(status: string | undefined, end: Date | undefined, changed: Date | undefined): number | undefined {
  const current = statusOf(status)
  return current === 'in-progress' || current === 'stopping' ? undefined : msOf(end ?? changed)
}

const msOf = (date: Date | undefined): number | undefined => date?.getTime()

function optional<Name extends string, Value>(name: Name, value: Value | undefined): { readonly [K in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [K in Name]: Value }) // a computed key loses its name in the type
}
