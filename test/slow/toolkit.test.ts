import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noNamespaces } from '../support/namespaces.ts'
import { toolkitVersion } from '../support/toolkit-environment.ts'
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
    const line = place.project('ex').task('t').shell('echo "$SM_CURRENT_HOST $TF_CONFIG"').instances('ml.m5.large', 3)
    const ours = async (policy: 'multi_worker_mirrored' | 'parameter_server'): Promise<Readonly<Record<string, unknown>>> => {
      const told: Record<string, unknown> = {}
      for await (const { machine, text } of (await line.distribution(policy).run()).logs())
        told[machine] = JSON.parse(text.slice(text.indexOf('{')))
      return told
    }
    const [mirrored, served] = [await ours('multi_worker_mirrored'), await ours('parameter_server')]
    expect(['algo-1', 'algo-2', 'algo-3'].map((host) => [mirrored[host], served[host]])).toEqual(JSON.parse(printed))
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
