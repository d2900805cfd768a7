import { execFileSync, spawnSync } from 'node:child_process'
import { choice, project, range } from '@simple-sagemaker/core'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noNamespaces } from '../support/namespaces.ts'
import { toolkitVersion } from '../support/toolkit-environment.ts'
import { objectUri } from '../../packages/core/src/names/object-uri.ts'
import { tunerAccount } from '../support/tuner-account.ts'
import { sandbox } from '../system/sandbox.ts'

const timeout = 300_000
const folder = mkdtempSync(join(tmpdir(), 'ssm-toolkit-'))
const python = join(folder, 'venv/bin/python')

afterAll(() => rmSync(folder, { recursive: true, force: true }), timeout)

/** SageMaker's training toolkit in a virtual environment, without its one part in C, which MPI alone uses. */
function installToolkit(): void {
  execFileSync('python3', ['-m', 'venv', join(folder, 'venv')])
  const pip = (...args: readonly string[]): unknown =>
    execFileSync(python, ['-m', 'pip', '--quiet', '--disable-pip-version-check', ...args], { cwd: folder, stdio: 'pipe' })
  pip('install', 'six', 'retrying', 'boto3', 'paramiko', 'psutil', 'inotify_simple')
  pip('download', '--no-deps', '--no-binary', 'sagemaker-training', '--dest', 'sdist', `sagemaker-training==${toolkitVersion}`)
  const [archive = ''] = readdirSync(join(folder, 'sdist'))
  execFileSync('tar', ['-xzf', join(folder, 'sdist', archive), '-C', folder])
  const lib = join(folder, 'venv/lib')
  const packages = join(lib, readdirSync(lib)[0] ?? '', 'site-packages')
  renameSync(join(folder, `sagemaker_training-${toolkitVersion}/src/sagemaker_training`), join(packages, 'sagemaker_training'))
  writeFileSync(join(packages, 'gethostname.py'), '')
  const train = join(folder, 'venv/bin/train')
  writeFileSync(train, `#!${python}\nfrom sagemaker_training.cli.train import main\nmain()\n`)
  chmodSync(train, 0o755)
}

