import type { JobKind } from '../spec/job-kind.ts'
import { count, duration, flag, text, trainingOnly, type ValueOf } from './option.ts'

const usualTypes: Readonly<Record<JobKind, string>> = { training: 'ml.m5.large', processing: 'ml.t3.medium' }

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
    default: `${usualTypes.training}; ${usualTypes.processing} for processing`,
    longest: 64,
    pattern: /^(local|local_gpu|ml\.[a-z0-9-]+\.[a-z0-9]+)$/,
    shape: 'ml.<family>.<size>',
    hint: "Write it as SageMaker does: 'ml.m5.large'.",
    flag: { names: ['instance_type', 'it'], args: ['TYPE'] },
  }),
  /**
   * How many machines run the task side by side.
   *
   * A whole number from 1 to 100; default 1.
   *
   * @see ResourceConfig.InstanceCount in the CreateTrainingJob reference
   */
  instanceCount: count({
    summary: 'How many machines run the task side by side.',
    source: 'ResourceConfig.InstanceCount',
    default: '1',
    from: 1,
    to: 100,
    flag: { names: ['instance_count', 'ic'], args: ['N'] },
  }),
  /**
   * The size of each machine's disk in GiB.
   *
   * A whole number from 1 to 16384; default 30. Machines with NVMe disks may ignore it.
   *
   * @see ResourceConfig.VolumeSizeInGB in the CreateTrainingJob reference
   */
  volumeSizeGiB: count({
    summary: "The size of each machine's disk in GiB.",
    source: 'ResourceConfig.VolumeSizeInGB',
    default: '30',
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
    kinds: trainingOnly,
    default: 'true',
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
    fromSeconds: 1,
    toSeconds: 2_419_200,
    span: "'1 second' to '28 days'",
    flag: { names: ['max_run_mins', 'max_run'], args: ['MINUTES'] },
  }),
  /**
   * How long a spot job may wait for machines and run, together.
   *
   * A duration no shorter than `maxRun`; default the same as `maxRun`. Only with `spot`.
   *
   * @see StoppingCondition.MaxWaitTimeInSeconds in the CreateTrainingJob reference
   */
  maxWait: duration({
    summary: 'How long a spot job may wait for machines and run, together.',
    source: 'StoppingCondition.MaxWaitTimeInSeconds',
    kinds: trainingOnly,
    default: 'the same as maxRun',
    fromSeconds: 0,
    toSeconds: 2_592_000,
    span: "'1 second' to '30 days'",
    flag: { names: ['max_wait_mins', 'max_wait'], args: ['MINUTES'] },
  }),
  /**
   * How long the machines are kept warm for the next job with the same needs.
   *
   * A duration from `'1 second'` to `'6 hours'`; none by default. Means on-demand machines: it cannot be joined with `spot`.
   *
   * @see ResourceConfig.KeepAlivePeriodInSeconds in the CreateTrainingJob reference
   */
  warm: duration({
    summary: 'How long the machines are kept warm for the next job with the same needs.',
    source: 'ResourceConfig.KeepAlivePeriodInSeconds',
    kinds: trainingOnly,
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
    kinds: trainingOnly,
    from: 1,
    to: 30,
    flag: { names: ['retries'], args: ['N'] },
  }),
}

type MachineWord = 'instanceType' | 'instanceCount' | 'spot' | 'warm'
type MachineOptions = { readonly [Name in MachineWord]?: ValueOf<(typeof computeOptions)[Name]> }

/** The machines a task with these options rents: what is not said has its default. */
export function machinesOf(
  kind: JobKind,
  { instanceType = usualTypes[kind], instanceCount = 1, spot, warm }: MachineOptions,
): { readonly instanceType: string; readonly instanceCount: number; readonly spot: boolean } {
  return { instanceType, instanceCount, spot: kind === 'training' && (spot ?? warm === undefined) }
}
