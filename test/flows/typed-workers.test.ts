import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { pythonText } from '../../packages/cli/src/commands/types/python.ts'
import { typedOf } from '../../packages/cli/src/commands/types/shapes.ts'
import { lacking } from '../support/prerequisites.ts'
import { failureOf, ownCache, sandbox, timeout } from './flow.ts'

ownCache()

const python = `from ssm_types import TrainChannels, TrainHyperparameters, TrainModelReport, TrainResult, TrainWordsStats
hps = TrainHyperparameters.load()
TrainModelReport(lengths=[TrainWordsStats.load().least, 9]).save()
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
    place.file('data/stats.json', '{"least": 1}')
    const Report = z.object({ lengths: z.array(z.number().max(8)) })
    const ex = place.project('p')
    const train = ex
      .task('train')
      .code(join(place.folder, 'code/train.py'), { sourceDir: join(place.folder, 'code') })
      .input.local(join(place.folder, 'data'), { channel: 'words' })
      .channelSchema('words', { 'stats.json': z.object({ least: z.number() }) })
      .outputSchema('model', { 'report.json': Report })
      .resultSchema(z.object({ words: z.array(z.string()), lr: z.number() }))
    const typed = train
      .hyperparameterSchema(z.object({ 'at-least': z.int().default(3), lr: z.number().optional() }))
      .hyperparameters({ lr: 0.5 })
    const declarations = await ex.add(typed).declarations()
    place.file('code/ssm_types.py', pythonText(typedOf(declarations)))
    const ended = await typed.run()
    expect(ended.result).toEqual({ words: ['bcd', 'efgh'], lr: 0.5 })
    const lengths = z.object({ lengths: z.array(z.number()) })
    expect(await ended.document('model', 'report.json', lengths)).toEqual({ lengths: [1, 9] })
    const unfit = await failureOf(ended.document('model', 'report.json', Report))
    expect(unfit).toMatchObject({
      code: 'RESULT_INVALID',
      message: expect.stringContaining('model/report.json.lengths[1]: ') as string,
    })
    expect((await failureOf(ended.document('model', 'none.json', Report))).message).toContain('there is no such file')
    place.file('data/stats.json', '{"least": "1"}')
    expect((await failureOf(typed.run())).message).toContain('words/stats.json.least')
    rmSync(join(place.folder, 'data/stats.json'))
    expect((await failureOf(typed.plan())).message).toContain('words/stats.json is declared and is not there')
    place.file('data/stats.json', '{"least": 1}')
    // It would only save something, at its end.
    place.file('code/train.py', 'from ssm_types import TrainResult\nprint("began")\nTrainResult(words=[], lr=1).save()\n')
    const other = train
      .hyperparameterSchema(z.object({ 'at-least': z.string().default('3'), lr: z.number().optional() }))
      .hyperparameters({ lr: 0.5 })
    const failed = await failureOf(other.run())
    expect(failed.code).toBe('JOB_FAILED')
    expect(failed.message).toContain('declares hyperparameters.at-least differently than ssm_types.py')
    expect(failed.message).toContain('from ssm_types import TrainResult')
  },
)
