import { accessOptions, computeOptions, imageOptions, parameterOptions, type AnyOption } from '@simple-sagemaker/core/options'
import { callOptions, inputOptions, programOptions, projectOptions, typedOptions } from './run-options.ts'
import type { CommandSpec, FlagGroup, Positional } from '../command.ts'
import { configOptions, globalOptions, graphOptions, listOptions, logOptions, planOptions } from './cli-options.ts'

const { project, prefix, task, bucket, platform, region, profile } = projectOptions
const { entry, sourceDir, dependencies, shell, files, code, entrypoint, command } = programOptions
const { hyperparameters, args, env, tags, metrics } = parameterOptions
const { distribution, ...sharedImage } = imageOptions
const { force, clean, keep, enableMetrics, outputPath, downloadState, downloadModel, downloadOutput, noUnpack } = callOptions

const where = { project, task, prefix, bucket }
/** The flags that every command takes. */
export const everywhere: FlagGroup = { title: 'Everywhere', options: { platform, region, profile, ...globalOptions } }
const download: FlagGroup = { title: 'Download', options: { outputPath, downloadState, downloadModel, downloadOutput, noUnpack } }
const access: FlagGroup = { title: 'Access', options: accessOptions }
const everyKind: readonly FlagGroup[] = [
  { title: 'Machines', options: computeOptions },
  { title: 'Image', options: sharedImage },
  { title: 'Running', options: { force, ...planOptions, distribution, hyperparameters, ...typedOptions, args, env, tags } },
  { title: 'Inputs and state', options: { ...inputOptions, clean, keep } },
  { title: 'Metrics', options: { metrics, enableMetrics } },
  download,
  access,
]

/** The groups with the options that this kind of task takes. */
function groupsFor(kind: 'training' | 'processing'): readonly FlagGroup[] {
  const takes = ([, option]: readonly [string, AnyOption]): boolean => option.kinds.includes(kind)
  const taken = everyKind.map(({ title, options }) => ({
    title,
    options: Object.fromEntries(Object.entries(options).filter(takes)),
  }))
  return [...taken.filter(({ options }) => Object.keys(options).length > 0), everywhere]
}

const aboutExtra =
  'Every --KEY VALUE that is no option is a hyperparameter: the program gets it unchanged, and ssm prints which ones it took. Everything after -- is passed to the program untouched.'
const aboutCtrlC = 'Ctrl-C once lets the job go on and prints how to follow it again; twice within a second stops the job.'
const job: Positional = { name: 'JOB', summary: 'The name of a job; or say its project and task.', isNeeded: false }

/** `ssm run`. */
export const runCommand = {
  name: 'run',
  summary: 'Run a Python, shell, TypeScript or JavaScript file as a task.',
  about: `${aboutExtra}\n${aboutCtrlC}`,
  examples: [
    {
      line: 'ssm run -p ex -t train -e train.py -o ./out --it ml.g5.2xlarge --ic 2',
      does: 'two machines, the logs in ./out/logs',
    },
    { line: 'ssm run -p ex -t train -e train.py --platform local', does: 'on this computer, without an account' },
    { line: 'ssm run -p ex -t eval -e eval.py --iit model train model --lr 0.1 -- --raw "a b"', does: "reads train's model" },
  ],
  positionals: [],
  needs: ['project', 'task', 'entry'],
  extra: 'hyperparameters',
  groups: [
    { title: 'Task', options: where },
    { title: 'Code', options: { entry, sourceDir, dependencies } },
    ...groupsFor('training'),
  ],
} as const satisfies CommandSpec

/** `ssm shell`. */
export const shellCommand = {
  name: 'shell',
  summary: 'Run a command line as a task.',
  about: `${aboutExtra}\n${aboutCtrlC}`,
  examples: [
    { line: 'ssm shell -p ex -t look --cmd_line "cat /proc/cpuinfo && nvidia-smi" -o ./out', does: 'the logs in ./out/logs' },
    { line: 'ssm shell -p ex -t sum --cmd "sort -u data.txt" --dir_files ./files --it local', does: 'on this computer' },
  ],
  positionals: [],
  needs: ['project', 'task', 'shell'],
  extra: 'hyperparameters',
  groups: [
    { title: 'Task', options: where },
    { title: 'Code', options: { shell, files, dependencies } },
    ...groupsFor('training'),
  ],
} as const satisfies CommandSpec

