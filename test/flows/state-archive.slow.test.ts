import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunEvent } from '@simple-sagemaker/core'
import { expect, test } from 'vitest'
import { runWith } from '../support/account-runs.ts'
import { spotAccount } from '../support/spot-account.ts'
import { taskOf } from '../support/tasks.ts'
import { ownCache, sandbox, timeout } from './flow.ts'

ownCache()

const count = [
  'n=$(cat "$SSM_INSTANCE_STATE/n" 2>/dev/null || echo 0); echo $((n + 1)) > "$SSM_INSTANCE_STATE/n"',
  'mkdir -p "$SSM_STATE/many"; for i in 1 2 3; do echo $i > "$SSM_STATE/many/$i"; done',
].join('\n')

const namesOf = async (state: AsyncIterable<{ readonly uri: string }>): Promise<readonly string[]> => {
  const names: string[] = []
  for await (const { uri } of state) names.push(uri.slice(uri.lastIndexOf('/') + 1))
  return names
}

test('state kept as archives goes on over attempts, machines and jobs, and is downloaded as files', { timeout }, async () => {
  await using place = sandbox()
  const ex = place.project('p')
  const task = ex.task('t').instances('ml.m5.large', 2).stateArchive()
  // The first machine that fails ends the other one, which must have counted by then.
  const both = `touch ${place.folder}/$SM_CURRENT_HOST; until [ -e ${place.folder}/algo-1 ] && [ -e ${place.folder}/algo-2 ]; do sleep 0.05; done`
  const result = await task
    .shell(`${count}\n${both}\n[ $n -ge 1 ] || exit 75`)
    .retry({ attempts: 2, on: ['exit 75'], pause: '1 second' })
    .run()
  expect(result.attempts.map(({ cause }) => cause)).toEqual(['exit 75', undefined])
  expect(await namesOf(ex.data('t').state())).toEqual(['ssm-state.algo-1.tar.gz', 'ssm-state.algo-2.tar.gz'])
  // What is in the archive is not said to be lost.
  for await (const { text } of result.logs()) expect(text).not.toContain('not kept')
  const { files } = await result.download(join(place.root, 'out'), { only: ['state'] })
  expect(files).toEqual({ state: 5 })
  const out = (path: string): string => readFileSync(join(place.root, 'out/state', path), 'utf8').trim()
  expect(['algo-1/n', 'algo-2/n', 'many/3'].map(out)).toEqual(['2', '2', '3'])
  expect(readdirSync(join(place.root, 'out/state')).filter((name) => name.startsWith('.ssm-unpacked'))).toEqual([])
  const raw = await result.download(join(place.root, 'raw'), { only: ['state'], unpack: false })
  expect(raw.files).toEqual({ state: 2 })

  // A processing job has its state from an input, and keeps it by an upload.
  const prep = ex
    .processing('prep')
    .entrypoint(['/bin/sh', '-c', `${count}; cat "$SSM_INSTANCE_STATE/n" > "$SSM_OUTPUT/n"`])
    .stateArchive()
  await prep.run()
  const second = await prep.run({ force: true })
  for await (const { text } of second.logs()) expect(text).not.toContain('not kept')
  await second.download(join(place.root, 'prep'), { only: ['output'] })
  expect(readFileSync(join(place.root, 'prep/output/n'), 'utf8')).toBe('2\n')

  // Without the option the files come back.
  const plain = await ex.task('t').shell('cat "$SSM_STATE/algo-1/n" > "$SM_MODEL_DIR/n"').run()
  await plain.download(join(place.root, 'plain'), { only: ['model'] })
  expect(readFileSync(join(place.root, 'plain/model/n'), 'utf8')).toBe('2\n')
  expect(await namesOf(ex.data('t').state())).toEqual(['n', 'n', '1', '2', '3'])
})

test('a task whose launcher is not ours cannot keep its state as an archive', async () => {
  await using place = sandbox()
  const ex = place.project('p')
  expect(() => ex.task('x').algorithm('xgboost', { version: '1.7-1' }).stateArchive().output('state')).toThrow(
    'needs a program that is started by the launcher',
  )
})

test('a state of more than 10,000 files is told before a job gets it, unless it is kept as an archive', async () => {
  const warnings = async (files: number, change: object): Promise<readonly string[]> => {
    const account = spotAccount([{ status: 'completed', phase: 'Completed', waitSeconds: 1, runSeconds: 1 }])
    for (let index = 0; index < files; index += 1)
      account.objects.bytes.set(`s3://bucket/ex/train/state/${index}`, Buffer.alloc(0))
    const events: RunEvent[] = []
    await runWith(account.client(), { ...taskOf('train'), ...change }, (event) => events.push(event))
    return events.flatMap((event) => (event.type === 'warned' ? [event.message] : []))
  }
  const many = expect.stringContaining('the state has more than 10,000 files: SageMaker sends each by itself') as string
  expect(await warnings(10_001, {})).toContainEqual(many)
  expect(await warnings(10_000, {})).not.toContainEqual(many)
  expect(await warnings(10_001, { stateArchive: true })).not.toContainEqual(many)
})
