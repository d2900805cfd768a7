/** Every command line of the original's documentation, as it is written there, and what it must mean. */
export interface OriginalLine {
  readonly name: string
  readonly text: string
  /** Parts of the described task that must be exactly so. */
  readonly spec: Readonly<Record<string, unknown>>
  readonly policy?: Readonly<Record<string, unknown>>
  readonly downloads?: readonly string[]
}

const plain = {
  kind: 'training',
  project: 'ssm-ex',
  prefix: '',
  instanceType: 'ml.m5.large',
  instanceCount: 1,
  volumeSizeGiB: 30,
  spot: true,
  maxRunSeconds: 86_400,
  maxWaitSeconds: 86_400,
}
const empty = { hyperparameters: {}, args: [], env: {}, tags: {}, metrics: {}, inputs: [] }
const pytorch = { kind: 'framework', framework: 'pytorch' }
const code = (entry: string, dependencies: readonly string[] = []): Readonly<Record<string, unknown>> => ({
  kind: 'code',
  entry,
  dependencies,
})
const input = (channel: string, source: unknown, distribution = 'FullyReplicated'): Readonly<Record<string, unknown>> => ({
  channel,
  source,
  distribution,
  mode: 'File',
  unpack: false,
})
const persons = input('persons', { kind: 's3', uri: 's3://awsglue-datasets/examples/us-legislators/all/persons.json' })
const built = {
  kind: 'dockerfile',
  source: '/base/example6',
  base: { kind: 'framework', framework: 'pytorch' },
  repository: 'task6_repo',
  localRepository: 'task6_repo',
}
const worker6 = { ...code('worker6.py'), sourceDir: '/base/example6/code' }
const task61 = {
  ...plain,
  ...empty,
  task: 'task6-1',
  program: worker6,
  image: built,
  instanceCount: 2,
  hyperparameters: { task_type: '1' },
  inputs: [input('data', { kind: 'local', path: '/base/example6/data' }, 'ShardedByS3Key'), persons],
}