/** `ssm process`. */
export const processCommand = {
  name: 'process',
  summary: 'Run a processing task: a script, or any program of an image.',
  about: `Everything after -- is passed to the program untouched.\n${aboutCtrlC}`,
  examples: [
    {
      line: 'ssm process -p ex -t clean --code clean.py -i ./data -o ./out --download_output -- --min 3',
      does: 'a Python script',
    },
    { line: 'ssm process -p ex -t list --entrypoint /bin/bash -- -c "ls -la /opt/ml"', does: 'a program of the image' },
  ],
  positionals: [],
  needs: ['project', 'task'],
  extra: 'arguments',
  groups: [
    { title: 'Task', options: where },
    { title: 'Code', options: { code, entrypoint, command, dependencies } },
    ...groupsFor('processing'),
  ],
} as const satisfies CommandSpec

const small = { positionals: [], needs: [], extra: 'nothing' } as const

/** Every command of `ssm`, in the order of its help. */
export const commands = [
  runCommand,
  shellCommand,
  processCommand,
  {
    ...small,
    name: 'data',
    summary: 'Show, download or clear what a task left.',
    examples: [
      { line: 'ssm data -p ex -t train -o ./out --download_model', does: 'logs and model of the newest completed job' },
      { line: 'ssm data -p ex -t train --cs', does: 'clears the state' },
    ],
    needs: ['project', 'task'],
    groups: [{ title: 'Task', options: where }, { title: 'State', options: { clean } }, download, everywhere],
  },
  {
    ...small,
    name: 'plan',
    summary: 'Show what a line of run, shell or process would do, and write nothing.',
    examples: [{ line: 'ssm plan run -p ex -t train -e train.py --ic 2', does: 'the request, the uploads, the decision' }],
    positionals: [
      {
        name: 'run|shell|process …',
        summary: 'The line, as it would be run.',
        isNeeded: true,
        choices: ['run', 'shell', 'process'],
      },
    ],
    groups: [everywhere],
  },
  {
    ...small,
    name: 'why',
    summary: 'Tell whether a line of run, shell or process would skip, join or start, and why.',
    examples: [{ line: 'ssm why run -p ex -t train -e train.py', does: 'what has changed since the last job' }],
    positionals: [
      {
        name: 'run|shell|process …',
        summary: 'The line, as it would be run.',
        isNeeded: true,
        choices: ['run', 'shell', 'process'],
      },
    ],
    groups: [everywhere],
  },
  {
    ...small,
    name: 'ps',
    summary: 'List jobs: of a task, of a project, or of all projects in the bucket.',
    examples: [
      { line: 'ssm ps -p ex', does: 'the newest jobs of every task of ex' },
      { line: 'ssm ps -p ex --watch', does: 'the same, until no job is running' },
    ],
    groups: [{ title: 'Jobs', options: { ...where, ...listOptions } }, everywhere],
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
    name: 'stop',
    summary: 'Stop a job, or the newest job of a task.',
    examples: [{ line: 'ssm stop -p ex -t train', does: 'SIGTERM, two minutes to save, SIGKILL' }],
    positionals: [job],
    groups: [{ title: 'Job', options: where }, everywhere],
  },
  {
    ...small,
    name: 'graph',
    summary: 'Draw the tasks of a project that a file exports, and what flows between them.',
    about:
      'The file is loaded, and nothing that it runs is started. Its default export, or one named `project`, is the project; a file that exports none is drawn by what it would run.',
    examples: [{ line: 'ssm graph pipeline.ts --mermaid', does: 'a flowchart for a README' }],
    positionals: [{ name: 'FILE', summary: 'A .ts, .js or .mjs file that exports a project.', isNeeded: true }],
    groups: [{ title: 'Drawing', options: graphOptions }, everywhere],
  },
  {
    ...small,
    name: 'doctor',
    summary: 'Look at everything a run needs, and say how to mend what is missing.',
    examples: [
      { line: 'ssm doctor', does: 'this computer and the AWS account' },
      { line: 'ssm doctor --platform local', does: 'this computer alone' },
    ],
    groups: [{ title: 'Place', options: { project, bucket } }, everywhere],
  },
  {
    ...small,
    name: 'init',
    summary: 'Make a small project to start from.',
    examples: [{ line: 'ssm init my-project', does: 'main.ts, a worker, package.json and README.md' }],
    positionals: [
      {
        name: 'DIR',
        summary: 'The folder to make; default the current one. Existing files are never overwritten.',
        isNeeded: false,
      },
    ],
    groups: [everywhere],
  },
  {
    ...small,
    name: 'config',
    summary: 'Show the settings that hold here.',
    about:
      'A flag wins over SSM_* variables, these over AWS_* ones, then come ssm.config.json of this folder or one above, the file of the user, and the defaults.',
    examples: [{ line: 'ssm config --show-origin', does: 'with the place each value comes from' }],
    groups: [{ title: 'Settings', options: { ...configOptions, project, prefix, bucket } }, everywhere],
  },
  {
    ...small,
    name: 'completion',
    summary: 'Print what makes a shell complete ssm command lines.',
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
