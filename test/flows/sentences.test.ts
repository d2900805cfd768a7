import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { lacking } from '../support/prerequisites.ts'
import { sandbox, timeout } from './flow.ts'

const writeModel = 'import os\nopen(os.environ["SM_MODEL_DIR"] + "/model", "w").write("words")\n'

test.skipIf(lacking('python3'))('the sentences of the product run as they stand', { timeout: timeout * 2 }, async () => {
  await using place = sandbox()
  for (const name of ['worker.py', 'prep.py', 'next.py', 'eval.py']) place.file(name, writeModel)
  place.file(
    'train.py',
    `${writeModel}import sys\nprint("loss=0.25", os.environ["LEVEL"] if "LEVEL" in os.environ else "", sys.argv[1:])\n`,
  )
  place.file('src/prep.py', `from lib import helper\n${writeModel}`)
  place.file('lib/helper.py', '')
  for (const name of ['a', 'b']) place.file(`data/${name}.txt`, name)
  place.file('worker.ts', '')
  place.file('clean.py', '')

  const program = place.start(fileURLToPath(new URL('programs/sentences.ts', import.meta.url)))
  expect(await program.ended).toMatchObject({ end: 0 })
  const gave = new Map(program.answers().map((answer) => [answer.task, Reflect.get(answer, 'gave') as readonly string[]]))
  expect(gave.get('first')).toMatch(/^s3:\/\/.*\/ex\/t\/t-2.*\/output\/model\.tar\.gz$/)
  expect(gave.get('chain')?.slice(2)).toEqual(['loss'])
  expect(gave.get('lines')).toEqual(["algo-1 loss=0.25 info ['--raw', 'a b']"])
  expect(gave.get('known')?.slice(0, 2)).toEqual(['true', 'completed'])
  expect(gave.get('programs')).toEqual(['s', 'n', 'p', 'q', 'c', 'x'])
  expect(gave.get('handle')?.[0]).toBe('loss=1')
  expect(gave.get('handle')?.slice(2)).toEqual(['training', 'skip'])
  expect(readFileSync(join(place.folder, 'out/model/model'), 'utf8')).toBe('words')
  expect(readFileSync(join(place.folder, 'out/logs/logs0'), 'utf8')).toContain('loss=0.25')
})
