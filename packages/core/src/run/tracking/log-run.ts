import { isError } from '../../lang/realms.ts'
import type { JobState, JobStatus } from '../../platform/jobs.ts'
import type { MlflowSpec } from '../../spec/outputs.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import type { TaskContext } from '../context.ts'
import type { ResolvedTask } from '../resolve/resolve-task.ts'
import { storedOutputs } from '../results/outputs.ts'
import { readSeries } from '../results/series.ts'
import type { SeriesPoint } from '../results/task-result.ts'
import { MlflowApi, type LoggedMetric, type Pair, type StoredRun } from './mlflow-server.ts'

const jobTag = 'ssm.job'
// What the server takes in one call.
const mostParams = 100
const mostMetrics = 1_000

/**
 * Logs a job that has ended as a run of MLflow, unless that was done before. A server that cannot be reached or refuses is a warning:
 * the job is fine. The next run of the task tries again, also when it skips.
 */
export async function logRun(task: Pick<ResolvedTask, 'spec' | 'layout'>, state: JobState, context: TaskContext): Promise<void> {
  const { mlflow } = task.spec
  if (mlflow?.log !== true) return
  try {
    await log(task, mlflow, state, context)
  } catch (cause) {
    context.signal.throwIfAborted()
    context.tell({
      type: 'warned',
      message: `The run of job ${state.name} is not logged on ${mlflow.server}: ${reasonOf(cause)}`,
    })
  }
}

/** An error of the network stands behind the one that fetch throws. */
function reasonOf(cause: unknown): string {
  if (!isError(cause)) return String(cause)
  return isError(cause.cause) && cause.cause.message !== '' ? cause.cause.message : cause.message
}

async function log(
  { spec, layout }: Pick<ResolvedTask, 'spec' | 'layout'>,
  { server, experiment = spec.project, run }: MlflowSpec,
  state: JobState,
  context: TaskContext,
): Promise<void> {
  const { platform, signal } = context
  const api = new MlflowApi(server, signal)
  const experimentId = await api.experiment(experiment)
  const before = await api.runWith(experimentId, { key: jobTag, value: state.name })
  // One that was begun and not ended is that of a program that was killed: it is made whole.
  if (before !== undefined && before.status !== 'RUNNING') return
  const { model } = storedOutputs(spec.task, layout, state, Object.keys(spec.outputs ?? {}))
  const tags = tagsOf(spec, state, model?.uri)
  const made = before ?? (await api.createRun(experimentId, run ?? state.name, state.startedAtMs ?? state.createdAtMs, tags))
  const params = paramsOf(spec)
  for (let at = 0; at < params.length; at += mostParams) await api.logBatch(made.id, [], params.slice(at, at + mostParams))
  const series = metricsOf(await readSeries(platform, state, spec.metrics, { signal }))
  for (let at = 0; at < series.length; at += mostMetrics) await api.logBatch(made.id, series.slice(at, at + mostMetrics), [])
  if (model !== undefined) await logModel(api, made, model.uri, context)
  await api.endRun(made.id, ends[state.status], state.endedAtMs ?? Date.now())
}

const ends: Readonly<Record<JobStatus, 'FINISHED' | 'FAILED' | 'KILLED'>> = {
  completed: 'FINISHED',
  failed: 'FAILED',
  stopped: 'KILLED',
  'in-progress': 'KILLED',
  stopping: 'KILLED',
}

/** The model as an artifact, where the server takes artifacts; elsewhere its address is a tag alone. */
async function logModel(api: MlflowApi, run: StoredRun, uri: string, { platform, signal }: TaskContext): Promise<void> {
  const address = uri as Parameters<typeof platform.objects.read>[0] // of an output
  if (!run.artifactUri.startsWith('mlflow-artifacts:')) return
  if ((await platform.objects.find(address, { signal })) === undefined) return
  await api.upload(run, 'model/model.tar.gz', platform.objects.read(address, { signal }))
}

function tagsOf(spec: TaskSpec, state: JobState, model: string | undefined): readonly Pair[] {
  const { program } = spec
  return Object.entries({
    ...spec.tags,
    'ssm.project': spec.project,
    'ssm.task': spec.task,
    [jobTag]: state.name,
    ...(program.kind === 'code' ? { 'mlflow.source.name': program.entry } : {}),
    ...(model === undefined ? {} : { 'ssm.model': model }),
    ...(state.failureReason === undefined ? {} : { 'ssm.failure': state.failureReason.slice(0, 1_000) }),
  }).map(([key, value]) => ({ key: keyOf(key), value }))
}

const paramsOf = ({ hyperparameters }: TaskSpec): readonly Pair[] =>
  Object.entries(hyperparameters).map(([name, value]) => ({
    key: keyOf(name),
    value: typeof value === 'string' ? value : JSON.stringify(value),
  }))

/** All values of each machine, those of the first under the metric's own name. */
function metricsOf(series: Readonly<Record<string, readonly SeriesPoint[]>>): readonly LoggedMetric[] {
  return Object.entries(series).flatMap(([name, points]) => {
    const machines = [...new Set(points.map(({ machine }) => machine))].sort()
    return machines.flatMap((machine, index) =>
      points
        .filter((point) => point.machine === machine)
        .map(({ value, atMs }, step) => ({
          key: keyOf(index === 0 ? name : `${name}/${machine}`),
          value,
          timestamp: Math.round(atMs),
          step: step + 1,
        })),
    )
  })
}

/** A name as MLflow takes it: letters, digits and `_-. :/`. */
const keyOf = (name: string): string => name.replaceAll(/[^\w\-. :/]/g, '_').slice(0, 250)