describe.skipIf((await noNamespaces()) !== undefined)("SageMaker's own training toolkit", () => {
  beforeAll(installToolkit, timeout)

  test('runs our request of script mode on two machines', { timeout }, async () => {
    await using place = sandbox()
    const script = place.file(
      'train.py',
      `import json, os, sys
e = os.environ
open('/opt/ml/model/' + e['SM_CURRENT_HOST'], 'w').write('m')
print('told ' + json.dumps([sys.argv, e['SM_HPS'], e['SM_CURRENT_HOST'], e['SM_HOSTS'], e['SM_CHANNEL_DATA'], e['SM_MODULE_DIR'], os.listdir(e['SM_CHANNEL_DATA'])]))
`,
    )
    place.file('data/a.txt', 'a')
    const result = await place
      .project('ex', { python })
      .task('t')
      .code(script)
      .launch('toolkit')
      .hyperparameters({ name: 'word', lr: 0.5, flag: true, k: 1 })
      .input.local(join(place.folder, 'data'))
      .instances('ml.m5.large', 2)
      .run()
    const told: unknown[] = []
    for await (const { text } of result.logs()) if (text.startsWith('told ')) told.push(JSON.parse(text.slice(5)))
    const argv = ['train.py', '--flag', 'True', '-k', '1', '--lr', '0.5', '--name', 'word']
    const values = '{"flag":true,"k":1,"lr":0.5,"name":"word"}'
    const module = '/opt/ml/input/data/code/sourcedir.tar.gz'
    const of = (host: string): unknown => [
      argv,
      values,
      host,
      '["algo-1","algo-2"]',
      '/opt/ml/input/data/data',
      module,
      ['a.txt'],
    ]
    expect(told).toHaveLength(2)
    expect(told).toEqual(expect.arrayContaining([of('algo-1'), of('algo-2')]))
    await result.download(join(place.folder, 'out'))
    expect(readdirSync(join(place.folder, 'out/model'))).toEqual(expect.arrayContaining(['algo-1', 'algo-2']))
    expect(await place.leftovers()).toEqual([])
  })

  test("describes a cluster of TensorFlow's as our launcher does", { timeout }, async () => {
    execFileSync(
      python,
      [
        '-m',
        'pip',
        '--quiet',
        '--disable-pip-version-check',
        'download',
        '--no-deps',
        '--dest',
        'tf',
        'sagemaker-tensorflow-training==20.5.0',
      ],
      { cwd: folder, stdio: 'pipe' },
    )
    const [archive = ''] = readdirSync(join(folder, 'tf'))
    execFileSync('tar', ['-xzf', join(folder, 'tf', archive), '-C', folder])
    // TensorFlow itself is not needed to describe a cluster.
    writeFileSync(join(folder, 'tensorflow.py'), '')
    writeFileSync(
      join(folder, 'configs.py'),
      `import json
from sagemaker_tensorflow_container import training as t
hosts = ['algo-1', 'algo-2', 'algo-3']
print(json.dumps([[t._build_tf_config_for_mwms(hosts, h), t._build_tf_config_for_ps(hosts, h)] for h in hosts]))
`,
    )
    const PYTHONPATH = `${folder}:${join(folder, 'sagemaker_tensorflow_training-20.5.0/src')}`
    const printed = execFileSync(python, [join(folder, 'configs.py')], { env: { PYTHONPATH }, encoding: 'utf8' })
    await using place = sandbox()
    const line = place.project('ex').task('t').shell('echo "$MASTER_PORT $TF_CONFIG"').instances('ml.m5.large', 3)
    const ours = async (policy: 'multi_worker_mirrored' | 'parameter_server'): Promise<Readonly<Record<string, unknown>>> => {
      const told: Record<string, unknown> = {}
      for await (const { machine, text } of (await line.distribution(policy).run()).logs())
        told[machine] = JSON.parse(withUsualPorts(text.slice(text.indexOf('{')), Number.parseInt(text, 10), policy))
      return told
    }
    const [mirrored, served] = [await ours('multi_worker_mirrored'), await ours('parameter_server')]
    expect(['algo-1', 'algo-2', 'algo-3'].map((host) => [mirrored[host], served[host]])).toEqual(JSON.parse(printed))
  })

  /** Machines of one computer share its ports: each has others, in the order of the machines. */
  const withUsualPorts = (text: string, first: number, policy: string): string =>
    text.replaceAll(/algo-(\d):(\d+)/g, (_all, number: string, port: string) => {
      const each = policy === 'multi_worker_mirrored' ? 1 : 2
      return `algo-${number}:${(each === 1 ? 8890 : 2222) + Number(port) - first - (Number(number) - 1) * each}`
    })

  test('starts our launcher in a training job of a tuning job, with what the tuner chose', { timeout }, async () => {
    await using place = sandbox()
    const script = place.file(
      'train.py',
      `import json, os, sys
e = os.environ
names = ('SM_HPS', 'SM_HP_LR', 'SM_USER_ARGS', 'SAGEMAKER_JOB_NAME', 'SM_CURRENT_HOST', 'SAGEMAKER_TRAINING_MODULE')
print('told ' + json.dumps([sys.argv[1:], [e.get(name) for name in names], os.getcwd(), e['PYTHONPATH'].split(':')[1:]]))
sys.exit(7)
`,
    )
    const account = tunerAccount()
    const search = project('ex', { platform: account.platform, bucket: 'bucket' })
      .task('t')
      .code(script)
      .args('--raw', 'a b')
      .hyperparameters({ fixed: "it's", flag: true })
      .metric('loss', /loss=(.+)/)
      .search({ lr: range.log(1e-5, 1), opt: choice('adam', 'sgd'), nest: choice(true, false), k: range.int(1, 3) })
      .minimize('loss')
      .on('sagemaker')
    await search.trials(1).parallel(1).run()
    const { Environment = {}, InputDataConfig = [] } = account.requests[0]?.TrainingJobDefinition ?? {}
    const code = InputDataConfig.find(({ ChannelName }) => ChannelName === 'code')?.DataSource?.S3DataSource?.S3Uri ?? ''
    const ml = join(place.folder, 'machine/opt/ml')
    for await (const { uri } of account.objects.list(objectUri(code))) {
      mkdirSync(join(ml, 'input/data/code'), { recursive: true })
      const bytes: Uint8Array[] = []
      for await (const chunk of account.objects.read(uri)) bytes.push(chunk)
      writeFileSync(join(ml, 'input/data/code', uri.slice(code.length)), Buffer.concat(bytes))
    }
    for (const folder of ['input/config', 'checkpoints', 'model', 'output/data']) mkdirSync(join(ml, folder), { recursive: true })
    const config = {
      'hyperparameters.json': {
        fixed: "it's",
        flag: 'true',
        lr: '0.01',
        opt: '"sgd"',
        nest: 'false',
        k: '2',
        _tuning_objective_metric: 'loss',
      },
      'resourceconfig.json': { current_host: 'algo-1', hosts: ['algo-1'], network_interface_name: 'lo' },
      'inputdataconfig.json': { code: { TrainingInputMode: 'File' } },
    }
    for (const [name, value] of Object.entries(config)) writeFileSync(join(ml, 'input/config', name), JSON.stringify(value))
    const ended = spawnSync(join(folder, 'venv/bin/train'), {
      encoding: 'utf8',
      env: {
        ...Environment,
        PATH: `${join(folder, 'venv/bin')}:/usr/bin:/bin`,
        PYTHONPATH: join(ml, 'input/data/code'),
        SAGEMAKER_BASE_DIR: ml,
        SSM_MACHINE_ROOT: join(place.folder, 'machine'),
        TRAINING_JOB_NAME: 't-001',
      },
    })
    const told = ended.stdout.split('\n').find((line) => line.startsWith('told ')) ?? ended.stdout + ended.stderr
    const args = [
      '--raw',
      'a b',
      '--fixed',
      "it's",
      '--flag',
      'True',
      '--lr',
      '0.01',
      '--opt',
      'sgd',
      '--nest',
      'False',
      '-k',
      '2',
    ]
    const values = { fixed: "it's", flag: true, lr: 0.01, opt: 'sgd', nest: false, k: 2 }
    expect(told.slice(0, 5)).toBe('told ')
    const [argv, [hps, lr, userArgs, job, host, module], cwd, paths] = JSON.parse(told.slice(5)) as [
      string[],
      string[],
      string,
      string[],
    ]
    expect([argv, JSON.parse(hps ?? ''), lr, JSON.parse(userArgs ?? '')]).toEqual([args, values, '0.01', args])
    expect([job, host, module, cwd]).toEqual(['t-001', 'algo-1', null, join(ml, 'code')])
    expect(paths).not.toContain(join(ml, 'input/data/code'))
    expect(ended.status).toBe(7)
    // A changed file is not run.
    writeFileSync(join(ml, 'input/data/code/tuned.json'), '{}')
    const changed = spawnSync(join(folder, 'venv/bin/train'), {
      encoding: 'utf8',
      env: { ...Environment, PATH: '/usr/bin:/bin', PYTHONPATH: join(ml, 'input/data/code'), SAGEMAKER_BASE_DIR: ml },
    })
    expect(changed.status).toBe(86)
    expect(changed.stderr).toContain('tuned.json was changed')
  })

  test('tells why a program failed', { timeout }, async () => {
    await using place = sandbox()
    const script = place.file('train.py', 'raise ValueError("no luck")\n')
    const failing = place.project('ex', { python }).task('t').code(script).launch('toolkit')
    const failure = await failing.run().catch((cause: unknown) => cause)
    expect(failure).toMatchObject({ code: 'JOB_FAILED' })
    expect(String(failure)).toContain('exit code: 1')
  })
})

test('without the toolkit a process says what to install', { timeout, skip: (await noNamespaces()) !== undefined }, async () => {
  await using place = sandbox()
  const task = place.project('ex').task('t').code(place.file('train.py', '')).launch('toolkit').env({ PATH: '/usr/bin:/bin' })
  const failure = await task.run().catch((cause: unknown) => cause)
  expect(String(failure)).toContain('install sagemaker-training')
})
