import type { DescribeProcessingJobCommandOutput, DescribeTrainingJobCommandOutput } from '@aws-sdk/client-sagemaker'
import { PlatformError } from '../../platform/errors.ts'
import type { JobRef, JobRequest, JobState, Jobs } from '../../platform/jobs.ts'
import type { JobKind } from '../../spec/job-kind.ts'
import type { Clock } from '../../time/clock.ts'
import { abortable, type Clients } from '../clients.ts'
import type { Notify } from '../notices.ts'
import { rateLimiter, type RetryLimits } from '../rate-limiter.ts'
import { errorKindOf, vendorError } from '../error-kind.ts'
import { withErrorTranslation, type AwsOperation } from '../translate.ts'
import { processingState, trainingState } from './job-state.ts'
import { poller, type Poller } from './poller.ts'
import { storedProcessingRequest, storedTrainingRequest } from './stored-request.ts'
import { usageOf } from './usage.ts'

export interface JobsOptions {
  readonly clients: Clients
  readonly clock: Clock
  readonly retryLimits: RetryLimits
  readonly notify: Notify
  readonly random: () => number
  /** Whether this role was made or changed so recently that SageMaker may not know it yet. */
  readonly isFreshRole: (arn: string) => boolean
  /** Describe calls per second and kind of job; AWS publishes no number. */
  readonly describesPerSecond: number
}

/** SageMaker's training and processing jobs. */
export function awsJobs(options: JobsOptions): Jobs & AsyncDisposable {
  const { clients, clock, retryLimits, random } = options
  const pollerOf = (kind: JobKind): Poller => {
    const own = rateLimiter({ perSecond: options.describesPerSecond, burst: 20, clock })
    const slowed = (): void => {
      own.slowDown()
      options.notify({ type: 'slowed-down', action: describing[kind], perSecond: own.rate() })
    }
    return poller({
      describe: (job, signal) => describe(clients, job, signal, slowed),
      rateLimiter: own,
      clock,
      retryLimits,
      random,
      onExpired: () => {
        options.notify({
          type: 'credentials-expired',
          message: 'The AWS credentials have expired; waiting for fresh ones (aws sso login).',
        })
        clients.renew()
      },
    })
  }
  const pollers = { training: pollerOf('training'), processing: pollerOf('processing') }
  return {
    start: (request, { signal } = {}) => start(request, options, signal),
    describe: (job, { signal } = {}) => describe(clients, job, signal),
    ...forReports(clients),
    keepWarm: (job, seconds, { signal } = {}) => keepWarm(clients, job, seconds, signal),
    watch: (job, { signal } = {}) => pollers[job.kind].watch(job, signal),
    stop: async (job, { signal } = {}) => {
      await stop(clients, job, signal)
      pollers[job.kind].hurry(job)
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([pollers.training[Symbol.asyncDispose](), pollers.processing[Symbol.asyncDispose]()])
    },
  }
}

/** What a report shows beside the state of a job. */
const forReports = (clients: Clients): Pick<Jobs, 'request' | 'usage'> => ({
  request: (job, { signal } = {}) => storedRequest(clients, job, signal),
  usage: async (job, { signal } = {}) => {
    const state = await describe(clients, job, signal)
    return state === undefined ? [] : usageOf(clients, state, signal)
  },
})

const describing = { training: 'sagemaker:DescribeTrainingJob', processing: 'sagemaker:DescribeProcessingJob' } as const

async function describe(
  clients: Clients,
  job: JobRef,
  signal?: AbortSignal,
  onSlowed?: () => void,
): Promise<JobState | undefined> {
  const described = await descriptionOf(clients, job, signal, onSlowed)
  if (described === undefined) return undefined
  return described.kind === 'training' ? trainingState(job, described.response) : processingState(job, described.response)
}

async function storedRequest(clients: Clients, job: JobRef, signal?: AbortSignal): Promise<JobRequest | undefined> {
  const described = await descriptionOf(clients, job, signal)
  if (described === undefined) return undefined
  return described.kind === 'training' ? storedTrainingRequest(described.response) : storedProcessingRequest(described.response)
}

type Description =
  | { readonly kind: 'training'; readonly response: DescribeTrainingJobCommandOutput }
  | { readonly kind: 'processing'; readonly response: DescribeProcessingJobCommandOutput }

async function descriptionOf(
  clients: Clients,
  job: JobRef,
  signal?: AbortSignal,
  onSlowed?: () => void,
): Promise<Description | undefined> {
  const { client, sdk } = await clients.open('sagemaker')
  const settings = abortable(signal)
  const operation: AwsOperation = { action: describing[job.kind], resource: job.name, missing: 'JOB_LOST' }
  return withErrorTranslation(operation, signal, async () => {
    try {
      if (job.kind === 'training') {
        const response = await client.send(new sdk.DescribeTrainingJobCommand({ TrainingJobName: job.name }), settings)
        if ((response.$metadata.attempts ?? 1) > 1) onSlowed?.()
        // A job that is being deleted is as good as gone.
        return response.TrainingJobStatus === 'Deleting' ? undefined : { kind: 'training', response }
      }
      const response = await client.send(new sdk.DescribeProcessingJobCommand({ ProcessingJobName: job.name }), settings)
      if ((response.$metadata.attempts ?? 1) > 1) onSlowed?.()
      return { kind: 'processing', response }
    } catch (cause) {
      if (errorKindOf(cause) === 'missing') return undefined
      throw cause
    }
  })
}

