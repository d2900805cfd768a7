import type { CommandSpec, Positional } from '../command.ts'
import { cleanOptions, costOptions, logOptions, reportOptions, watchOptions } from './cli-options.ts'
import { listOptions, warmOptions } from './small-options.ts'
import { download, everywhere, where } from './groups.ts'
import { callOptions, projectOptions } from './run-options.ts'

const { clean } = callOptions
const { project, prefix, bucket } = projectOptions
const job: Positional = { name: 'JOB', summary: 'The name of a job. Without it give its project and task.', isNeeded: false }

const small = { positionals: [], needs: [], extra: 'nothing' } as const

/** The commands that look at jobs and at what they stored, or stop them. */
export const jobCommands = [
  {
    ...small,
    name: 'data',
    summary: 'Show, download or clear what a task has stored.',
    examples: [
      { line: 'ssm data -p ex -t train -o ./out --download_model', does: 'the logs and the model of the newest completed job' },
      {
        line: 'ssm data train-2026-03-01-12-00-00-AbCd1234 -o ./out --download_output',
        does: 'the logs and the output of this job',
      },
      { line: 'ssm data -p ex -t train --cs', does: 'clears the state' },
    ],
    positionals: [
      {
        name: 'JOB',
        summary: 'A job, also one that failed. Without it give its project and task: the newest completed one.',
        isNeeded: false,
      },
    ],
    groups: [{ title: 'Task', options: where }, { title: 'State', options: { clean } }, download, everywhere],
  },
  {
    ...small,
    name: 'ps',
    summary: 'List jobs: of a task, of a project, or of all projects in the bucket.',
    examples: [
      { line: 'ssm ps -p ex', does: 'the newest jobs of every task of ex' },
      { line: 'ssm ps -p ex --watch', does: 'the same, until no job is running' },
      { line: 'ssm ps -p ex --usage', does: 'what their machines used' },
      { line: 'ssm ps -p ex --cost --last 25', does: 'what they cost: by job, task, project and tag' },
    ],
    groups: [
      { title: 'Jobs', options: { ...where, ...listOptions } },
      { title: 'Cost', options: { ...costOptions, prices: projectOptions.prices } },
      everywhere,
    ],
  },
  {
    ...small,
    name: 'logs',
    summary: 'Show the log of a job, or of the newest job of a task.',
    examples: [
      { line: 'ssm logs -p ex -t train --follow', does: 'the last 100 lines, then every new one' },
      { line: 'ssm logs train-2026-03-01-12-00-00-AbCd1234 --machine algo-2 --search error', does: 'one machine, one word' },
    ],
    positionals: [job],
    groups: [{ title: 'Job', options: where }, { title: 'Lines', options: logOptions }, everywhere],
  },
  {
    ...small,
    name: 'show',
    summary: 'Show what is known of a job, or of the newest job of a task.',
    examples: [{ line: 'ssm show -p ex -t train', does: 'why it ran, status, phases, metrics, why it failed' }],
    positionals: [job],
    groups: [{ title: 'Job', options: where }, everywhere],
  },
  {
    ...small,
    name: 'report',
    summary: 'Write a page about a job, a task with its newest job, or a project with the newest job of each task.',
    about:
      'One HTML file that needs nothing else: how it went, cost, metrics, use of the machines, log, inputs, outputs, code and request. Of a task that was searched, its trials, and the job of the best one. With --json and without -o, the same as data.',
    examples: [
      { line: 'ssm report -p ex', does: 'the whole project, into report.html' },
      { line: 'ssm report train -p ex -o train.html', does: 'one task' },
      { line: 'ssm report train-2026-03-01-12-00-00-AbCd1234 -o job.html', does: 'one job' },
      { line: 'ssm report -p ex --cost', does: 'with what the jobs cost' },
    ],
    positionals: [{ name: 'TASK|JOB', summary: 'A task of the project, or a job. Default: every task.', isNeeded: false }],
    groups: [
      { title: 'Report', options: { ...reportOptions, ...where } },
      { title: 'Cost', options: { ...costOptions, prices: projectOptions.prices } },
      everywhere,
    ],
  },
  {
    ...small,
    name: 'watch',
    summary: 'Show a job in the browser as it goes on.',
    about:
      'The page of ssm report, updated as the job goes on. It is served to this computer alone, and only to who knows the address that is printed. Nothing can be changed by it.',
    examples: [{ line: 'ssm watch train -p ex --web', does: 'prints the address, and serves until Ctrl-C' }],
    positionals: [{ name: 'TASK|JOB', summary: 'A task of the project, or a job.', isNeeded: false }],
    groups: [{ title: 'Page', options: { ...watchOptions, ...where } }, everywhere],
  },
  {
    ...small,
    name: 'wait',
    summary: 'Wait for the end of a job, or of the newest job of a task; the exit code tells how it ended.',
    examples: [{ line: 'ssm wait $(ssm run -p ex -t t -e t.py --detach)', does: 'starts a job and waits for it' }],
    positionals: [job],
    groups: [{ title: 'Job', options: where }, everywhere],
  },
  {
    ...small,
    name: 'stop',
    summary: 'Stop a job, or the newest job of a task.',
    examples: [{ line: 'ssm stop -p ex -t train', does: 'sends SIGTERM, gives two minutes to save, then SIGKILL' }],
    positionals: [job],
    groups: [{ title: 'Job', options: where }, everywhere],
  },
  {
    ...small,
    name: 'warm',
    summary: 'List machines that jobs keep warm, of a project or of all projects in the bucket, and end them.',
    about: 'Machines kept warm are billed until a job takes them or their time is over. AWS only.',
    examples: [
      { line: 'ssm warm -p ex --cost', does: 'which there are, for how long, and what they cost' },
      { line: 'ssm warm -p ex --end all', does: 'ends them now' },
    ],
    groups: [
      { title: 'Warm machines', options: { project, prefix, bucket, ...warmOptions } },
      { title: 'Cost', options: { ...costOptions, prices: projectOptions.prices } },
      everywhere,
    ],
  },
  {
    ...small,
    name: 'clean',
    summary: 'Remove old jobs of a project, or of one task, with all they stored.',
    about:
      'The newest jobs of each task stay as far as --keep says, and always its newest completed one, jobs that have not ended, and jobs whose results are not stored yet. Inputs and state stay. On a terminal it asks first; elsewhere nothing is removed without --yes.',
    examples: [
      { line: 'ssm clean -p ex --keep 3', does: 'shows what would go, and asks' },
      { line: 'ssm clean -p ex -t train --keep 1 --yes', does: 'one task, without a question' },
    ],
    needs: ['project', 'keepJobs'],
    groups: [{ title: 'Jobs', options: { ...where, ...cleanOptions } }, everywhere],
  },
] as const satisfies readonly CommandSpec[]
