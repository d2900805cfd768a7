import { exitCodes } from '../packages/cli/src/grammar/exit-codes.ts'
import type { CommandSpec } from '../packages/cli/src/grammar/command.ts'
import { commands, everywhere } from '../packages/cli/src/grammar/tables/commands.ts'
import { describeDefault } from '../packages/core/src/options/option.ts'
import { inFlags, spelling } from '../packages/cli/src/grammar/help.ts'

/** The guide to the command line, from the tables that parser, help and completion are made of. */
export function cliPage(printed: string): readonly string[] {
  return [
    '# The command line',
    printed,
    '`ssm` (also installed as `simple-sagemaker`) accepts every command line of [simple-sagemaker for Python](from-python.md), and more. ' +
      '`ssm COMMAND --help` shows what this page shows. Names may be written with `_` or `-`, values with a space or `=`.',
    ...rules,
    exitTable(),
    ...commands.flatMap(commandPart),
    '## Common options',
    optionTable(everywhere.options),
  ]
}

const rules: readonly string[] = [
  '## What is an option, and what goes to the program',
  [
    '- Every `--KEY VALUE` of `run` and `shell` that is not an option is a **hyperparameter**: the program gets `--KEY VALUE`, and `ssm` prints which pairs it took as hyperparameters.',
    '- Its value is always text, also if it looks like a number. `--hp-json KEY JSON` gives a number, a list or an object.',
    '- A misspelt option (`--insance_count`) is an error, not a hyperparameter. `--hp KEY VALUE` passes any name.',
    '- Options of simple-sagemaker for Python may be shortened (`--max_r 15`) to three letters or more if only one option begins so. `ssm` prints the full name.',
    '- If an option or hyperparameter is given twice, the last value is used, and `ssm` says so. `--tag`, `--env`, `--md`, `--input`, `--iis`, `--iit` and `--unpack` may be given several times.',
    '- An empty path (`-i "$DATA"` when the variable is not set) is an error.',
    '- Write a value that begins with a dash as `--KEY=VALUE`. Negative numbers work with a space, too.',
    '- Everything after `--` is passed to the program unchanged, before the hyperparameters. A `.sh` file gets only these arguments; its hyperparameters are environment variables (`SM_HP_<NAME>`).',
    '- `process` and the other commands take no hyperparameters: an unknown option is an error.',
  ].join('\n'),
  '## Output and signals',
  [
    '- stdout has only data: the lines of the log, or JSON with `--json` (one document with `"v": 1`; with `--follow` and `--watch` one document per line). Everything else is on stderr, also errors, which `--json` prints as JSON.',
    '- In a terminal, progress is updated in place; in a pipe or with `CI` set there are plain lines. `NO_COLOR`, `FORCE_COLOR` and `TERM=dumb` are honoured.',
    '- **Ctrl-C once** detaches: the job continues, and `ssm` prints the command to follow it. **Twice within a second** stops the job. SIGTERM detaches, too.',
    '- In a terminal, control characters in log lines and names are replaced, except colours, tabs and line ends.',
  ].join('\n'),
  '## Settings',
  'A setting is taken from the first of these that has it:',
  [
    '1. the flag;',
    '2. `SSM_PLATFORM`, `SSM_REGION`, `SSM_PROFILE`, `SSM_PROJECT`, `SSM_BUCKET`, `SSM_PREFIX`, `SSM_PYTHON`;',
    '3. `AWS_REGION`, `AWS_DEFAULT_REGION`, `AWS_PROFILE`;',
    '4. `ssm.config.json` in the working folder or a folder above it, up to the root of the repository or the home folder;',
    '5. `ssm/config.json` in `XDG_CONFIG_HOME`, else in `~/.config`, or the file that `SSM_CONFIG` names.',
  ].join('\n'),
  '`ssm config --show-origin` shows each setting and where it comes from. A file that another user owns or may write is refused, because settings decide which code runs: `SSM_CONFIG=PATH` uses it anyway.',
  '```json\n{ "platform": "local", "project": "ex", "defaults": { "instanceCount": 2, "env": { "LEVEL": "info" } } }\n```',
  '`defaults` takes every option by its name in the library. The files are JSON, so reading them never runs code.',
]

function exitTable(): string {
  const meanings: Readonly<Record<number, string>> = {
    0: 'done, or skipped because nothing has changed',
    1: 'the job failed, or an unexpected error',
    2: 'the command line or the task is not valid',
    4: 'credentials or permissions',
    5: 'not found',
    6: 'quota or capacity',
    7: 'timed out',
    130: 'interrupted (143: terminated)',
  }
  const rows = Object.entries(meanings).map(([code, meaning]) => {
    const names = Object.entries(exitCodes).flatMap(([name, exit]) => (String(exit) === code ? [`\`${name}\``] : []))
    return `| ${code} | ${meaning} | ${names.join(' ')} |`
  })
  return ['## Exit codes', ['| code | meaning | errors |', '| --- | --- | --- |', ...rows].join('\n')].join('\n\n')
}

function commandPart(command: CommandSpec): readonly string[] {
  const examples = command.examples.map(({ line, does }) => `${line}\n    # ${does}`).join('\n')
  const own = command.groups.filter((group) => group !== everywhere)
  const about = command.about === undefined ? [] : [command.about.split('\n').join('\n\n')]
  return [
    `## ssm ${command.name}`,
    command.summary,
    `\`\`\`sh\n${examples}\n\`\`\``,
    ...about,
    ...own.flatMap(({ title, options }) => [`**${title}**`, optionTable(options)]),
  ]
}

function optionTable(options: CommandSpec['groups'][number]['options']): string {
  const rows = Object.values(options).flatMap((option) => {
    if (option.flag === undefined) return []
    const choices = option.choices === undefined ? '' : ` One of ${option.choices.map((choice) => `\`${choice}\``).join(', ')}.`
    const repeats = option.flag.repeat === true ? ' May be given more than once.' : ''
    return [
      `| \`${spelling(option)}\` | ${cell(withFlags(`${option.summary}${choices}${repeats}`))} | ${cell(withFlags(describeDefault(option) ?? ''))} |`,
    ]
  })
  return ['| option | what it does | default |', '| --- | --- | --- |', ...rows].join('\n')
}

const withFlags = (text: string): string => inFlags(text, (flag) => `\`${flag}\``)
const cell = (text: string): string => text.replaceAll('|', '\\|')
