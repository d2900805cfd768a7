import { readFileSync } from 'node:fs'
import { codeChannelPath, paths, settingsFile } from '@simple-sagemaker/worker-toolkit/contract'
import { expect, test } from 'vitest'
import { project } from '../../packages/core/src/index.ts'
import { Machine } from '../../packages/worker-toolkit/test/machine.ts'
import { sentFor, specOf } from '../support/request-of.ts'
import { base, toolkitJob } from '../support/toolkit-environment.ts'

// The slow suite runs SageMaker's own toolkit and compares this record.
const recorded = JSON.parse(readFileSync(new URL('toolkit-environment.json', import.meta.url), 'utf8')) as Record<string, string>

/** Where ours differs, and why. */
const differences: Readonly<Record<string, string>> = {
  SM_USER_ARGS: 'lists, objects and null are JSON, not what Python prints, and the order is the given one, not the alphabet',
  SM_TRAINING_ENV: 'compared field by field below',
}

/** What the SDK's version 3 tells beside that. */
const newerSdk: Readonly<Record<string, string>> = {
  SM_INPUT_DATA_DIR: `${base}/input/data`,
  SM_OUTPUT_FAILURE: `${base}/output/failure`,
  SM_SOURCE_DIR: `${base}/code`,
  SM_ENTRY_SCRIPT: 'train.py',
  SM_HOST_COUNT: '2',
  SM_CURRENT_HOST_RANK: '1',
  SM_MASTER_ADDR: 'algo-1',
  SM_MASTER_PORT: '7777',
}

/** What the platform and the toolkit's images export beside that. */
const images: Readonly<Record<string, string>> = {
  CURRENT_HOST: 'algo-2',
  MASTER_ADDR: 'algo-1',
  MASTER_PORT: '7777',
  NCCL_SOCKET_IFNAME: 'eth0',
  SAGEMAKER_BASE_DIR: base,
  SAGEMAKER_METRICS_DIRECTORY: `${base}/output/metrics/sagemaker`,
  SAGEMAKER_REGION: 'us-east-1',
  PYTHONPATH: `${base}/code`,
}

async function ours(): Promise<Readonly<Record<string, string>>> {
  const task = project('ex')
    .task('train')
    .code('train.py')
    .hyperparameters({ min: 3, lr: 0.5, name: 'a b', flag: true, list: [1, 'x'], k: 5 })
    .input.s3('s3://bucket/data/', { channel: 'data' })
    .input.s3('s3://bucket/test/', { channel: 'test' })
  const machine = new Machine({ run: 'python', argv: [], files: { 'train.py': teller } })
  for (const [name, content] of Object.entries(toolkitJob)) {
    machine.put(`${paths.training.config}/${name}`, JSON.stringify(content))
  }
  const settings = sentFor(specOf(task)).settings.join('\n')
  machine.put(
    `${codeChannelPath('training')}/${settingsFile}`,
    settings.replace(/SAGEMAKER_JOB_NAME=\S+/, 'SAGEMAKER_JOB_NAME=train-1'),
  )
  const ended = await machine.run(['sh'], { SM_NUM_CPUS: '2', AWS_REGION: 'us-east-1' })
  expect(ended.stderr.toString()).toBe('')
  const told = ended.stdout.toString().replaceAll(JSON.stringify(`${machine.root}/opt/ml`).slice(1, -1), base)
  return JSON.parse(told) as Record<string, string>
}
const teller = 'import json, os\nprint(json.dumps(dict(os.environ)))\n'

const decoded = (text: string | undefined): unknown => {
  try {
    return JSON.parse(text ?? '') as unknown
  } catch {
    return text
  }
}

test("a program is told all that SageMaker's own toolkit and the SDK's version 3 would tell it", async () => {
  const env = await ours()
  for (const [name, text] of Object.entries(recorded)) {
    if (name in differences) continue
    expect({ [name]: decoded(env[name]) }).toEqual({ [name]: decoded(text) })
  }
  expect(env).toMatchObject({ ...newerSdk, ...images })
  expect(decoded(env['SM_USER_ARGS'])).toEqual('--min|3|--lr|0.5|--name|a b|--flag|True|--list|[1,"x"]|-k|5'.split('|'))
})

test('SM_TRAINING_ENV holds every field of theirs', async () => {
  const mine = decoded((await ours())['SM_TRAINING_ENV'])
  expect(mine).toMatchObject(decoded(recorded['SM_TRAINING_ENV']) as Record<string, unknown>)
  expect(mine).toMatchObject({ master_addr: 'algo-1', master_port: '7777', input_data_dir: `${base}/input/data` })
})
