import type { DescribeHyperParameterTuningJobCommandOutput, HyperParameterTrainingJobSummary } from '@aws-sdk/client-sagemaker'
import type { JobName } from '../../names/job-name.ts'
import { isTerminal } from '../../platform/jobs.ts'
import { PlatformError } from '../../platform/errors.ts'
import type { CreateHyperParameterTuningJobRequest } from '../../platform/sagemaker-requests.ts'
import type { TunedJob, Tuner, TuningProgress, TuningState } from '../../platform/tuner.ts'
import { growingPauses } from '../../time/backoff.ts'
import { abortable, type Clients } from '../clients.ts'
import { errorKindOf, vendorError } from '../error-kind.ts'
import { retryPolicy } from '../rate-limiter.ts'
import { hasExpired, withErrorTranslation, type AwsOperation } from '../translate.ts'
import { statusOf } from './job-state.ts'
import { onceRoleIsKnown, type JobsOptions } from './jobs.ts'

/** SageMaker's own tuner: tuning jobs, and the training jobs that they start. */
export function awsTuner(options: JobsOptions): Tuner {
  const { clients } = options
  return {
    start: (request, { signal } = {}) => start(request, options, signal),
    describe: (name, { signal } = {}) => describe(clients, name, signal),
    jobs: (name, { signal } = {}) => jobsOf(clients, name, signal),
    watch: (name, { signal } = {}) => watch(options, name, signal),
    stop: (name, { signal } = {}) => stop(clients, name, signal),
  }
}

const operation = (action: string, name: string | undefined): AwsOperation => ({
  action: `sagemaker:${action}`,
  resource: name ?? '',
  missing: 'JOB_LOST',
})

async function start(
  request: CreateHyperParameterTuningJobRequest,
  options: JobsOptions,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { clients, isFreshRole } = options
  const { client, sdk } = await clients.open('sagemaker')
  const role = request.TrainingJobDefinition?.RoleArn ?? ''
  const what = operation('CreateHyperParameterTuningJob', request.HyperParameterTuningJobName)
  return withErrorTranslation(what, signal, async () => {
    const attempt = async (): Promise<void> => {
      await client.send(new sdk.CreateHyperParameterTuningJobCommand(request), abortable(signal))
    }
    try {
      await (isFreshRole(role) ? onceRoleIsKnown(attempt, clients, signal) : attempt())
      return true
    } catch (cause) {
      if (errorKindOf(cause) !== 'exists') throw cause
      // An earlier attempt of this very call may have arrived.
      return (vendorError(cause).attempts ?? 1) > 1
    }
  })
}

async function describe(clients: Clients, name: string, signal: AbortSignal | undefined): Promise<TuningState | undefined> {
  const { client, sdk } = await clients.open('sagemaker')
  return withErrorTranslation(operation('DescribeHyperParameterTuningJob', name), signal, async () => {
    try {
      const command = new sdk.DescribeHyperParameterTuningJobCommand({ HyperParameterTuningJobName: name })
      return stateOf(await client.send(command, abortable(signal)))
    } catch (cause) {
      if (errorKindOf(cause) === 'missing') return undefined
      throw cause
    }
  })
}

function stateOf({ HyperParameterTuningJobStatus, FailureReason }: DescribeHyperParameterTuningJobCommandOutput): TuningState {
  return {
    status: HyperParameterTuningJobStatus === 'DeleteFailed' ? 'stopped' : statusOf(HyperParameterTuningJobStatus),
    ...(FailureReason === undefined ? {} : { failureReason: FailureReason }),
  }
}

async function jobsOf(clients: Clients, name: string, signal: AbortSignal | undefined): Promise<readonly TunedJob[]> {
  const { client, sdk } = await clients.open('sagemaker')
  return withErrorTranslation(operation('ListTrainingJobsForHyperParameterTuningJob', name), signal, async () => {
    const found: TunedJob[] = []
    let NextToken: string | undefined
    do {
      const command = new sdk.ListTrainingJobsForHyperParameterTuningJobCommand({
        HyperParameterTuningJobName: name,
        MaxResults: 100,
        SortBy: 'CreationTime',
        SortOrder: 'Ascending',
        ...(NextToken === undefined ? {} : { NextToken }),
      })
      const page = await client.send(command, abortable(signal))
      found.push(...(page.TrainingJobSummaries ?? []).map(tunedJob))
      NextToken = page.NextToken
    } while (NextToken !== undefined)
    // Jobs that were made in the same second keep their order from look to look.
    return found.toSorted((one, other) => one.createdAtMs - other.createdAtMs || (one.name < other.name ? -1 : 1))
  })
}

function tunedJob(summary: HyperParameterTrainingJobSummary): TunedJob {
  const { TrainingJobName, TrainingJobStatus, CreationTime, TrainingEndTime, FailureReason } = summary
  const value = summary.FinalHyperParameterTuningJobObjectiveMetric?.Value
  return {
    // The service names its jobs as it allows others to.
    name: (TrainingJobName ?? '') as JobName,
    status: statusOf(TrainingJobStatus),
    values: summary.TunedHyperParameters ?? {},
    createdAtMs: CreationTime?.getTime() ?? 0,
    ...(value === undefined ? {} : { value }),
    ...(TrainingEndTime === undefined ? {} : { endedAtMs: TrainingEndTime.getTime() }),
    ...(FailureReason === undefined ? {} : { failureReason: FailureReason }),
  }
}

const firstPauseMs = 5_000
const longestPauseMs = 30_000

async function* watch(options: JobsOptions, name: string, signal: AbortSignal | undefined): AsyncGenerator<TuningProgress> {
  const { clients, clock, retryLimits, random, notify } = options
  const policy = retryPolicy(clock, retryLimits, random)
  const pauses = growingPauses(firstPauseMs, longestPauseMs, random)
  for (;;) {
    signal?.throwIfAborted()
    let waitMs = pauses.next().value
    try {
      const state = await describe(clients, name, signal)
      if (state === undefined) throw lost(name)
      // Listed after it was described: of one that has ended no job is missing.
      const progress = { ...state, jobs: await jobsOf(clients, name, signal) }
      policy.succeeded()
      yield progress
      if (isTerminal(state.status)) return
    } catch (error) {
      if (signal?.aborted === true) throw error
      if (hasExpired(error)) {
        notify({
          type: 'credentials-expired',
          message: 'The AWS credentials have expired; waiting for fresh ones (aws sso login).',
        })
        clients.renew()
      }
      const verdict = policy.failed(error)
      if (verdict === undefined) throw error
      waitMs = verdict.waitMs
    }
    await clock.sleep(waitMs, signal)
  }
}

const lost = (name: string): PlatformError =>
  new PlatformError('JOB_LOST', `The tuning job ${name} is gone: someone deleted it.`, {
    hint: 'Run the search again for a new one.',
    facts: { name },
  })

async function stop(clients: Clients, name: string, signal: AbortSignal | undefined): Promise<void> {
  const { client, sdk } = await clients.open('sagemaker')
  await withErrorTranslation(operation('StopHyperParameterTuningJob', name), signal, async () => {
    try {
      await client.send(new sdk.StopHyperParameterTuningJobCommand({ HyperParameterTuningJobName: name }), abortable(signal))
    } catch (cause) {
      // SageMaker refuses to stop what has ended: then there is nothing to do.
      if (vendorError(cause).name === 'ValidationException' && /status|state/i.test(vendorError(cause).message)) return
      throw cause
    }
  })
}
