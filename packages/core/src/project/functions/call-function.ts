import { createHash } from 'node:crypto'
import { join } from 'node:path'
import {
  asJson,
  callsChannel,
  callsFile,
  callsSettingsFile,
  type CallEnd,
  type CallsSettings,
  type Json,
} from '@simple-sagemaker/worker-toolkit/functions'
import type { Caller } from '../../errors/caller.ts'
import { temporaryDirectory } from '../../files/temporary.ts'
import { writeWhole } from '../../files/write-whole.ts'
import { messageOf } from '../../lang/json-problem.ts'
import { setIn } from '../../lang/set-in.ts'
import { longestTaskName } from '../../names/task-name.ts'
import { InvalidTaskError } from '../../options/errors.ts'
import type { TaskResult } from '../../run/results/task-result.ts'
import type { ReasonedPolicy, RunOptions } from '../../run/run-options.ts'
import type { Runner } from '../../run/runner.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import { addInput, type Draft } from '../draft.ts'
import { specOf } from '../spec-of.ts'
import { answersIn } from './answers.ts'
import { FunctionFailedError } from './errors.ts'
import { functionFile } from './function-file.ts'
import { checkedArguments, checkedValues } from './schemas.ts'

/** Calls to make in one job. */
export interface CallsWanted {
  /** The arguments of each call, without those that all have. */
  readonly calls: readonly (readonly unknown[])[]
  readonly rest: readonly unknown[]
  readonly machines: number | undefined
  readonly perMachine: number
  /** Whether it is a `map`, whose failures are told by item. */
  readonly isMap: boolean
  readonly options: RunOptions
}

const nameDigits = 10

const again: ReasonedPolicy = { force: true, because: 'calls that threw are made again' }

/**
 * Makes the calls in one job, unless a job with the same function and arguments has made them; gives the values in order.
 *
 * Calls with other arguments are a task of their own, `<task>-<digest>`: each keeps its result, and many may run at once.
 * @throws {FunctionFailedError} when a call threw. {InvalidTaskError} for arguments that JSON cannot carry.
 */
export async function makeCalls(draft: Draft, runner: Runner, wanted: CallsWanted, caller: Caller): Promise<readonly unknown[]> {
  if (draft.calls === undefined) throw notAFunction(draft.task)
  if (wanted.calls.length === 0) return []
  const { calls, rest: others } = await checkedArguments(draft.task, draft.calls, wanted)
  const lines = calls.map((args, call) => textOf(draft.task, args, wanted.isMap ? `item ${call}` : 'call'))
  const rest = listOf(draft.task, others, 'rest')
  await using scratch = await temporaryDirectory()
  const folder = join(scratch.path, 'calls')
  const settings: CallsSettings = { v: 1, perMachine: wanted.perMachine, rest }
  await writeWhole(join(folder, callsFile), lines.map((line) => `${line}\n`).join(''))
  await writeWhole(join(folder, callsSettingsFile), JSON.stringify(settings))
  const digest = createHash('sha256')
    .update(JSON.stringify([lines, rest]))
    .digest('hex')
    .slice(0, nameDigits)
  const spec = await specWith(draft, digest, folder, wanted)
  const run = async (options: RunOptions): Promise<Answered> => {
    const result = await runner.run(spec, options, caller)
    return { result, ends: await endsOf(result, lines.length, join(scratch.path, options.force === true ? 'again' : 'first')) }
  }
  const first = await run(wanted.options)
  // A job that made the calls before is done; only calls that threw then are made again.
  const isOld = first.result.decision.kind === 'skip' && first.ends.some(({ error }) => error !== undefined)
  const { result, ends } = isOld ? await run({ ...wanted.options, ...again }) : first
  if (ends.some(({ error }) => error !== undefined))
    throw caller(new FunctionFailedError(draft.calls.exported, result.job, ends, wanted.isMap))
  return await checkedValues(draft.calls, ends, result.job, wanted.isMap)
}

interface Answered {
  readonly result: TaskResult
  readonly ends: readonly CallEnd[]
}

async function specWith(draft: Draft, digest: string, folder: string, wanted: CallsWanted): Promise<TaskSpec> {
  const { calls: source } = draft
  if (source === undefined) throw notAFunction(draft.task)
  if (draft.task.length > longestTaskName - nameDigits - 1) throw nameTooLong(draft.task)
  const { sourceDir, dependencies = [] } = source.python ?? {}
  const entry = source.python === undefined ? await functionFile(draft.task, source) : source.specifier
  const machines = Math.min(wanted.machines ?? draft.options.instanceCount ?? 1, wanted.calls.length)
  const { calls: _, ...described } = draft
  const made: Draft = {
    ...described,
    task: `${draft.task}-${digest}`,
    program: { kind: 'code', entry, exported: source.exported, dependencies, ...setIn({ sourceDir }) },
    // What other code left is not what this function gives.
    options: { ...draft.options, instanceCount: machines, state: 'same-spec' },
  }
  return specOf(addInput(made, { kind: 'local', path: folder }, callsChannel))
}

async function endsOf(result: TaskResult, calls: number, folder: string): Promise<readonly CallEnd[]> {
  await result.download(folder, { only: ['model'] })
  return answersIn(folder, calls, result.job)
}

const textOf = (task: string, args: readonly unknown[], place: string): string => JSON.stringify(listOf(task, args, place))

function listOf(task: string, values: readonly unknown[], place: string): readonly Json[] {
  // Arguments that are left out at the end are not sent.
  const last = values.findLastIndex((value) => value !== undefined)
  return values.slice(0, last + 1).map((value, at) => {
    try {
      return asJson(value, `argument ${at + 1}`)
    } catch (cause) {
      throw new InvalidTaskError(
        task,
        [
          {
            path: place,
            value: undefined,
            message: messageOf(cause),
            hint: 'Arguments are sent as JSON: give texts, numbers, booleans, null, lists and plain objects.',
          },
        ],
        { cause },
      )
    }
  })
}

const notAFunction = (task: string): InvalidTaskError =>
  new InvalidTaskError(task, [
    {
      path: 'function',
      value: undefined,
      message: 'is missing: nothing says what to call',
      hint: "Add .function(() => import('./work.ts'), 'work').",
    },
  ])

const nameTooLong = (task: string): InvalidTaskError =>
  new InvalidTaskError(task, [
    {
      path: 'task',
      value: task,
      message: `must have at most ${longestTaskName - nameDigits - 1} characters, because each set of arguments is a task with a longer name`,
      hint: 'Choose a shorter name.',
    },
  ])
