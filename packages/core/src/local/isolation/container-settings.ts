import { needEngine } from '../../containers/engine.ts'
import { engineEnvironment, type ContainerSettings } from '../../containers/machine.ts'
import type { JobRequest } from '../../platform/jobs.ts'

/** How the machines of a request become containers of this computer. */
export async function containerSettings(
  request: JobRequest,
  engine: string | undefined,
  signal: AbortSignal | undefined,
): Promise<ContainerSettings> {
  const { kind, program } = await needEngine('to run the job in a container', { engine, signal })
  const isTraining = request.kind === 'training'
  const image = isTraining ? request.input.AlgorithmSpecification?.TrainingImage : request.input.AppSpecification?.ImageUri
  const type = isTraining
    ? request.input.ResourceConfig?.InstanceType
    : request.input.ProcessingResources?.ClusterConfig?.InstanceType
  const isolated = isTraining ? request.input.EnableNetworkIsolation : request.input.NetworkConfig?.EnableNetworkIsolation
  return {
    kind,
    program,
    environment: engineEnvironment(process.env),
    image: image ?? '',
    gpus: (type as string | undefined) === 'local_gpu',
    isolated: isolated === true,
  }
}
