import type { CommandSpec } from '../command.ts'
import { groupsFor, where } from './groups.ts'
import { placeOptions } from './cli-options.ts'
import { programOptions } from './run-options.ts'

const { entry, sourceDir, dependencies, shell, files, code, entrypoint, command } = programOptions

const aboutExtra =
  'Every --KEY VALUE that is not an option is a hyperparameter: the program gets it as text, and ssm prints it. Everything after -- is passed to the program unchanged.'
const aboutCtrlC =
  'Ctrl-C once detaches: the job goes on, and the command to follow it is printed. Twice within a second stops the job.'

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
  about: `Everything after -- is passed to the program unchanged.\n${aboutCtrlC}`,
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
    { title: 'Folders on the machine', options: placeOptions },
    ...groupsFor('processing'),
  ],
} as const satisfies CommandSpec
