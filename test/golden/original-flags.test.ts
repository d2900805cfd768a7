import { expect, test } from 'vitest'
import { callOptions, inputOptions, programOptions, projectOptions } from '../../packages/cli/src/grammar/tables/run-options.ts'
import { taskOptions } from '../../packages/core/src/options/task-options.ts'

const tables = { ...taskOptions, ...projectOptions, ...programOptions, ...inputOptions, ...callOptions }
type Name = keyof typeof tables

const common = {
  'project_name p': 'project',
  prefix: 'prefix',
  'task_name t': 'task',
  'bucket_name b': 'bucket',
} as const satisfies Record<string, Name>

const download = {
  'output_path o': 'outputPath',
  download_state: 'downloadState',
  download_model: 'downloadModel',
  download_output: 'downloadOutput',
} as const satisfies Record<string, Name>

const machines = {
  'dependencies d': 'dependencies',
  'instance_type it': 'instanceType',
  'instance_count ic': 'instanceCount',
  'volume_size v': 'volumeSizeGiB',
  max_run_mins: 'maxRun',
  'aws_repo_name ar': 'repository',
  'repo_name rn': 'localRepository',
  image_tag: 'imageTag',
  'docker_file_path_or_content df': 'dockerfile',
  'framework f': 'framework',
  'framework_version fv': 'frameworkVersion',
  'input_path i': 'inputPath',
  'input_s3 iis': 'inputS3',
  'input_task iit': 'inputTask',
  'force_running fr': 'force',
  'clean_state cs': 'clean',
  'keep_state ks': 'keep',
  tag: 'tags',
} as const satisfies Record<string, Name>

const training = {
  use_spot_instances: 'spot',
  max_wait_mins: 'maxWait',
  'py_version pv': 'pythonVersion',
  model_uri: 'modelUri',
  distribution: 'distribution',
  'metric_definitions md': 'metrics',
} as const satisfies Record<string, Name>

// Every flag of the original, by command, and the option that is its word here.
const original: Readonly<Record<string, Readonly<Record<string, Name>>>> = {
  run: { ...common, ...machines, ...training, ...download, 'source_dir s': 'sourceDir', 'entry_point e': 'entry' },
  shell: { ...common, ...machines, ...training, ...download, dir_files: 'files', 'cmd_line cmd': 'shell' },
  process: {
    ...common,
    ...machines,
    ...download,
    code: 'code',
    'entrypoint e': 'entrypoint',
    command: 'command',
    env: 'env',
    arguments: 'args',
  },
  data: { ...common, ...download },
}

const all = Object.entries(original).flatMap(([command, flags]) =>
  Object.entries(flags).map(([flag, name]) => ({ command, flag, name })),
)

test.each(all)('ssm $command: --$flag is said by the option $name', ({ flag, name }) => {
  expect(tables[name].flag?.names).toEqual(expect.arrayContaining(flag.split(' ')))
})

test('--no_spot turns spot off', () => {
  expect(tables.spot.flag?.off).toEqual(['no_spot'])
})

test.each([
  ['inputS3', ['NAME', 'URI', '[DISTRIBUTION]', '[SUBDIR]']],
  ['inputTask', ['NAME', 'TASK', 'TYPE', '[DISTRIBUTION]', '[SUBDIR]']],
  ['metrics', ['NAME', 'REGEXP']],
  ['tags', ['KEY', 'VALUE']],
  ['env', ['KEY', 'VALUE']],
] as const)('%s takes its values as the original does, and may be given again', (name, args) => {
  expect(tables[name].flag?.args).toEqual(args)
  expect(tables[name].flag?.repeat).toBe(true)
})

test.each([
  ['maxRun', '90', '90 minutes'],
  ['maxWait', '0', '0 minutes'],
  ['maxRun', '2 hours', '2 hours'],
] as const)('--%s %s means %s: the original counts minutes', (name, said, meant) => {
  expect(tables[name].flag?.read([[said]])).toBe(meant)
})

test.each(['5', '0.1', 'true', 'null', '[1,2]', '{"a":1}', 'adam', '"5"', '1e3', '007', ''])(
  'a hyperparameter typed as %s is this text',
  (typed) => {
    expect(tables.hyperparameters.flag?.read([['name', typed]])).toEqual({ name: typed })
  },
)
