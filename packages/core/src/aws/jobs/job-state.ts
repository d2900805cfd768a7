import type {
  DescribeProcessingJobCommandOutput,
  DescribeTrainingJobCommandOutput,
  MetricData,
  SecondaryStatusTransition,
} from '@aws-sdk/client-sagemaker'
import type { JobName } from '../../names/job-name.ts'
import type { JobPhase, JobRef, JobState, JobStatus, MetricValue, WarmPoolState } from '../../platform/jobs.ts'
import { warmSettings } from '../../spec/machines/warm-settings.ts'

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
export function trainingState(ref: JobRef, response: DescribeTrainingJobCommandOutput): JobState {
  const transitions = response.SecondaryStatusTransitions ?? []
  const resources = response.ResourceConfig
  const machines =
    resources?.SelectedInstanceCount ??
    resources?.InstanceCount ??
    resources?.InstanceGroups?.reduce((sum, group) => sum + (group.InstanceCount ?? 0), 0)
  return {
    ...ref,
    status: statusOf(response.TrainingJobStatus),
    phase: response.SecondaryStatus ?? response.TrainingJobStatus ?? 'Starting',
    phases: transitions.map(phaseOf),
    machines: machines ?? 1,
    ...optional('instanceType', resources?.SelectedInstanceType ?? resources?.InstanceType),
    createdAtMs: msOf(response.CreationTime) ?? 0,
    ...optional('startedAtMs', msOf(response.TrainingStartTime)),
    ...optional('endedAtMs', endOf(response.TrainingJobStatus, response.TrainingEndTime, response.LastModifiedTime)),
    ...optional('failureReason', response.FailureReason),
    ...optional('billableSeconds', response.BillableTimeInSeconds),
    ...optional('runSeconds', response.TrainingTimeInSeconds),
    ...optional('warmSeconds', response.WarmPoolStatus?.ResourceRetainedBillableTimeInSeconds),
    ...optional('warmPool', warmPoolOf(response)),
    interruptions: interruptionsOf(transitions, response.EnableManagedSpotTraining === true),
    finalMetrics: (response.FinalMetricDataList ?? []).flatMap(metricOf),
  }
}

/** What became of the machines that a job keeps warm; `undefined` for one that keeps none. */
function warmPoolOf(response: DescribeTrainingJobCommandOutput): WarmPoolState | undefined {
  const keepSeconds = response.ResourceConfig?.KeepAlivePeriodInSeconds
  const { Status, ReusedByJob } = response.WarmPoolStatus ?? {}
  if (Status === undefined && (keepSeconds === undefined || keepSeconds === 0)) return undefined
  const hasEnded = statusOf(response.TrainingJobStatus) !== 'in-progress' && response.TrainingJobStatus !== 'Stopping'
  return {
    status: warmStatuses[Status ?? ''] ?? (hasEnded ? 'terminated' : 'in-use'),
    keepSeconds: keepSeconds ?? 0,
    // SageMaker's own name of a job.
    ...optional('reusedBy', ReusedByJob as JobName | undefined),
    settings: warmSettings(response),
  }
}

const warmStatuses: Readonly<Record<string, WarmPoolState['status']>> = {
  InUse: 'in-use',
  Available: 'available',
  Reused: 'reused',
  Terminated: 'terminated',
}

/** A described processing job as a state. SageMaker tells no phases of it: they are made of its times. */
export function processingState(ref: JobRef, response: DescribeProcessingJobCommandOutput): JobState {
  const status = statusOf(response.ProcessingJobStatus)
  const createdAtMs = msOf(response.CreationTime) ?? 0
  const startedAtMs = msOf(response.ProcessingStartTime)
  const endedAtMs = endOf(response.ProcessingJobStatus, response.ProcessingEndTime, response.LastModifiedTime)
  const running = startedAtMs === undefined ? 'Starting' : 'Processing'
  const phase = status === 'in-progress' ? running : (response.ProcessingJobStatus ?? 'Stopped')
  const cluster = response.ProcessingResources?.ClusterConfig
  const reason = reasonOf(response)
  return {
    ...ref,
    status,
    phase,
    phases: phasesBetween(createdAtMs, startedAtMs, endedAtMs, phase),
    machines: cluster?.SelectedInstanceCount ?? cluster?.InstanceCount ?? 1,
    ...optional('instanceType', cluster?.SelectedInstanceType ?? cluster?.InstanceType),
    createdAtMs,
    ...optional('startedAtMs', startedAtMs),
    ...optional('endedAtMs', endedAtMs),
    ...optional('failureReason', status === 'failed' ? reason : response.FailureReason),
    interruptions: 0,
    finalMetrics: [],
  }
}

/** Of a program that failed SageMaker may say no more than whose fault it was: how it ended is in the message that it left. */
function reasonOf({
  FailureReason: reason = '',
  ExitMessage: message = '',
}: DescribeProcessingJobCommandOutput): string | undefined {
  const isBare = /^AlgorithmError:\s*(See job logs for more information\.?)?\s*$/i.test(reason)
  if (isBare && message !== '') return `AlgorithmError: ${message}`
  return [reason, message].find((text) => text !== '')
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
