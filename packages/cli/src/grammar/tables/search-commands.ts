import { parameterOptions, type AnyOption } from '@simple-sagemaker/core/options'
import { plainName, type CommandSpec, type OptionTable } from '../command.ts'
import { planOptions } from './cli-options.ts'
import { download, everywhere, where } from './groups.ts'
import { rehearsalOptions } from './rehearsal-options.ts'
import { callOptions } from './run-options.ts'
import { bestOptions, searchOptions } from './search-options.ts'
import { tensorboardOptions } from './small-options.ts'
import { runCommand, shellCommand } from './task-commands.ts'

const { force, clean, keep } = callOptions
const { dryRun, detach } = planOptions

const refused: readonly { readonly options: OptionTable; readonly instead: string }[] = [
  {
    options: { dryRun },
    instead:
      'To see what a trial would send, put ssm plan in front of run or shell with the options of the task and --NAME VALUE for what is searched',
  },
  {
    options: { detach },
    instead:
      'This command chooses and starts the trials, so it has to go on. Ctrl-C ends it, trials that run go on, and the same line continues the search',
  },
  {
    options: { force, clean },
    instead: 'Trials that ran before with the same values are used again. For new ones give the task another name with -t',
  },
  { options: { keep }, instead: 'ssm best shows what the newest search of the task found' },
  { options: rehearsalOptions, instead: 'Try the program out without the search, with ssm rehearse run or ssm rehearse shell' },
  {
    options: download.options,
    instead:
      'When the search has ended, ssm best --json names the task of the best trial, and ssm data -t TASK -o DIR downloads from it',
  },
]

/** Flags of `ssm run` that a search cannot honour, and what to do instead. */
const searchRefusals: ReadonlyMap<string, string> = new Map(
  refused.flatMap(({ options, instead }) =>
    Object.values(options).flatMap(({ flag }) => (flag?.names ?? []).map((name) => [plainName(name), instead] as const)),
  ),
)

const notOfSearches = ['Task', 'Code']
const isTaken = ([, { flag }]: readonly [string, AnyOption]): boolean =>
  flag?.names.some((name) => searchRefusals.has(plainName(name))) !== true
const shared = runCommand.groups
  .filter(({ title }) => !notOfSearches.includes(title))
  .map(({ title, options }) => ({ title, options: Object.fromEntries(Object.entries<AnyOption>(options).filter(isTaken)) }))
  .filter(({ options }) => Object.keys(options).length > 0)
const [, runCode] = runCommand.groups
const [, shellCode] = shellCommand.groups

/** The commands that search hyperparameters and look at what was found. */
export const searchCommands = [
  {
    name: 'search',
    summary: 'Search hyperparameters of a task: many jobs, the best of which is found.',
    about:
      'Followed by run or shell and the options of the task. Each trial is a job of its own. The same line goes on where an earlier one ended, however it ended. Ctrl-C lets the trials go on.',
    examples: [
      {
        line: "ssm search run -p ex -t train -e train.py --md loss 'loss=([-+.0-9eE]+)' --search lr log 1e-5 1e-1 --minimize loss --trials 40",
        does: 'forty trials, four at once',
      },
      {
        line: "ssm search run -p ex -t train -e train.py --md acc 'acc=([-+.0-9eE]+)' --search opt choice adam sgd --search layers choice_json 1 2 4 --maximize acc --by grid",
        does: 'every combination',
      },
    ],
    positionals: [{ name: 'run|shell', summary: 'What the line describes.', isNeeded: true, choices: ['run', 'shell'] }],
    needs: ['project', 'task', 'search'],
    extra: 'hyperparameters',
    refuses: searchRefusals,
    groups: [
      { title: 'Search', options: searchOptions },
      { title: 'Task', options: where },
      { title: 'Code', options: { ...runCode.options, ...shellCode.options } },
      ...shared,
    ],
  },
  {
    name: 'best',
    summary: "Show the best trial of a task's newest search, and all others.",
    examples: [
      { line: 'ssm best -p ex -t train --json', does: 'values, metric and job of each trial' },
      { line: 'ssm best -p ex -t train --search 2', does: 'the search before the newest one' },
    ],
    positionals: [],
    needs: ['project', 'task'],
    extra: 'nothing',
    groups: [{ title: 'Task', options: where }, { title: 'Search', options: bestOptions }, everywhere],
  },
  {
    name: 'metrics',
    summary: 'Show the values of metrics over the time of a job.',
    about: 'The log is read anew, of every machine. Expressions are those of the job; --md gives others.',
    examples: [
      { line: 'ssm metrics -p ex -t train', does: 'a row of bars for each metric and machine' },
      { line: 'ssm metrics train-2026-03-01-12-00-00-AbCd1234 --json', does: 'every value of this job, with its time' },
    ],
    positionals: [{ name: 'JOB', summary: 'The name of a job. Without it give its project and task.', isNeeded: false }],
    needs: [],
    extra: 'nothing',
    groups: [{ title: 'Job', options: where }, { title: 'Metrics', options: { metrics: parameterOptions.metrics } }, everywhere],
  },
  {
    name: 'tensorboard',
    summary: 'Show what jobs wrote for TensorBoard, in a TensorBoard of this computer.',
    about:
      'Of a task, with the trials of its searches, or of one job: what was written to SSM_TENSORBOARD_DIR with --tensorboard, and the event files of the state. New files are brought while it runs. It serves this computer alone. Where there is no tensorboard on the PATH, it is installed once, into the cache.',
    examples: [{ line: 'ssm tensorboard train -p ex', does: 'prints the address, and serves until Ctrl-C' }],
    positionals: [{ name: 'TASK|JOB', summary: 'A task of the project, or a job.', isNeeded: false }],
    needs: [],
    extra: 'nothing',
    groups: [{ title: 'TensorBoard', options: { ...tensorboardOptions, ...where } }, everywhere],
  },
] as const satisfies readonly CommandSpec[]
