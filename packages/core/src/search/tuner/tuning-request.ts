import { codeChannelPath, tunedModuleFile, tunedPinsVariable } from '@simple-sagemaker/worker-toolkit/contract'
import type { CreateHyperParameterTuningJobRequest, ParameterRanges } from '../../platform/sagemaker-requests.ts'
import type { CodeFacts, RequestFacts } from '../../request/facts.ts'
import { trainingRequest } from '../../request/training.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import type { HyperparameterValue } from '../../spec/task-spec.ts'
import type { SearchPlan } from '../plan.ts'
import type { Space } from '../space.ts'

/** What a tuning job is, beside the search. */
export interface TuningFacts {
  /** The name of the tuning job. */
  readonly name: string
  /** How many trials it may make. */
  readonly trials: number
  /** Tuning jobs of the same search that ended before: their trials are known to it. */
  readonly parents: readonly string[]
  /** What else the module is pinned to that starts the launcher; absent for a program of the image's own, and for script mode. */
  readonly planSha256?: string
}

/** The exact `CreateHyperParameterTuningJob` input of a search. Pure. */
export function tuningRequest(
  plan: SearchPlan,
  spec: TaskSpec,
  facts: RequestFacts,
  tuning: TuningFacts,
): CreateHyperParameterTuningJobRequest {
  const { Tags } = trainingRequest(spec, facts)
  return {
    HyperParameterTuningJobName: tuning.name,
    HyperParameterTuningJobConfig: config(plan, spec, tuning),
    TrainingJobDefinition: definition(spec, facts, tuning),
    ...(tuning.parents.length === 0
      ? {}
      : {
          WarmStartConfig: {
            // The newest five: no more may be named.
            ParentHyperParameterTuningJobs: tuning.parents.slice(-5).map((parent) => ({ HyperParameterTuningJobName: parent })),
            WarmStartType: 'IdenticalDataAndAlgorithm',
          },
        }),
    Tags,
  }
}

type Config = NonNullable<CreateHyperParameterTuningJobRequest['HyperParameterTuningJobConfig']>

const strategies = { bayes: 'Bayesian', grid: 'Grid', random: 'Random' } as const

function config(
  { goal, over, by, parallel, seed, withinSeconds, halving }: SearchPlan,
  { program }: TaskSpec,
  { trials, parents }: TuningFacts,
): Config {
  return {
    Strategy: strategies[by],
    HyperParameterTuningJobObjective: {
      Type: goal?.direction === 'maximize' ? 'Maximize' : 'Minimize',
      MetricName: goal?.metric,
    },
    ResourceLimits: {
      // A grid has as many trials as there are combinations.
      ...(by === 'grid' ? {} : { MaxNumberOfTrainingJobs: trials }),
      MaxParallelTrainingJobs: Math.min(parallel, trials),
      ...(withinSeconds === undefined ? {} : { MaxRuntimeInSeconds: withinSeconds }),
    },
    ParameterRanges: rangesOf(over.kind === 'space' ? over.space : {}, program.kind === 'algorithm'),
    TrainingJobEarlyStoppingType: halving === undefined ? 'Off' : 'Auto',
    // The next tuning job of a search draws other values.
    RandomSeed: seed + parents.length,
  }
}

function rangesOf(space: Space, isPlain: boolean): ParameterRanges {
  const all = Object.entries(space)
  const numbers = (isWhole: boolean): NonNullable<ParameterRanges['IntegerParameterRanges']> =>
    all.flatMap(([Name, domain]) =>
      domain.kind === 'range' && (domain.scale === 'int') === isWhole
        ? [
            {
              Name,
              MinValue: String(domain.min),
              MaxValue: String(domain.max),
              ScalingType: domain.scale === 'log' ? 'Logarithmic' : 'Linear',
            },
          ]
        : [],
    )
  const choices = all.flatMap(([Name, domain]) =>
    domain.kind === 'choice' ? [{ Name, Values: domain.values.map((value) => choiceOnWire(value, isPlain)) }] : [],
  )
  const [whole, real] = [numbers(true), numbers(false)]
  return {
    ...(whole.length === 0 ? {} : { IntegerParameterRanges: whole }),
    ...(real.length === 0 ? {} : { ContinuousParameterRanges: real }),
    ...(choices.length === 0 ? {} : { CategoricalParameterRanges: choices }),
  }
}

