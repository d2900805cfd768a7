import { plainName, type OptionTable } from '../command.ts'
import { planOptions } from './cli-options.ts'
import { download } from './groups.ts'
import { rehearsalOptions } from './rehearsal-options.ts'
import { callOptions } from './run-options.ts'

const { force, clean, keep } = callOptions
const { dryRun, detach } = planOptions

const refused: readonly { readonly options: OptionTable; readonly instead: string }[] = [
  {
    options: { dryRun },
    instead: 'To see what a trial would send, put ssm plan in front of run or shell with the options of the task and --NAME VALUE for what is searched',
  },
  {
    options: { detach },
    instead: 'This command chooses and starts the trials, so it has to go on. Ctrl-C ends it, trials that run go on, and the same line continues the search',
  },
  {
    options: { force, clean },
    instead: 'Trials that ran before with the same values are used again. For new ones give the task another name with -t',
  },
  { options: { keep }, instead: 'ssm best shows what the newest search of the task found' },
  { options: rehearsalOptions, instead: 'Try the program out without the search, with ssm rehearse run or ssm rehearse shell' },
  {
    options: download.options,
    instead: 'When the search has ended, ssm best --json names the task of the best trial, and ssm data -t TASK -o DIR downloads from it',
  },
]

/** Flags of `ssm run` that a search cannot honour, and what to do instead. */
export const searchRefusals: ReadonlyMap<string, string> = new Map(
  refused.flatMap(({ options, instead }) =>
    Object.values(options).flatMap(({ flag }) => (flag?.names ?? []).map((name) => [plainName(name), instead] as const)),
  ),
)
