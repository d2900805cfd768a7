import { expect, test } from 'vitest'
import type { TaskSpec } from '../spec/task-spec.ts'
import type { RequestFacts } from './facts.ts'
import { toolkitHyperparameters } from './toolkit.ts'

const sent = (spec: object, facts: object = {}): Readonly<Record<string, string>> =>
  toolkitHyperparameters(
    {
      program: { kind: 'code', entry: 'train.py' },
      hyperparameters: {},
      instanceType: 'ml.g5.xlarge',
      ...spec,
    } as unknown as TaskSpec,
    { job: 'j', ...facts } as unknown as RequestFacts,
  )
const own = {
  sagemaker_program: '"train.py"',
  sagemaker_submit_directory: '"/opt/ml/input/data/code/sourcedir.tar.gz"',
  sagemaker_container_log_level: '20',
  sagemaker_job_name: '"j"',
}

test("script mode gets everything as JSON, its own names after the user's", () => {
  expect(sent({ hyperparameters: { lr: 0.1, name: 'a', sagemaker_program: 'mine' } }, { region: 'eu-west-1' })).toEqual({
    ...own,
    lr: '0.1',
    name: '"a"',
    sagemaker_region: '"eu-west-1"',
  })
  expect(sent({}, { code: { entry: 'main.py' } })['sagemaker_program']).toBe('"main.py"')
  expect(sent({ program: { kind: 'algorithm' } })['sagemaker_program']).toBe('""')
})

test.each([
  [undefined, {}],
  [{ kind: 'torchrun' }, { sagemaker_torch_distributed_enabled: 'true', sagemaker_instance_type: '"ml.g5.xlarge"' }],
  [{ kind: 'mpi' }, { sagemaker_mpi_enabled: 'true', sagemaker_mpi_custom_mpi_options: '""' }],
  [
    { kind: 'mpi', processesPerMachine: 2, mpiOptions: ['-x', 'A'] },
    { sagemaker_mpi_enabled: 'true', sagemaker_mpi_num_of_processes_per_host: '2', sagemaker_mpi_custom_mpi_options: '"-x A"' },
  ],
  [{ kind: 'parameter_server' }, { sagemaker_parameter_server_enabled: 'true' }],
  [
    { kind: 'multi_worker_mirrored' },
    { sagemaker_multi_worker_mirrored_strategy_enabled: 'true', sagemaker_instance_type: '"ml.g5.xlarge"' },
  ],
])('the distribution %j is the toolkit’s %j', (distribution, fields) => {
  expect(sent({ distribution })).toStrictEqual({ ...own, ...fields })
})
