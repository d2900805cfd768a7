import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { pythonText } from '../../packages/cli/src/commands/types/python.ts'
import { typedOf } from '../../packages/cli/src/commands/types/shapes.ts'
import { lacking } from '../support/prerequisites.ts'
import { failureOf, ownCache, sandbox, timeout } from './flow.ts'

ownCache()

const python = `from ssm_types import TrainChannels, TrainHyperparameters, TrainResult
hps = TrainHyperparameters.load()
with open(TrainChannels.words() + "/words.txt") as file:
    words = file.read().split()
TrainResult(words=[word for word in words if len(word) >= hps.at_least], lr=hps.lr).save()
`

test.skipIf(lacking('python3'))(
  'a Python worker reads and writes by generated types, and says which field its program declares differently',
  { timeout },
  async () => {
    await using place = sandbox()
    place.file('code/train.py', python)
    place.file('data/words.txt', 'a bcd efgh')
    const ex = place.project('p')
    const train = ex
      .task('train')
      .code(join(place.folder, 'code/train.py'), { sourceDir: join(place.folder, 'code') })
      .input.local(join(place.folder, 'data'), { channel: 'words' })
      .resultSchema(z.object({ words: z.array(z.string()), lr: z.number() }))
    const typed = train
      .hyperparameterSchema(z.object({ 'at-least': z.int().default(3), lr: z.number().optional() }))
      .hyperparameters({ lr: 0.5 })
    const declarations = await ex.add(typed).declarations()
    place.file('code/ssm_types.py', pythonText(typedOf(declarations)))
    const { result } = await typed.run()
    expect(result).toEqual({ words: ['bcd', 'efgh'], lr: 0.5 })
    const other = train
      .hyperparameterSchema(z.object({ 'at-least': z.string().default('3'), lr: z.number().optional() }))
      .hyperparameters({ lr: 0.5 })
    const failed = await failureOf(other.run())
    expect(failed.code).toBe('JOB_FAILED')
    expect(failed.message).toContain('declares hyperparameters.at-least differently than ssm_types.py')
  },
)
