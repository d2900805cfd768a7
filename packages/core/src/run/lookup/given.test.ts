import { expect, test } from 'vitest'
import { isSsmError } from '../../errors/ssm-error.ts'
import { local } from '../../local/index.ts'
import { project } from '../../project/project.ts'
import * as jobs from './index.ts'

const { isTerminal: _terminal, describeOnly: _describe, taskOfJob: _task, totalOf: _total, ...functions } = jobs
const wrong: readonly unknown[] = [undefined, null, 0, 'local', [], {}, { platform: 'local' }, () => undefined]

/** What a call came to, waited for and read to its end. */
async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    const given = await call()
    for await (const _ of Object(given) as AsyncIterable<unknown>) break
    return undefined
  } catch (cause) {
    return cause
  }
}

const isOurs = (cause: unknown): boolean => isSsmError(cause)

test.each(Object.entries(functions))('%s answers what it cannot work with by one of our errors', async (_, of) => {
  const called = of as (...given: readonly unknown[]) => unknown
  for (const one of wrong)
    for (const other of wrong)
      for (const third of [undefined, 'x', { sinal: 1 }]) {
        const cause = await failureOf(() => called(one, other, third))
        expect(cause, `${JSON.stringify([one, other, third])}: ${String(cause)}`).toSatisfy(isOurs)
      }
})

test('what is no list of costs is refused', async () => {
  for (const given of [undefined, null, 0, 'local', {}])
    expect(await failureOf(() => jobs.totalOf(given as never))).toMatchObject({ code: 'TASK_INVALID' })
})

test('a platform by its name is answered with how one is opened', async () => {
  const cause = await failureOf(() => jobs.budgetOf('x', { platform: 'local' } as never))
  expect(cause).toMatchObject({
    code: 'TASK_INVALID',
    message: expect.stringMatching(
      /^budgetOf\(\) cannot be called like this:\n  platform must be an opened platform \(given: "local"\)/,
    ) as string,
    hint: expect.stringContaining('local() of @simple-sagemaker/core/local') as string,
  })
})

test.each<readonly [string, () => unknown]>([
  ['signal', () => jobs.listJobs('x', 't', { platform: local() }, { sgnal: 1 } as never)],
  ['keep', () => jobs.cleanJobs({ platform: local(), project: 'x' }, { kep: 1, confirm: () => true } as never)],
  [
    'only',
    () =>
      project('x', { platform: 'local' })
        .data('t')
        .download('out', { onli: ['model'] } as never),
  ],
  [
    'metrics',
    () =>
      project('x', { platform: 'local' })
        .data('t')
        .series({ metric: {} } as never),
  ],
  [
    'factor',
    () =>
      project('x')
        .task('t')
        .shell('true')
        .search({ a: [1] } as never)
        .stopEarly({ facter: 2 } as never),
  ],
])('a field that does not exist is refused with the one that was meant: %s', async (meant, call) => {
  expect(await failureOf(call)).toMatchObject({
    code: 'TASK_INVALID',
    hint: expect.stringContaining(`Did you mean ${meant}?`) as string,
  })
})