/** A value of a choice as the tuner passes it: as JSON, so that its type is known again; an algorithm of SageMaker's takes plain text. */
export const choiceOnWire = (value: HyperparameterValue, isPlain: boolean): string =>
  isPlain && typeof value === 'string' ? value : JSON.stringify(value)

type Definition = NonNullable<CreateHyperParameterTuningJobRequest['TrainingJobDefinition']>

function definition(spec: TaskSpec, facts: RequestFacts, tuning: TuningFacts): Definition {
  const training = trainingRequest(spec, facts)
  const { AlgorithmSpecification, HyperParameters, ResourceConfig, CheckpointConfig, Environment } = training
  const { MetricDefinitions } = AlgorithmSpecification ?? {}
  return {
    AlgorithmSpecification: {
      TrainingImage: facts.imageUri,
      TrainingInputMode: 'File',
      ...(MetricDefinitions === undefined ? {} : { MetricDefinitions }),
    },
    ...(HyperParameters === undefined ? {} : { StaticHyperParameters: HyperParameters }),
    ...sharedParts(training),
    ...machines(spec, ResourceConfig),
    // The trials have one address for their state: only a program that the module starts keeps it apart.
    ...(tuning.planSha256 === undefined
      ? {}
      : { CheckpointConfig: { S3Uri: CheckpointConfig?.S3Uri, LocalPath: '/opt/ml/checkpoints' } }),
    Environment: environment({ ...Environment }, facts.code, tuning),
  }
}

/** Members that a tuning job's definition has under the same name, and with the same meaning, as the request of a training job. */
const sharedMembers = [
  'InputDataConfig',
  'VpcConfig',
  'EnableNetworkIsolation',
  'EnableInterContainerTrafficEncryption',
  'EnableManagedSpotTraining',
  'RetryStrategy',
] as const satisfies readonly (keyof TrainingInput & keyof Definition)[]

type TrainingInput = ReturnType<typeof trainingRequest>

/** What the definition has from the request of a training job as it is. */
function sharedParts(training: TrainingInput): Pick<Definition, 'RoleArn' | 'OutputDataConfig' | 'StoppingCondition'> {
  const { RoleArn, OutputDataConfig, StoppingCondition } = training
  const given = sharedMembers.flatMap((member) => (training[member] === undefined ? [] : [[member, training[member]] as const]))
  return { RoleArn, OutputDataConfig, StoppingCondition, ...Object.fromEntries<unknown>(given) }
}

function environment(
  own: Readonly<Record<string, string>>,
  code: CodeFacts | undefined,
  { planSha256 }: TuningFacts,
): Record<string, string> {
  if (planSha256 === undefined || code === undefined) return { ...own }
  const channel = codeChannelPath('training')
  return {
    ...own,
    SAGEMAKER_TRAINING_MODULE: `${tunedModuleFile.replace(/\.py$/, '')}:main`,
    PYTHONPATH: own['PYTHONPATH'] === undefined ? channel : `${channel}:${own['PYTHONPATH']}`,
    [tunedPinsVariable]: [code.launcherSha256, code.settingsSha256, code.bundleSha256, planSha256].join(' '),
  }
}

function machines(
  { fallbackTypes = [], instanceType, instanceCount }: TaskSpec,
  plain: Definition['ResourceConfig'],
): Pick<Definition, 'ResourceConfig' | 'HyperParameterTuningResourceConfig'> {
  if (fallbackTypes.length === 0) return { ResourceConfig: plain }
  const VolumeSizeInGB = plain?.VolumeSizeInGB
  return {
    HyperParameterTuningResourceConfig: {
      InstanceConfigs: [instanceType, ...fallbackTypes].map((type) => ({
        // Checked by its form; the SDK's list of types is older than some of them.
        InstanceType: type as NonNullable<NonNullable<Definition['ResourceConfig']>['InstanceType']>,
        InstanceCount: instanceCount,
        VolumeSizeInGB,
      })),
      AllocationStrategy: 'Prioritized',
      ...(plain?.VolumeKmsKeyId === undefined ? {} : { VolumeKmsKeyId: plain.VolumeKmsKeyId }),
    },
  }
}
