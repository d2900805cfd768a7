import { exitCodes } from '../packages/cli/src/grammar/exit-codes.ts'
import type { CommandSpec } from '../packages/cli/src/grammar/command.ts'
import { commands, everywhere } from '../packages/cli/src/grammar/tables/commands.ts'
import { describeDefault } from '../packages/core/src/options/option.ts'
import { spelling } from '../packages/cli/src/grammar/help.ts'

/** The guide to the command line, from the tables that parser, help and completion are made of. */
export function cliPage(printed: string): readonly string[] {
  return [
    '# The command line',
    printed,
    '`ssm` (also installed as `simple-sagemaker`) takes every command line of the Python original as it is, and more. ' +
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
    '- Every `--KEY VALUE` of `run` and `shell` that is not an option is a **hyperparameter**: the program gets `--KEY VALUE`, and ssm prints what it took as one.',
    '- Its value is text, however it looks. `--hp-json KEY JSON` gives a number, a list or an object.',
    '- A name that is one typing error away from an option (`--insance_count`) is an error, not a hyperparameter. `--hp KEY VALUE` passes any name.',
    '- The beginning of a name of the Python original (`--max_r 15`) is that name, from three letters on, when it begins only one. What was completed is printed.',
    '- Of an option or hyperparameter that is given twice the last value counts, and a line says so. `--tag`, `--env`, `--md`, `--input`, `--iis`, `--iit` and `--unpack` add up.',
    '- An empty text where a path belongs (`-i "$DATA"` without the variable) is an error.',
    '- A value that begins with a dash is written `--KEY=VALUE`; negative numbers need not be.',
    '- Everything after `--` is passed to the program unchanged, before the hyperparameters. A `.sh` file gets these arguments alone, and hyperparameters as variables.',
    '- `process` and the other commands refuse what they do not know.',
  ].join('\n'),
  '## What goes where',
  [
    '- stdout carries data alone: the lines of the log, or JSON with `--json` (one document with `"v": 1`, one a line for `--follow` and `--watch`). Everything else is on stderr, errors as JSON too.',
    '- In a terminal, progress is updated in place; in a pipe or with `CI` set there are plain lines. `NO_COLOR`, `FORCE_COLOR` and `TERM=dumb` are honoured.',
    '- **Ctrl-C once** detaches: the job goes on, and the command to follow it is printed. **Twice within a second** stops the job. SIGTERM detaches, too.',
    '- Text on a terminal is made harmless first: of what a program or a name contains only colours, tabs and line ends do anything.',
  ].join('\n'),
  '## Settings',
  'A flag wins over `SSM_PLATFORM`, `SSM_REGION`, `SSM_PROFILE`, `SSM_PROJECT`, `SSM_BUCKET`, `SSM_PREFIX` and `SSM_PYTHON`, these over `AWS_REGION`, `AWS_DEFAULT_REGION` and ' +
    "`AWS_PROFILE`, these over the project's file, that over the user's file. The project's is `ssm.config.json` in the working folder or one above, up to the root of the repository or the home folder; the user's " +
    'is `ssm/config.json` in the folder for configuration (`XDG_CONFIG_HOME`, else `~/.config`), or what `SSM_CONFIG` names. `ssm config --show-origin` shows what applies. ' +
    'A file that another user owns or may write is refused, because settings decide what runs: `SSM_CONFIG=PATH` trusts it.',
  '```json\n{ "platform": "local", "project": "ex", "defaults": { "instanceCount": 2, "env": { "LEVEL": "info" } } }\n```',
  '`defaults` takes every option by its name in the library. The files are JSON and no programs: settings must never run code, and reading them must be quick.',
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
      `| \`${spelling(option)}\` | ${cell(`${option.summary}${choices}${repeats}`)} | ${cell(describeDefault(option) ?? '')} |`,
    ]
  })
  return ['| option | what it does | default |', '| --- | --- | --- |', ...rows].join('\n')
}

const cell = (text: string): string => text.replaceAll('|', '\\|')
