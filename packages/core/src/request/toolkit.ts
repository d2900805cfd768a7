import { bundleFile, paths } from '@simple-sagemaker/worker-toolkit/contract'
import type { DistributionSpec } from '../spec/distribution.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import type { RequestFacts } from './facts.ts'

/**
 * The hyperparameters of SageMaker's classic script mode: the user's and the toolkit's own, each as JSON. The code comes in the channel `code`,
 * as the Python SDK sends it under network isolation, so that the toolkit needs no right to read the bucket.
 */
export function toolkitHyperparameters(spec: TaskSpec, facts: RequestFacts): Readonly<Record<string, string>> {
  const own = {
    sagemaker_program: facts.code?.entry ?? (spec.program.kind === 'code' ? spec.program.entry : ''),
    sagemaker_submit_directory: `${paths.training.codeChannel}/${bundleFile}`,
    sagemaker_container_log_level: 20,
    sagemaker_job_name: facts.job,
    ...(facts.region === undefined ? {} : { sagemaker_region: facts.region }),
    ...distributed(spec.distribution, spec.instanceType),
  }
  const all = { ...spec.hyperparameters, ...own }
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, JSON.stringify(value)]))
}

function distributed(distribution: DistributionSpec | undefined, sagemaker_instance_type: string): object {
  switch (distribution?.kind) {
    case 'torchrun':
      return { sagemaker_torch_distributed_enabled: true, sagemaker_instance_type }
    case 'mpi':
      return {
        sagemaker_mpi_enabled: true,
        ...(distribution.processesPerMachine === undefined
          ? {}
          : { sagemaker_mpi_num_of_processes_per_host: distribution.processesPerMachine }),
        sagemaker_mpi_custom_mpi_options: (distribution.mpiOptions ?? []).join(' '),
      }
    case 'parameter_server':
      return { sagemaker_parameter_server_enabled: true }
    case 'multi_worker_mirrored':
      return { sagemaker_multi_worker_mirrored_strategy_enabled: true, sagemaker_instance_type }
    case undefined:
      return {}
  }
}
