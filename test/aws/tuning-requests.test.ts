import { fileURLToPath } from 'node:url'
import { choice, project, range } from '@simple-sagemaker/core'
import { expect, test } from 'vitest'
import { ownCache } from '../flows/flow.ts'
import { judge } from '../support/aws/judge.ts'
import { noMoto } from '../support/aws/moto.ts'
import { tunerAccount } from '../support/tuner-account.ts'

ownCache()

test.skipIf(noMoto)(
  'every request of varied searches on the tuner is one that SageMaker would take',
  { timeout: 60_000 },
  async () => {
    const account = tunerAccount()
    const base = project('ex', { platform: account.platform, bucket: 'amzn-s3-demo-bucket' })
      .task('x'.repeat(34))
      .shell('true')
      .metric('loss', /loss=([0-9.]+)/)
      .role('arn:aws:iam::111122223333:role/mine')
    const space = {
      lr: range.log(1e-5, 1e-1),
      layers: range.int(1, 4),
      drop: range.float(-0.5, 0.5),
      opt: choice('ä b', 'sgd', ''),
    }
    const tasks = [
      base,
      base.onDemand(),
      base.instances(['ml.g5.xlarge', 'ml.g4dn.xlarge']).onDemand(),
      base.hyperparameters({ epochs: 3, list: [1, 2] }),
      project('ex', { platform: account.platform, bucket: 'amzn-s3-demo-bucket' })
        .task('toolkit')
        .code(fileURLToPath(new URL('validate_requests.py', import.meta.url)))
        .metric('loss', /loss=([0-9.]+)/)
        .launch('toolkit')
        .hyperparameters({ epochs: 3 }),
      base.env({ A: 'b', PYTHONPATH: '/opt/lib' }).tag('team', 'vision').retries(3),
      base.subnets(['subnet-1']).securityGroups(['sg-1']).encryptTraffic().outputKmsKey('alias/mine'),
    ]
    // Machines and spot make no other search: each has a name of its own.
    const searches = tasks.map((task, index) =>
      task
        .named(`${'x'.repeat(30)}-${index}`)
        .search(space)
        .maximize('loss')
        .on('sagemaker'),
    )
    for (const search of searches) await search.trials(1).parallel(1).stopEarly().within('2 hours').run()
    await searches[0]?.trials(3).parallel(1).by('random').run()
    await base
      .search({ opt: choice('a', 'b') })
      .minimize('loss')
      .on('sagemaker')
      .by('grid')
      .trials(2)
      .parallel(2)
      .run()
    expect(account.requests).toHaveLength(tasks.length + 2)
    const operation = 'CreateHyperParameterTuningJob'
    expect(
      await judge(account.requests.map((input) => ({ operation, input, id: input.HyperParameterTuningJobName ?? '' }))),
    ).toEqual([])
  },
)