export const originalLines: readonly OriginalLine[] = [
  {
    name: 'shell-task',
    text: 'ssm shell -p ssm-ex -t shell-task -o ./output --cmd_line "cat /proc/cpuinfo && nvidia-smi"',
    spec: {
      ...plain,
      ...empty,
      task: 'shell-task',
      image: pytorch,
      program: { kind: 'shell', line: 'cat /proc/cpuinfo && nvidia-smi', dependencies: [] },
    },
  },
  {
    name: 'python-task',
    text: 'ssm run -p ssm-ex -t python-task -e worker1.py -o ./output/example1 --it ml.p3.2xlarge --ic 2',
    spec: {
      ...plain,
      ...empty,
      task: 'python-task',
      image: pytorch,
      program: code('/here/worker1.py'),
      instanceType: 'ml.p3.2xlarge',
      instanceCount: 2,
    },
  },
  {
    name: 'example 6_1',
    text: `ssm run -p ssm-ex -t task6-1 -s $BASEDIR/example6/code -e worker6.py \\
    -i $BASEDIR/example6/data ShardedByS3Key \\
    --iis persons s3://awsglue-datasets/examples/us-legislators/all/persons.json \\
    --df $BASEDIR/example6 --repo_name "task6_repo" --aws_repo_name "task6_repo" --no_spot \\
    --ic 2 --task_type 1 -o $1/example6_1`,
    spec: { ...task61, spot: false, maxWaitSeconds: undefined },
  },
  {
    name: 'example 6_2',
    text: `ssm run -p ssm-ex -t task6-2 -s $BASEDIR/example6/code -e worker6.py \\
    -d $BASEDIR/example6/external_dependency --iit task_6_1_model task6-1 model \\
    --iit task_6_1_state task6-1 state ShardedByS3Key \\
    -f tensorflow --md "Score" "Score=(.*?);" --tag "MyTag" "MyValue" \\
    --ic 2 --task_type 2 -o $1/example6_2`,
    spec: {
      ...plain,
      ...empty,
      task: 'task6-2',
      program: { ...worker6, dependencies: ['/base/example6/external_dependency'] },
      image: { kind: 'framework', framework: 'tensorflow' },
      instanceCount: 2,
      hyperparameters: { task_type: '2' },
      metrics: { Score: 'Score=(.*?);' },
      tags: { MyTag: 'MyValue' },
      inputs: [
        input('task_6_1_model', { kind: 'task', task: 'task6-1', output: 'model' }),
        input('task_6_1_state', { kind: 'task', task: 'task6-1', output: 'state' }, 'ShardedByS3Key'),
      ],
    },
  },
  {
    name: 'example 6_1 again',
    text: `ssm run -p ssm-ex -t task6-1 -s $BASEDIR/example6/code -e worker6.py \\
    -i $BASEDIR/example6/data ShardedByS3Key \\
    --iis persons s3://awsglue-datasets/examples/us-legislators/all/persons.json \\
    --df $BASEDIR/example6 --repo_name "task6_repo" --aws_repo_name "task6_repo" \\
    --ic 2 --task_type 1 -o $1/example6_1 --ks`,
    spec: task61,
    policy: { skip: 'completed' },
  },
  {
    name: 'task2',
    text: 'ssm run -p ssm-ex -t task2 -e worker2.py --msg "Hello, world!" -o ./output/example2',
    spec: {
      ...plain,
      ...empty,
      task: 'task2',
      image: pytorch,
      program: code('/here/worker2.py'),
      hyperparameters: { msg: 'Hello, world!' },
    },
  },
  {
    name: 'task3',
    text: 'ssm run -p ssm-ex -t task3 -e worker3.py -o ./output/example3',
    spec: { ...plain, ...empty, task: 'task3', image: pytorch, program: code('/here/worker3.py') },
  },
  {
    name: 'task4',
    text: `ssm run -p ssm-ex -t task4 -e worker4.py -i ./data \\
    --iis bucket s3://awsglue-datasets/examples/us-legislators/all/persons.json -o ./output/example4`,
    spec: {
      ...plain,
      ...empty,
      task: 'task4',
      image: pytorch,
      program: code('/here/worker4.py'),
      inputs: [input('data', { kind: 'local', path: '/here/data' }), { ...persons, channel: 'bucket' }],
    },
  },
  {
    name: 'task5',
    text: 'ssm run -p ssm-ex -t task5 -e worker4.py --iit bucket task3 model -o ./output/example5',
    spec: {
      ...plain,
      ...empty,
      task: 'task5',
      image: pytorch,
      program: code('/here/worker4.py'),
      inputs: [input('bucket', { kind: 'task', task: 'task3', output: 'model' })],
    },
  },
]

const processing = {
  kind: 'processing',
  project: 'ssm-ex',
  instanceType: 'ml.t3.medium',
  instanceCount: 1,
  volumeSizeGiB: 30,
  spot: false,
  image: { kind: 'framework', framework: 'sklearn' },
}

