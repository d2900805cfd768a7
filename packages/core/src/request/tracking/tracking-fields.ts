import type { CreateTrainingJobCommandInput } from '@aws-sdk/client-sagemaker'
import { paths } from '@simple-sagemaker/worker-toolkit/contract'
import { bareUri } from '../../names/object-uri.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import type { RequestFacts } from '../facts.ts'

type Tracking = Pick<CreateTrainingJobCommandInput, 'MlflowConfig' | 'ExperimentConfig' | 'TensorBoardOutputConfig'>

/** Where SageMaker notes what a training job measured. */
export function trackingFields(spec: TaskSpec, { layout }: Pick<RequestFacts, 'layout'>): Tracking {
  const { mlflow, tensorboard } = spec
  return {
    ...(mlflow?.isManaged === true
      ? {
          MlflowConfig: {
            MlflowResourceArn: mlflow.server,
            MlflowExperimentName: mlflow.experiment ?? spec.project,
            ...(mlflow.run === undefined ? {} : { MlflowRunName: mlflow.run }),
          },
        }
      : {}),
    ...experimentField(spec),
    // SageMaker adds the job's name and `tensorboard-output`: it lies in the job's own folder.
    ...(tensorboard === true
      ? { TensorBoardOutputConfig: { LocalPath: paths.training.tensorboard, S3OutputPath: bareUri(layout.root) } }
      : {}),
  }
}

/** The experiment of a job of either kind. */
export function experimentField({ experiment }: TaskSpec): Pick<Tracking, 'ExperimentConfig'> {
  if (experiment === undefined) return {}
  const { name, trial, displayName, run } = experiment
  return {
    ExperimentConfig: {
      ...(name === undefined ? {} : { ExperimentName: name }),
      ...(trial === undefined ? {} : { TrialName: trial }),
      ...(displayName === undefined ? {} : { TrialComponentDisplayName: displayName }),
      ...(run === undefined ? {} : { RunName: run }),
    },
  }
}

/** The variables that MLflow's own clients read. */
export function mlflowVariables({ mlflow, project }: TaskSpec): Record<string, string> {
  if (mlflow === undefined) return {}
  const { server, experiment = project, run } = mlflow
  return {
    MLFLOW_TRACKING_URI: server,
    MLFLOW_EXPERIMENT_NAME: experiment,
    ...(run === undefined ? {} : { MLFLOW_RUN_NAME: run }),
  }
}
