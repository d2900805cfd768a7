import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { Secret, type RunEvent } from '@simple-sagemaker/core'
import { expect, test } from 'vitest'
import { everythingIn } from '../support/leftovers.ts'
import { failureOf, sandbox, ownCache, timeout, type Sandbox } from './flow.ts'

ownCache()

const canary = 'canary-7f3a9b2c41'

/** Files below the sandbox's folder that hold the canary, packed or not. */
function withCanary(place: Sandbox): readonly string[] {
  return everythingIn(place.folder)
    .filter((path) => !path.endsWith('/'))
    .filter((path) => readFileSync(join(place.folder, path)).includes(canary))
}

const said = (value: unknown): string => inspect(value, { depth: 20, showHidden: true, maxStringLength: null })

test('a secret reaches the program, and nothing else says it', { timeout }, async () => {
  await using place = sandbox()
  const told: RunEvent[] = []
  const task = place
    .project('p')
    .task('t')
    .shell('test "$TOKEN" = "$(printf "canary-7f3a9b2c%s" 41)" && echo reached')
    .env({ TOKEN: new Secret(canary) })
  const result = await task.run({ onEvent: (event) => told.push(event) })
  expect(told.flatMap((event) => (event.type === 'logged' ? [event.line.text] : []))).toEqual(['reached'])
  const spoken = [told, result, await task.plan(), await task.explain(), task, task.output('model')]
  expect(spoken.filter((each) => said(each).includes(canary) || JSON.stringify(each).includes(canary))).toEqual([])
  // The request is what the machine gets its environment from; whoever may read jobs may read it, as on AWS.
  expect(withCanary(place).filter((path) => !/(^|\/)request\.json$/.test(path))).toEqual([])
})

test('a program that says its secret is masked in events, logs, metrics and errors', { timeout }, async () => {
  await using place = sandbox()
  const told: RunEvent[] = []
  const line = 'echo "token=$TOKEN"; echo "trace $TOKEN" >&2; exit 3'
  const task = place
    .project('p')
    .task('t')
    .shell(line)
    .env({ TOKEN: new Secret(canary) })
  const run = await task.start()
  for await (const event of run.events()) told.push(event)
  const error = await failureOf(run.result())
  expect(error).toMatchObject({ code: 'JOB_FAILED', exitCode: 3 })
  const read: string[] = []
  for await (const { text } of run.logs()) read.push(text)
  expect(read).toContain('token=<secret>')
  for (const each of [told, error, error.facts, JSON.stringify(error), error.stack, read])
    expect(said(each)).not.toContain(canary)
  expect(said(error)).toContain('<secret>')
})

test(
  'a program that says its secret leaves it neither in the stored log nor in the stored reason of its failure',
  { timeout },
  async () => {
    await using place = sandbox()
    const halves = 'printf "half "; printf %s "$TOKEN" | head -c 9; sleep 0.3; printf %s "$TOKEN" | tail -c +10; echo'
    const task = place
      .project('p')
      .task('t')
      .shell(
        `echo "token=$TOKEN"; ${halves}; printf '%01020d%s' 0 "$TOKEN" >"$SM_OUTPUT_DIR/failure"; echo "trace $TOKEN" >&2; exit 3`,
      )
      .env({ TOKEN: new Secret(canary) })
    expect(await failureOf(task.run())).toMatchObject({ code: 'JOB_FAILED' })
    expect(withCanary(place)).toEqual([])
    const stored = everythingIn(place.root).filter((path) => !path.endsWith('/'))
    const texts = stored.map((path) => readFileSync(join(place.root, path), 'latin1'))
    expect(texts.filter((text) => text.includes('half <secret>\n'))).toHaveLength(1)
    expect(texts.filter((text) => text.includes('canary'))).toEqual([])
  },
)

test('the value of a secret is no part of what makes a run the same run', { timeout }, async () => {
  await using place = sandbox()
  const task = place.project('p').task('t').shell('true')
  const first = await task.env({ TOKEN: new Secret(canary) }).run()
  const second = await task.env({ TOKEN: new Secret('another-canary-text') }).run()
  expect(second.job).toBe(first.job)
  expect((await task.run()).decision).toMatchObject({ kind: 'start', because: 'changed: env TOKEN is gone' })
})

test('a secret in a wrong place is refused without being said', { timeout }, async () => {
  await using place = sandbox()
  const task = place.project('p').task('t').shell('true')
  const secret = new Secret(canary.repeat(60))
  for (const wrong of [
    task.env({ TOKEN: secret }),
    task.hyperparameters({ a: secret as never }),
    task.tags({ a: secret as never }),
    task.args(secret as never),
  ]) {
    const error = await failureOf(wrong.run())
    expect(error.code).toBe('TASK_INVALID')
    expect(said(error) + JSON.stringify(error)).not.toContain(canary)
  }
})

test('a download holds what the program wrote, as it wrote it', { timeout }, async () => {
  await using place = sandbox()
  const task = place
    .project('p')
    .task('t')
    .shell('echo "$TOKEN" > "$SM_MODEL_DIR/token"; echo "log $TOKEN"')
    .env({ TOKEN: new Secret(canary) })
  const out = join(place.folder, 'out')
  await (await task.run()).download(out)
  // A model is the user's own; a log file of ours is masked.
  expect(readFileSync(join(out, 'model/token'), 'utf8')).toBe(`${canary}\n`)
  expect(readFileSync(join(out, 'logs/logs0'), 'utf8')).toBe('log <secret>\n')
})

test(
  'files that seem to hold credentials are told when they are sent as an input, and .ssmignore keeps them here',
  { timeout },
  async () => {
    await using place = sandbox()
    place.file('data/words.txt', 'a')
    place.file('data/.AWS/credentials', 'b')
    place.file('data/deep/ID_RSA', 'c')
    const task = place.project('p').task('t').shell('true').input.local(join(place.folder, 'data'))
    const warned = async (): Promise<readonly string[]> => {
      const messages: string[] = []
      await task.run({ force: true, onEvent: (event) => event.type === 'warned' && messages.push(event.message) })
      return messages.filter((message) => message.includes('credentials'))
    }
    expect(await warned()).toEqual([
      expect.stringMatching(
        /^\.AWS\/credentials, deep\/ID_RSA of the input .* seem to hold credentials and are sent; .*\.ssmignore/,
      ),
    ])
    place.file('data/.ssmignore', '.AWS\nID_RSA\n')
    expect(await warned()).toEqual([])
  },
)