/** Lines that say every flag of the original's help in every form it has there. */
export const everyFlag: readonly OriginalLine[] = [
  {
    name: 'every flag of run',
    text: `ssm run --project_name ex --prefix pre/fix --task_name t --bucket_name my-bucket --source_dir code --entry_point a.py --dependencies d1 d2 \\
      --instance_type ml.c5.large --instance_count 3 --volume_size 40 --use_spot_instances --max_wait_mins 90 --max_run_mins 60 \\
      --aws_repo_name repo --repo_name local --image_tag v1 --docker_file_path_or_content "FROM __BASE_IMAGE__" --framework tensorflow \\
      --framework_version 2.1 --py_version py3 --input_path s3://some/data ShardedByS3Key sub --model_uri s3://some/model.tar.gz \\
      --input_s3 a s3://some/a --input_task b t0 output FullyReplicated sub --force_running --clean_state --metric_definitions m "m=(.*)" \\
      --tag k v --output_path out --download_state --download_model --download_output --hyper "x y" -- --raw "a b" ''`,
    spec: {
      project: 'ex',
      prefix: 'pre/fix',
      bucket: 'my-bucket',
      task: 't',
      program: { kind: 'code', entry: 'a.py', sourceDir: '/here/code', dependencies: ['/here/d1', '/here/d2'] },
      image: {
        kind: 'dockerfile',
        source: 'FROM __BASE_IMAGE__',
        base: { kind: 'framework', framework: 'tensorflow', version: '2.1', python: 'py3' },
        repository: 'repo',
        localRepository: 'local',
        tag: 'v1',
      },
      instanceType: 'ml.c5.large',
      instanceCount: 3,
      volumeSizeGiB: 40,
      spot: true,
      maxRunSeconds: 3_600,
      maxWaitSeconds: 5_400,
      inputs: [
        { ...input('data', { kind: 's3', uri: 's3://some/data' }, 'ShardedByS3Key'), subdir: 'sub' },
        input('a', { kind: 's3', uri: 's3://some/a' }),
        { ...input('b', { kind: 'task', task: 't0', output: 'output' }), subdir: 'sub' },
        { ...input('model', { kind: 's3', uri: 's3://some/model.tar.gz' }), contentType: 'application/x-sagemaker-model' },
      ],
      metrics: { m: 'm=(.*)' },
      tags: { k: 'v' },
      hyperparameters: { hyper: 'x y' },
      args: ['--raw', 'a b', ''],
    },
    policy: { force: true, clean: true },
    downloads: ['logs', 'state', 'model', 'output'],
  },
  {
    name: 'every short form of run',
    text: 'ssm run -p ssm-ex -t t -b my-bucket -s code -e a.sh -d d1 --it local --ic 2 -v 50 --no_spot --ar repo --rn local --df "FROM __BASE_IMAGE__" -f pytorch --fv 1.6 --pv py36 -i data --iis a s3://some/a --iit b t0 state --fr --ks --md m "(.*)" -o out',
    spec: {
      task: 't',
      bucket: 'my-bucket',
      instanceType: 'local',
      instanceCount: 2,
      volumeSizeGiB: 50,
      spot: false,
      metrics: { m: '(.*)' },
    },
    policy: { force: true, skip: 'completed' },
    downloads: ['logs'],
  },
  {
    name: 'every form of shell',
    text: 'ssm shell -p ssm-ex -t t --cmd "ls -la" --dir_files files -d d1',
    spec: { program: { kind: 'shell', line: 'ls -la', files: '/here/files', dependencies: ['/here/d1'] } },
  },
  {
    name: 'process with a script',
    text: 'ssm process -p ssm-ex -t t --code clean.py --dependencies ./dep --cs --max_run_mins 15 --download_state --download_output -o out -- arg1 -arg2 --arg3 "argument 4"',
    spec: {
      ...processing,
      program: code('/here/clean.py', ['/here/dep']),
      args: ['arg1', '-arg2', '--arg3', 'argument 4'],
      maxRunSeconds: 900,
    },
    policy: { clean: true },
    downloads: ['logs', 'state', 'output'],
  },
  {
    name: 'process with a script and its program',
    text: 'ssm process -p ssm-ex -t t --command bash --code clean.sh --env LEVEL info --tag a b --fv 0.20.0 -f sklearn --arguments a1 a2',
    spec: {
      ...processing,
      program: { kind: 'command', argv: ['bash'], script: '/here/clean.sh', dependencies: [] },
      args: ['a1', 'a2'],
      env: { LEVEL: 'info' },
      tags: { a: 'b' },
      image: { kind: 'framework', framework: 'sklearn', version: '0.20.0' },
    },
  },
  {
    name: 'process with a program of the image',
    text: 'ssm process -p ssm-ex -t t --entrypoint "/bin/bash" --dependencies ./dep -i data --iit m t0 output -- -c "echo $HOME && ls"',
    spec: { ...processing, program: { kind: 'command', argv: ['/bin/bash'], dependencies: ['/here/dep'] } },
  },
]
