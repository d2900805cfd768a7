import { groupsProblem, type InstanceGroup } from '../spec/training/instance-groups.ts'
import type { InstanceType } from '../spec/instance-types.ts'
import type { JobKind } from '../spec/job-kind.ts'
import { retryInWords, retryOf, type RetryOptions } from '../spec/training/retry.ts'
import type { Duration } from '../time/duration.ts'
import { instanceTypeHint, instanceTypeProblem } from './machines.ts'
import { make, trainingOnly } from './option.ts'
import { count, duration, flag, list, text } from './option-types.ts'
import { usualMaxWait } from './spot/spot.ts'

const instanceShape = /^ml\.[a-z0-9-]+\.[a-z0-9]+$/

/** Which machines, for how long, at which price. */
export const computeOptions = {
  /**
   * The type of machine to rent.
   *
   * A SageMaker instance type, `ml.<family>.<size>`, or `local` for this machine; default `ml.m5.large` for training
   * and `ml.t3.medium` for processing.
   *
   * @see ResourceConfig.InstanceType in the CreateTrainingJob reference
   */
  instanceType: text({
    summary: 'The type of machine to rent.',
    source: 'ResourceConfig.InstanceType',
    default: (kind: JobKind) => (kind === 'training' ? 'ml.m5.large' : 'ml.t3.medium'),
    method: (type: InstanceType) => type,
    longest: 64,
    pattern: /^(local|local_gpu|ml\.[a-z0-9-]+\.[a-z0-9]+)$/,
    shape: 'ml.<family>.<size>',
    hint: instanceTypeHint,
    check: instanceTypeProblem,
    flag: { names: ['instance_type', 'it'], args: ['TYPE'] },
  }),
  /**
   * Types of machine to take, in this order, when there are none of `instanceType`.
   *
   * At most 4; none by default. On demand SageMaker chooses when the job starts; with `spot` each type has a job of its own and its
   * share of `spotAfter`. Not with `warm`. The image is the one for `instanceType`: choose types of one kind, all with GPUs or none.
   *
   * @see ResourceConfig.InstancePreferences in the CreateTrainingJob reference
   */
  fallbackTypes: list({
    summary: 'Types of machine to take, in this order, when there are none of `instanceType`.',
    source: 'ResourceConfig.InstancePreferences',
    method: (...types: readonly InstanceType[]) => types,
    most: 4,
    entry: (type) => (instanceShape.test(type) ? instanceTypeProblem(type)?.message : 'must be ml.<family>.<size>'),
    flag: { names: ['fallback_types'], args: ['TYPE...'] },
  }),
  /**
   * Machines of several types in one job: groups with a name, a type and a number of machines.
   *
   * One to five groups, in place of `instanceType` and `instanceCount`; none by default. The machines are numbered in the order of the groups. An
   * input with `groups` goes to these alone. The image is the one for the first type with GPUs. Not with `warm` or `fallbackTypes`.
   *
   * @see ResourceConfig.InstanceGroups in the CreateTrainingJob reference
   */
  instanceGroups: make<readonly InstanceGroup[], 'training', [groups: readonly InstanceGroup[]], undefined>(
    {
      summary: 'Machines of several types in one job: groups with a name, a type and a number of machines.',
      source: 'ResourceConfig.InstanceGroups',
      kinds: trainingOnly,
      flag: { names: ['instance_group'], repeat: true },
    },
    { args: ['NAME', 'TYPE', '[COUNT]'], read: (given) => given.map(groupInWords) },
    (value) => value,
    (value, path) => {
      const message = groupsProblem(value)
      const hint = {
        library:
          "Write .instances([{ group: 'data', type: 'ml.c5.xlarge', count: 2 }, { group: 'train', type: 'ml.g5.xlarge' }]).",
        commandLine: 'Write --instance_group data ml.c5.xlarge 2 --instance_group train ml.g5.xlarge 1.',
      }
      return message === undefined ? [] : [{ path, value, message, hint }]
    },
  ),
  /**
   * How many machines run the task side by side.
   *
   * A whole number from 1 to 10,000 (processing: 100); default 1.
   *
   * @see ResourceConfig.InstanceCount in the CreateTrainingJob reference
   */
  instanceCount: count({
    summary: 'How many machines run the task side by side.',
    source: 'ResourceConfig.InstanceCount',
    default: 1,
    method: (count: number) => count,
    from: 1,
    to: 10_000,
    flag: { names: ['instance_count', 'ic'], args: ['N'] },
  }),
  /**
   * The size of each machine's disk in GiB.
   *
   * A whole number from 1 to 16384; default 30. Machines with disks of their own (NVMe, as `ml.g5` and `ml.p4d`) have these
   * instead, and a warning reports it.
   *
   * @see ResourceConfig.VolumeSizeInGB in the CreateTrainingJob reference
   */
  volumeSizeGiB: count({
    summary: "The size of each machine's disk in GiB.",
    source: 'ResourceConfig.VolumeSizeInGB',
    ignoredLocally: true,
    default: 30,
    method: (sizeGiB: number) => sizeGiB,
    from: 1,
    to: 16_384,
    flag: { names: ['volume_size', 'v'], args: ['GIB'] },
  }),
  /**
   * Whether spare machines are used, at up to 90 % less; they can be taken away at any time.
   *
   * Default true for training (false after `warm`). State is kept over an interruption and the program starts again.
   *
   * @see EnableManagedSpotTraining in the CreateTrainingJob reference
   */
  spot: flag({
    summary: 'Whether spare machines are used, at up to 90 % less; they can be taken away at any time.',
    source: 'EnableManagedSpotTraining',
    ignoredLocally: true,
    kinds: trainingOnly,
    // A warm pool keeps on-demand machines; nothing else rules spot out.
    default: (kind: JobKind, { warm }: { readonly warm?: Duration | undefined }) => kind === 'training' && warm === undefined,
    flag: { names: ['use_spot_instances', 'spot'], off: ['no_spot'] },
  }),
  /**
   * How long the job may run before it is stopped.
   *
   * A duration from `'1 second'` to `'28 days'` (processing: `'9 days'`); default `'24 hours'`.
   * With `spot` the wait for machines is counted apart, by `maxWait`.
   *
   * @throws {InvalidTaskError} `TASK_INVALID` outside that span.
   * @see StoppingCondition.MaxRuntimeInSeconds in the CreateTrainingJob reference
   */
  maxRun: duration({
    summary: 'How long the job may run before it is stopped.',
    source: 'StoppingCondition.MaxRuntimeInSeconds',
    default: '24 hours',
    method: (limit: Duration) => limit,
    fromSeconds: 1,
    toSeconds: 2_419_200,
    span: "'1 second' to '28 days'",
    flag: { names: ['max_run_mins', 'max_run'], args: ['MINUTES'] },
  }),
  /**
   * How long a spot job may wait for machines and run, together.
   *
   * A duration no shorter than `maxRun`; default the same as `maxRun`, and `spotAfter` where it holds. Only with `spot`.
   *
   * @see StoppingCondition.MaxWaitTimeInSeconds in the CreateTrainingJob reference
   */
  maxWait: duration({
    summary: 'How long a spot job may wait for machines and run, together.',
    source: 'StoppingCondition.MaxWaitTimeInSeconds',
    ignoredLocally: true,
    kinds: trainingOnly,
    default: usualMaxWait,
    defaultText: 'the same as `maxRun`, and `spotAfter` where it holds',
    method: (limit: Duration) => limit,
    fromSeconds: 0,
    toSeconds: 2_592_000,
    span: "'1 second' to '30 days'",
    flag: { names: ['max_wait_mins', 'max_wait'], args: ['MINUTES'] },
  }),
  /**
   * How long the machines are kept warm for the next job with the same needs.
   *
   * A duration from `'1 second'` to `'6 hours'`; none by default. Means on-demand machines: it cannot be combined with `spot`.
   *
   * @see ResourceConfig.KeepAlivePeriodInSeconds in the CreateTrainingJob reference
   */
  warm: duration({
    summary: 'How long the machines are kept warm for the next job with the same needs.',
    source: 'ResourceConfig.KeepAlivePeriodInSeconds',
    ignoredLocally: true,
    kinds: trainingOnly,
    method: (keepAlive: Duration) => keepAlive,
    fromSeconds: 1,
    toSeconds: 21_600,
    span: "'1 second' to '6 hours'",
    flag: { names: ['warm'], args: ['DURATION'] },
  }),
  /**
   * How often SageMaker starts the job again after an internal error of its own.
   *
   * A whole number from 1 to 30; none by default.
   *
   * @see RetryStrategy.MaximumRetryAttempts in the CreateTrainingJob reference
   */
  retries: count({
    summary: 'How often SageMaker starts the job again after an internal error of its own.',
    source: 'RetryStrategy.MaximumRetryAttempts',
    ignoredLocally: true,
    kinds: trainingOnly,
    method: (attempts: number) => attempts,
    from: 1,
    to: 30,
    flag: { names: ['retries'], args: ['N'] },
  }),
  /**
   * When a run that failed is tried again with another job: how often, after which ends, and how long after.
   *
   * `attempts` from 2 to 30; `on` default `['capacity', 'interruption', 'internal']`; `pause` default `'1 minute'`. State is
   * kept, `maxRun` and `maxWait` hold for all attempts together, and a later run goes on counting when its program was killed.
   * `retries` is SageMaker's own: it repeats within one job, and only after internal errors.
   */
  retry: make<RetryOptions, JobKind, [options: RetryOptions], undefined>(
    {
      summary: 'When a run that failed is tried again with another job: how often, after which ends, and how long after.',
      source: 'attempts of the run',
      flag: { names: ['retry'] },
    },
    { args: ['ATTEMPTS'], read: (given) => retryInWords(given.at(-1)?.[0] ?? '') },
    (value) => value,
    (value, path) => {
      const found = retryOf(value)
      const hint = {
        library: "Write .retry({ attempts: 4, on: ['capacity', 'exit 75'], pause: '1 minute' }).",
        commandLine: `Write --retry=4, or --retry '{"attempts":4,"on":["capacity","exit 75"],"pause":"1 minute"}'.`,
      }
      return typeof found === 'object' ? [] : [{ path, value, message: found, hint }]
    },
  ),
}

const groupInWords = ([group = '', type = '', count]: readonly string[]): InstanceGroup => ({
  group,
  // What it is not, the option's check says.
  type: type as InstanceType,
  ...(count === undefined ? {} : { count: Number(count) }),
})
