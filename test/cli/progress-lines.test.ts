import type { SearchEvent } from '@simple-sagemaker/core'
import { expect, test } from 'vitest'
import { eventPrinter } from '../../packages/cli/src/print.ts'
import { RunLog } from '../../packages/cli/src/render/run-log.ts'
import { jobsText } from '../../packages/cli/src/render/job-table.ts'
import { coloursWhen } from '../../packages/cli/src/terminal/colours.ts'
import { reasonsInLine, widthOf } from '../../packages/cli/src/terminal/text.ts'
import { testContext } from './support/context.ts'

test('printEvents tells whose a line of the log is once a second machine or task has printed one', () => {
  const context = testContext({ cwd: '/' })
  const print = eventPrinter(context, {})
  const say = (task: string, machine: string, text: string): void =>
    print({ type: 'logged', atMs: 0, task, job: `${task}-1`, line: { machine, text, atMs: 0 } } as never)
  say('a', 'algo-1', 'one')
  say('a', 'algo-1', 'two')
  say('a', 'algo-2', 'three')
  say('a', 'algo-1', 'four')
  expect(context.stdout.text()).toBe('one\ntwo\nalgo-2 │ three\nalgo-1 │ four\n')
})

test('a run of several machines or tasks, as it is told at the beginning, tells whose each line of the log is, the first one too', () => {
  const printed = (extent: object, began: readonly object[] = []): string => {
    const context = testContext({ cwd: '/' })
    const print = eventPrinter(context, {})
    const decision = { kind: 'start', because: 'it has never run', changes: [] }
    for (const event of began) print(event as never)
    print({ type: 'decided', atMs: 0, task: 'a', decision, ...extent } as never)
    print({ type: 'logged', atMs: 0, task: 'a', job: 'a-1', line: { machine: 'algo-1', text: 'one', atMs: 0 } } as never)
    return context.stdout.text()
  }
  expect(printed({})).toBe('one\n')
  expect(printed({ machines: 2 })).toBe('algo-1 │ one\n')
  expect(printed({ tasks: 2 })).toBe('a algo-1 │ one\n')
  const trial = { type: 'trial-started', atMs: 0, task: 'a', trial: 1, hyperparameters: {} }
  expect(printed({}, [trial])).toBe('a algo-1 │ one\n')
})

const failed = (message: string): SearchEvent => ({
  type: 'finished',
  atMs: 0,
  task: 'train',
  outcome: { kind: 'failed', code: 'X', message },
})

test.each([
  ['Task train cannot run:\n  a must be 1\n  b must be 2', {}, 'Task train cannot run:\n  a must be 1\n  b must be 2'],
  ['Job t-1 failed: exit code 1 on algo-1\n  ValueError: loss is nan', {}, 'Job t-1 failed: exit code 1 on algo-1'],
  ['Job t-1 failed: exit code 1 on algo-1\n  ValueError', { logs: false }, 'Job t-1 failed: exit code 1 on algo-1\n  ValueError'],
])('printEvents says why a task failed: %j with %j', (message, options, said) => {
  const context = testContext({ cwd: '/' })
  eventPrinter(context, options)(failed(message))
  expect(context.stderr.text()).toBe(`✗ train failed: ${said}\n`)
})

test('a reason in one line has what stands below a colon', () => {
  expect(reasonsInLine('Task train cannot run:\n  a must be 1\n  b must be 2\n')).toBe(
    'Task train cannot run: a must be 1; b must be 2',
  )
  expect(reasonsInLine('Job t-1 failed: exit code 1\n  ValueError')).toBe('Job t-1 failed: exit code 1')
  expect(reasonsInLine('only this:')).toBe('only this:')
})

test('a phase that a run joined counts from its beginning, and one in which the job failed is marked', () => {
  const log = new RunLog()
  const changed = (atMs: number, status: string, phase: string, phaseStartedAtMs?: number): readonly string[] =>
    log
      .tell({
        type: 'status-changed',
        atMs,
        task: 't',
        job: 't-1',
        status,
        phase,
        ...(phaseStartedAtMs === undefined ? {} : { phaseStartedAtMs }),
      } as never)
      .map(({ kind, text }) => `${kind}: ${text}`)
  expect(changed(100_000, 'in-progress', 'Training', 40_000)).toEqual([])
  expect(changed(101_000, 'failed', 'Failed')).toEqual(['failed: Training 1 min 1 s'])
})

test('a metric that one machine tells has its name, and one that several tell is named alike for each', () => {
  const log = new RunLog()
  const measured = (machine: string, value: number): unknown =>
    log.tell({ type: 'measured', atMs: 1, task: 't', job: 't-1', machine, metric: 'loss', value } as never)
  measured('algo-2', 1)
  expect(log.metrics()).toEqual(['loss ▄ 1'])
  measured('algo-1', 2)
  expect(log.metrics()).toEqual(['loss (algo-2) ▄ 1', 'loss (algo-1) ▄ 2'])
})

test.each([40, 60, 79])('a table of jobs fits a terminal of %i columns without breaking a word', (columns) => {
  const job = {
    name: `train-2026-03-01-12-00-00-AbCd1234`,
    status: 'in-progress',
    phase: 'Training',
    createdAtMs: 0,
    machines: 1,
  }
  const text = jobsText([{ project: 'an-example', task: 'train', job: job as never }], {
    nowMs: 5_000,
    colours: coloursWhen(false),
    columns,
  })
  expect(text.split('\n').every((line) => widthOf(line) <= columns)).toBe(true)
  expect(text).toContain('train-2026-03-01-12-00-00-AbCd1234')
})
