import type { CommandSpec, Positional } from '../command.ts'
import { initOptions, policyOptions } from './cli-options.ts'
import { everywhere } from './groups.ts'
import { jobCommands } from './job-commands.ts'
import { projectOptions } from './run-options.ts'
import { searchCommands } from './search-commands.ts'
import { configOptions, graphOptions, typesOptions } from './small-options.ts'
import { processCommand, runCommand, shellCommand } from './task-commands.ts'

export { everywhere } from './groups.ts'
export { processCommand, runCommand, shellCommand } from './task-commands.ts'

const { project, prefix, bucket, python } = projectOptions
const plannedLine: Positional = {
  name: 'run|shell|process …',
  summary: 'The line, as it would be run.',
  isNeeded: true,
  choices: ['run', 'shell', 'process'],
}
const small = { positionals: [], needs: [], extra: 'nothing' } as const

/** Every command of `ssm`, in the order of its help. */
export const commands = [
  runCommand,
  shellCommand,
  processCommand,
  ...jobCommands,
  ...searchCommands,
  {
    ...small,
    name: 'plan',
    summary: 'Show what a line of run, shell or process would do, without doing it.',
    examples: [{ line: 'ssm plan run -p ex -t train -e train.py --ic 2', does: 'the request, the uploads, the decision' }],
    positionals: [plannedLine],
    groups: [everywhere],
  },
  {
    ...small,
    name: 'why',
    summary: 'Show whether a line of run, shell or process would skip, join or start, and why.',
    examples: [{ line: 'ssm why run -p ex -t train -e train.py', does: 'what has changed since the last job' }],
    positionals: [plannedLine],
    groups: [everywhere],
  },
  {
    ...small,
    name: 'rehearse',
    summary: 'Try out on this computer whether a line of run or shell survives spot interruptions.',
    about:
      'Runs the program here, takes its machines away at random moments as SageMaker does, and compares what comes of it with a run that nobody interrupts. The exit code is 1 when it does not survive. See --rehearsal_interruptions, --rehearsal_seed and --rehearsal_grace of ssm run.',
    examples: [{ line: 'ssm rehearse run -p ex -t train -e train.py', does: 'a certificate, or what is wrong' }],
    positionals: [{ ...plannedLine, name: 'run|shell …', choices: ['run', 'shell'] }],
    groups: [everywhere],
  },
  {
    ...small,
    name: 'graph',
    summary: 'Draw the tasks of a project that a file exports, and what flows between them.',
    about:
      'The file is loaded, but no task is started. Its default export, or one named `project`, is the project; a file that exports none is drawn by what it would run.',
    examples: [{ line: 'ssm graph pipeline.ts --mermaid', does: 'a flowchart for a README' }],
    positionals: [{ name: 'FILE', summary: 'A .ts, .js or .mjs file that exports a project.', isNeeded: true }],
    groups: [{ title: 'Drawing', options: graphOptions }, everywhere],
  },
  {
    ...small,
    name: 'types',
    summary: 'Write the types of Python or Node programs from what the tasks of a project declare.',
    about:
      'The file is loaded, but no task is started. For each task of the projects that it exports: its channels, and the hyperparameters and the result that its schemas declare.',
    examples: [
      { line: 'ssm types pipeline.ts', does: 'ssm_types.py beside it' },
      { line: 'ssm types pipeline.ts --out worker/ssm-types.ts', does: 'for a Node program' },
      { line: 'ssm types pipeline.ts --check', does: 'for CI' },
    ],
    positionals: [{ name: 'FILE', summary: 'A .ts, .js or .mjs file that exports a project.', isNeeded: true }],
    groups: [{ title: 'Types', options: typesOptions }, everywhere],
  },
  {
    ...small,
    name: 'doctor',
    summary: 'Check everything a run needs, and show how to fix what is missing.',
    examples: [
      { line: 'ssm doctor', does: 'this computer and the AWS account' },
      { line: 'ssm doctor --platform local', does: 'this computer alone' },
    ],
    groups: [{ title: 'Place', options: { project, bucket, python } }, everywhere],
  },
  {
    ...small,
    name: 'policies',
    summary: 'Print the IAM policies a project needs, ready to be pasted.',
    about:
      'job is what a job may do, trust who may use its role, caller what somebody needs who runs jobs, and setup what is needed on top to make the role and the bucket. Nothing is changed.',
    examples: [
      { line: 'ssm policies -p ex --region eu-west-1', does: 'all four documents' },
      { line: 'ssm policies -p ex --only caller > caller.json', does: 'one of them' },
    ],
    needs: ['project'],
    groups: [{ title: 'Project', options: { project, prefix, bucket, ...policyOptions } }, everywhere],
  },
  {
    ...small,
    name: 'init',
    summary: 'Create a small project to start from.',
    examples: [
      { line: 'ssm init my-project', does: 'main.ts, a Python program, package.json and README.md' },
      { line: 'ssm init my-service --template service', does: 'an HTTP service that runs tasks' },
    ],
    positionals: [
      {
        name: 'DIR',
        summary: 'The folder to make; default the current one. Existing files are never overwritten.',
        isNeeded: false,
      },
    ],
    groups: [{ title: 'Template', options: initOptions }, everywhere],
  },
  {
    ...small,
    name: 'config',
    summary: 'Show the settings that apply here.',
    about:
      'A flag wins over SSM_* variables, and these over AWS_* ones. Then come ssm.config.json of this folder or one above, the file of the user, and the defaults.',
    examples: [{ line: 'ssm config --show-origin', does: 'with the origin of each value' }],
    groups: [{ title: 'Settings', options: { ...configOptions, project, prefix, bucket, python } }, everywhere],
  },
  {
    ...small,
    name: 'completion',
    summary: 'Print a script that lets a shell complete ssm command lines.',
    examples: [
      { line: 'source <(ssm completion bash)', does: 'in ~/.bashrc' },
      { line: 'source <(ssm completion zsh)', does: 'in ~/.zshrc' },
      { line: 'ssm completion fish | source', does: 'in ~/.config/fish/config.fish' },
    ],
    positionals: [{ name: 'SHELL', summary: 'bash, zsh or fish.', isNeeded: true, choices: ['bash', 'zsh', 'fish'] }],
    groups: [everywhere],
  },
] as const satisfies readonly CommandSpec[]

export type CommandName = (typeof commands)[number]['name']

/** Flags that may stand before the command. */
export const frontCommand = { ...small, name: '', summary: '', examples: [], groups: [everywhere] } satisfies CommandSpec

/** The command of this name. */
export function commandNamed(name: string): (CommandSpec & { readonly name: CommandName }) | undefined {
  return commands.find((command) => command.name === name)
}