async function stop(clients: Clients, job: JobRef, signal: AbortSignal | undefined): Promise<void> {
  const { client, sdk } = await clients.open('sagemaker')
  const action = job.kind === 'training' ? 'sagemaker:StopTrainingJob' : 'sagemaker:StopProcessingJob'
  await withErrorTranslation({ action, resource: job.name, missing: 'JOB_LOST' }, signal, async () => {
    try {
      if (job.kind === 'training')
        await client.send(new sdk.StopTrainingJobCommand({ TrainingJobName: job.name }), abortable(signal))
      else await client.send(new sdk.StopProcessingJobCommand({ ProcessingJobName: job.name }), abortable(signal))
    } catch (cause) {
      // SageMaker refuses to stop what has ended: then there is nothing to do.
      if (vendorError(cause).name === 'ValidationException' && /status|state/i.test(vendorError(cause).message)) return
      throw cause
    }
  })
}

async function keepWarm(clients: Clients, job: JobRef, seconds: number, signal: AbortSignal | undefined): Promise<void> {
  const { client, sdk } = await clients.open('sagemaker')
  const operation: AwsOperation = { action: 'sagemaker:UpdateTrainingJob', resource: job.name, missing: 'JOB_LOST' }
  const change = { TrainingJobName: job.name, ResourceConfig: { KeepAlivePeriodInSeconds: seconds } }
  await withErrorTranslation(operation, signal, async () => {
    try {
      await client.send(new sdk.UpdateTrainingJobCommand(change), abortable(signal))
    } catch (cause) {
      // SageMaker changes only pools that wait: one that is gone needs no change.
      const now = await describe(clients, job, signal)
      if (now?.warmPool?.status === 'terminated' || now?.warmPool?.status === 'reused') return
      throw cause
    }
  })
}

async function start(request: JobRequest, options: JobsOptions, signal: AbortSignal | undefined): Promise<void> {
  const name = request.kind === 'training' ? request.input.TrainingJobName : request.input.ProcessingJobName
  const operation: AwsOperation = {
    action: request.kind === 'training' ? 'sagemaker:CreateTrainingJob' : 'sagemaker:CreateProcessingJob',
    resource: name ?? '',
  }
  const role = request.input.RoleArn ?? ''
  await withErrorTranslation(operation, signal, async () => {
    try {
      const attempt = (): Promise<void> => create(request, options.clients, signal)
      await (options.isFreshRole(role) ? onceRoleIsKnown(attempt, options.clients, signal) : attempt())
    } catch (cause) {
      if (errorKindOf(cause) === 'exists' && (vendorError(cause).attempts ?? 1) > 1) return // an earlier attempt of this very call arrived
      if (errorKindOf(cause) === 'exists') throw taken(operation.resource ?? '', cause)
      throw cause
    }
  })
}

async function create(request: JobRequest, clients: Clients, signal: AbortSignal | undefined): Promise<void> {
  const { client, sdk } = await clients.open('sagemaker')
  if (request.kind === 'training') await client.send(new sdk.CreateTrainingJobCommand(request.input), abortable(signal))
  else await client.send(new sdk.CreateProcessingJobCommand(request.input), abortable(signal))
}

const roleIsKnownAfterSeconds = 90

/** A role just made is not known everywhere at once: SageMaker then says it cannot assume it, for up to a minute or so. */
export async function onceRoleIsKnown(
  attempt: () => Promise<void>,
  clients: Clients,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { createWaiter, WaiterState } = await import('@smithy/util-waiter')
  let last: unknown
  const { client } = await clients.open('sagemaker')
  const limits = { client, maxWaitTime: roleIsKnownAfterSeconds, minDelay: 2, maxDelay: 16, ...abortable(signal) }
  const end = await createWaiter(limits, undefined, async () => {
    try {
      await attempt()
      return { state: WaiterState.SUCCESS, reason: undefined }
    } catch (cause) {
      last = cause
      return { state: isUnknownRole(cause) ? WaiterState.RETRY : WaiterState.FAILURE, reason: cause }
    }
  })
  if (end.state !== WaiterState.SUCCESS) throw last ?? signal?.reason
}

/** Whether SageMaker does not know the role yet, or not yet what it may do. */
export function isUnknownRole(cause: unknown): boolean {
  const { name, message } = vendorError(cause)
  return (
    name === 'ValidationException' &&
    (/Could not assume role/i.test(message) || /does not have .*(permission|access)/i.test(message))
  )
}

const taken = (name: string, cause: unknown): PlatformError =>
  new PlatformError('PLATFORM_REFUSED', `There is already a job named ${name}.`, {
    cause,
    facts: { job: name },
    hint: 'Job names are used once per account and region; run again for a new name.',
  })
