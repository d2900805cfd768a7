import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { failureOf, sandbox, ownCache, timeout } from './flow.ts'

ownCache()

const splitting = [
  'root=$SSM_MACHINE_ROOT/opt/ml/processing',
  'test "$SM_CHANNEL_RAW" = "$root/raw" && test "$SSM_OUTPUT_TRAIN" = "$root/train"',
  'head -n 1 "$root/raw/rows" > "$root/train/rows"',
  'tail -n 1 "$root/raw/rows" > "$root/test/rows"',
].join(' && ')

test('a processing task reads and writes the folders it chose, and others read its outputs by name', { timeout }, async () => {
  await using place = sandbox()
  place.file('data/rows', 'first\nlast\n')
  const prep = place
    .project('p')
    .processing('prep')
    .shell(splitting)
    .input.local(join(place.folder, 'data'), { channel: 'raw', path: '/opt/ml/processing/raw' })
    .outputs({ train: '/opt/ml/processing/train', test: '/opt/ml/processing/test' })
  const result = await prep.run()
  const out = join(place.folder, 'out')
  expect((await result.download(out)).files).toMatchObject({ train: 1, test: 1 })
  expect(readFileSync(join(out, 'test/rows'), 'utf8')).toBe('last\n')
  expect((await prep.run()).decision.kind).toBe('skip')
  const known = place.project('p').add(prep)
  const reading = known.task('t').shell('cat "$SM_CHANNEL_TRAIN/rows" > "$SM_MODEL_DIR/rows"').input.fromTask('prep', 'train')
  const trained = await reading.run()
  await trained.download(join(place.folder, 'trained'), { only: ['model'] })
  expect(readFileSync(join(place.folder, 'trained/model/rows'), 'utf8')).toBe('first\n')
  await place.project('p').task('u').shell('test -s "$SM_CHANNEL_TEST/rows"').input.from(result.outputs.test).run()
  const stored = await place.project('p').data('prep').outputs()
  expect(Object.keys(stored).sort()).toEqual(['output', 'source', 'state', 'test', 'train'])
})

test('another folder for an input or an output is another run', { timeout }, async () => {
  await using place = sandbox()
  const prep = place.project('p').processing('prep').shell('true')
  await prep.outputs({ a: '/opt/ml/processing/a' }).run()
  const why = await prep.outputs({ a: '/opt/ml/processing/b' }).explain()
  expect(why.decision).toMatchObject({ kind: 'start', changes: [expect.objectContaining({ part: 'output a' })] })
})

test('an output that a task never named is told as missing, with where to name it', { timeout }, async () => {
  await using place = sandbox()
  await place.project('p').processing('prep').shell('true').run()
  const error = await failureOf(
    place
      .project('p')
      .task('t')
      .shell('true')
      .input.fromTask('prep', 'train' as 'output')
      .run(),
  )
  expect(error).toMatchObject({ code: 'OUTPUT_MISSING', hint: expect.stringContaining("outputs({ train: '…' })") as string })
  expect(existsSync(join(place.folder, 'out'))).toBe(false)
})

test(
  'what a program leaves outside of the folders that its kind of job keeps is told in its log, with where to write',
  { timeout },
  async () => {
    await using place = sandbox()
    const linesOf = async (task: {
      run: () => Promise<{ logs: () => AsyncIterable<{ readonly text: string }> }>
    }): Promise<string> => {
      const texts: string[] = []
      for await (const { text } of (await task.run()).logs()) texts.push(text)
      return texts.join('\n')
    }
    const project = place.project('p')
    const root = 'R=${SSM_MACHINE_ROOT-}/opt/ml'
    const processing = project
      .processing('p')
      .shell(`${root}; mkdir -p $R/model; echo m >$R/model/m; echo o >$SSM_OUTPUT/o; echo s >$SSM_STATE/s`)
    expect(await linesOf(processing)).toBe(
      '[ssm] not kept: 1 file outside of the folders that a processing job keeps: /opt/ml/model/m. It keeps /opt/ml/processing/state, /opt/ml/processing/output; a task can name more folders as outputs.',
    )
    const training = project
      .task('t')
      .shell(
        `${root}; mkdir -p $R/models $R/processing/output; for i in 1 2 3 4 5 6; do echo m >$R/models/$i; done; echo o >$R/processing/output/o`,
      )
    expect(await linesOf(training)).toMatch(
      /^\[ssm\] not kept: 7 files .*a training job keeps: \/opt\/ml\/models\/1.* …\. It keeps \/opt\/ml\/model \(SM_MODEL_DIR\)/,
    )
    const clean = 'echo x >$SM_MODEL_DIR/m; echo x >$SM_OUTPUT_DATA_DIR/o; echo x >$SSM_STATE/s; echo x >here; echo x >$TMPDIR/t'
    expect(await linesOf(project.task('u').shell(clean))).toBe('')
    const board = (name: string) => project.task(name).shell('echo x >$SSM_TENSORBOARD_DIR/e')
    expect(await linesOf(board('v'))).toMatch(
      /^\[ssm\] not kept: 1 file .*: \/opt\/ml\/output\/tensorboard\/e\. .* Files of TensorBoard are kept in the state, or in SSM_TENSORBOARD_DIR when the request has/,
    )
    const sent = board('w').request((request) => ({
      ...request,
      TensorBoardOutputConfig: { S3OutputPath: `${request.OutputDataConfig?.S3OutputPath ?? ''}boards/` },
    }))
    expect(await linesOf(sent)).toBe('')
  },
)
