import { readdir } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { project, Secret } from '@simple-sagemaker/core'
import { sentFor, specOf, type Describing, type Sent } from '../support/request-of.ts'

const ex = project('ex')
const words = ex.task('words').code('words.py')
const clean = ex.processing('clean').code('clean.py')
const vpc = { subnets: ['subnet-0a', 'subnet-0b'], securityGroups: ['sg-0a'] }

// One task for each way of saying things; its request is frozen in `requests/<name>.json`. `npx vitest run test/golden -u` writes
// them anew: read the difference before it is committed.
const tasks: Readonly<Record<string, Describing>> = {
  'training-plain': ex.task('t').code('worker.py'),
  'training-first-sentence': ex.task('t').code('worker.py').instances('ml.p3.2xlarge', 2).spot().input.fromTask('t1', 'model'),
  'training-on-demand': ex.task('t').code('worker.py').onDemand().maxRun('90 minutes').volumeSizeGiB(100).retries(3),
  'training-several-types': ex.task('t').code('worker.py').onDemand().instances(['ml.g5.xlarge', 'ml.g4dn.xlarge'], 2),
  'training-spot-with-wait': ex.task('t').code('worker.py').maxRun('1 hour').maxWait('3 hours'),
  'training-warm': ex.task('t').code('worker.py').warm('30 minutes').instances('ml.g5.xlarge'),
  'training-locked': ex
    .task('t')
    .code('worker.py')
    .with({ ...vpc, networkIsolation: true, encryptTraffic: true, role: 'arn:aws:iam::111122223333:role/mine' })
    .outputKmsKey('alias/out')
    .volumeKmsKey('arn:aws:kms:us-east-1:111122223333:key/0a1b'),
  'training-parameters': ex
    .task('t')
    .code('train.py', { sourceDir: 'src', dependencies: ['lib'] })
    .hyperparameters({ lr: 0.1, name: 'it\'s "quoted" $HOME', layers: [1, 2], deep: { a: null }, flag: false })
    .args('--raw', 'a b', '', "'; rm -rf /", 'line\nbreak')
    .env({ LEVEL: 'info', TOKEN: new Secret('golden-secret') })
    .tag('team', 'vision')
    .metric('loss', /loss=([0-9.]+)/)
    .metric('accuracy', 'acc: ([0-9.]+)'),
  'training-inputs': ex
    .task('t')
    .code('worker.py')
    .input.local('./data', { distribution: 'ShardedByS3Key' })
    .input.s3('s3://public/persons.json', { channel: 'persons' })
    .input.s3('s3://public/images', { channel: 'images', mode: 'FastFile', subdir: 'small' })
    .input.s3('s3://public/stream.csv', { channel: 'stream', mode: 'Pipe', contentType: 'text/csv' })
    .input.model('s3://models/resnet.tar.gz')
    .input.from(words.output('model'), { channel: 'words', unpack: true })
    .input.from(clean.output('output'), { channel: 'clean' })
    .input.fromTask('old', 'state', { channel: 'old-state' }),
  'processing-paths': ex
    .processing('p')
    .code('prep.py')
    .input.local('./data', { channel: 'train', path: '/opt/ml/processing/raw/train/', distribution: 'ShardedByS3Key' })
    .input.s3('s3://public/images', { channel: 'images' })
    .input.from(words.output('model'), { channel: 'words', path: '/opt/ml/processing/words', unpack: true })
    .outputs({ train: '/opt/ml/processing/train', model: '/opt/ml/processing/model/' }),
  'processing-parts-of-output': ex
    .processing('p')
    .code('prep.py')
    .input.local('./data', { path: '/opt/ml/processing/input' })
    .outputs({ train: '/opt/ml/processing/output/train', test: '/opt/ml/processing/output/test' }),
  'training-shell': ex.task('t').shell('cat /proc/cpuinfo && nvidia-smi').instances('ml.p3.2xlarge'),
  'training-node': ex.task('t').code('worker.ts').hyperparameters({ size: 3 }),
  'training-algorithm': ex
    .task('t')
    .algorithm('xgboost', { version: '1.7-1' })
    .hyperparameters({ num_round: 10 })
    .input.s3('s3://public/train.csv', { channel: 'train', contentType: 'text/csv' }),
  // Without checkpoints, so on demand.
  'training-algorithm-kmeans': ex.task('t').algorithm('kmeans').hyperparameters({ k: 3 }),
  'training-request-overrides': ex
    .task('t')
    .code('worker.py')
    .request((request) => ({ ...request, EnableNetworkIsolation: true }))
    .request((request) => ({
      ...request,
      Tags: [...(request.Tags ?? []), { Key: 'isolated', Value: String(request.EnableNetworkIsolation) }],
    })),
  'training-tensorflow': ex
    .task('t')
    .code('worker.py')
    .framework('tensorflow')
    .distribution('multi_worker_mirrored')
    .instanceCount(2),
  'processing-plain': ex.processing('p').code('clean.py').args('a1'),
  'processing-command': ex
    .processing('p')
    .command(['python3', '-u'], 'clean.py')
    .args('--fast')
    .env({ LEVEL: 'info' })
    .input.local('./data')
    .input.from(words.output('model')),
  'processing-entrypoint': ex
    .processing('p')
    .entrypoint(['/bin/bash'])
    .args('-c', 'echo "$SSM_OUTPUT"')
    .with(vpc)
    .networkIsolation()
    .outputKmsKey('alias/out')
    .volumeKmsKey('alias/disk'),
  'processing-shell': ex
    .processing('p')
    .shell('ls -la')
    .instances('ml.m5.xlarge', 3)
    .maxRun('2 days')
    .encryptTraffic()
    .image('mine:1'),
}

test.each(Object.keys(tasks))('the request of %s is the frozen one', async (name) => {
  const task = tasks[name]
  if (task === undefined) throw new Error(name)
  await expect(shown(sentFor(specOf(task)))).toMatchFileSnapshot(`./requests/${name}.json`)
})

test('a processing job gets the state that earlier jobs left', async () => {
  const sent = sentFor(specOf(ex.processing('p').code('clean.py')), { hasState: true })
  await expect(shown(sent)).toMatchFileSnapshot('./requests/processing-with-state.json')
})

test('no frozen request is left of a task that is gone', async () => {
  const files = await readdir(new URL('./requests', import.meta.url))
  expect(files.sort()).toEqual([...Object.keys(tasks), 'processing-with-state'].map((name) => `${name}.json`).sort())
})

test('the same task gives the same request, letter by letter, and nobody can change it', () => {
  for (const task of Object.values(tasks)) {
    const sent = sentFor(specOf(task))
    expect(shown(sentFor(specOf(task)))).toBe(shown(sent))
    expect(Object.isFrozen(sent.request.input)).toBe(true)
    expect(Object.isFrozen(sent.request.input.Environment)).toBe(true)
  }
})

const shown = (sent: Sent): string => `${JSON.stringify(sent, undefined, 2)}\n`
