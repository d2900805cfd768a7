import { jobName } from '../../names/job-name.ts'
import { addressOf, objectUri, type ObjectUri } from '../../names/object-uri.ts'
import { projectName, taskName } from '../../names/task-name.ts'
import type { TaskPlace } from '../../names/layout.ts'
import type { JobRequest } from '../../platform/jobs.ts'

/** What a report takes from a job's request. */
export interface ReportedRequest {
  readonly hyperparameters: Readonly<Record<string, string>>
  /** Metric → its expression. */
  readonly metrics: Readonly<Record<string, string>>
  /** Every channel but those of the library. */
  readonly inputs: readonly { readonly channel: string; readonly uri: ObjectUri }[]
  /** Where the job's task is stored; absent for a job of another tool. */
  readonly place?: TaskPlace
}

/** Channels by which the library brings its own files. */
const ownChannels = new Set(['code', 'source', 'dependencies'])

/** Reads a request. Pure. */
export function reportedRequest(request: JobRequest): ReportedRequest {
  const channels = request.kind === 'training' ? trainingChannels(request.input) : processingChannels(request.input)
  const code = channels.find(({ channel }) => channel === 'code' || channel === 'source')
  const place = code === undefined ? undefined : placeOfCode(code.uri)
  return {
    hyperparameters: request.kind === 'training' ? { ...request.input.HyperParameters } : {},
    metrics: metricsOf(request),
    inputs: channels.filter(({ channel }) => !ownChannels.has(channel)),
    ...(place === undefined ? {} : { place }),
  }
}

function metricsOf(request: JobRequest): Readonly<Record<string, string>> {
  if (request.kind === 'processing') return {}
  const definitions = request.input.AlgorithmSpecification?.MetricDefinitions ?? []
  return Object.fromEntries(definitions.map(({ Name, Regex }) => [Name ?? '', Regex ?? '']))
}

type Input<Kind extends JobRequest['kind']> = Extract<JobRequest, { readonly kind: Kind }>['input']

const trainingChannels = ({ InputDataConfig = [] }: Input<'training'>): ReportedRequest['inputs'] =>
  InputDataConfig.flatMap(({ ChannelName, DataSource }) => channelOf(ChannelName, DataSource?.S3DataSource?.S3Uri))

const processingChannels = ({ ProcessingInputs = [] }: Input<'processing'>): ReportedRequest['inputs'] =>
  ProcessingInputs.flatMap(({ InputName, S3Input }) => channelOf(InputName, S3Input?.S3Uri))

function channelOf(channel: string | undefined, uri: string | undefined): ReportedRequest['inputs'] {
  if (channel === undefined || uri === undefined) return []
  try {
    return [{ channel, uri: objectUri(uri) }]
  } catch {
    return []
  }
}

/** `s3://bucket/[prefix/]project/task/job/source/` names them all. */
function placeOfCode(uri: ObjectUri): TaskPlace | undefined {
  const { bucket, key } = addressOf(uri)
  const [source, job, task, project, ...prefix] = key
    .split('/')
    .filter((part) => part !== '')
    .reverse()
  if (source !== 'source' || job === undefined || task === undefined || project === undefined) return undefined
  try {
    jobName(job)
    return { bucket, project: projectName(project), task: taskName(task), prefix: prefix.reverse().join('/') }
  } catch {
    return undefined
  }
}

/** The request as a report shows it: whoever reads that must not find a password among the environment variables. */
export function shownRequest({ input }: JobRequest): Readonly<Record<string, unknown>> {
  const { Environment } = input
  if (Environment === undefined) return { ...input }
  return { ...input, Environment: Object.fromEntries(Object.keys(Environment).map((name) => [name, '<not shown>'])) }
}
