import type { AnyOption } from '@simple-sagemaker/core/options'
import { inFlags } from '../grammar/help.ts'
import { dashed, type CommandSpec } from '../grammar/command.ts'

/** What may stand behind a flag or in the place of a word. */
export type CompletionValues =
  | { readonly kind: 'choices'; readonly choices: readonly string[] }
  | { readonly kind: 'files' }
  /** Asked of `ssm` itself when they are needed: names of projects, tasks and jobs, types of machines. */
  | { readonly kind: 'asked'; readonly what: AskedValue }
  | { readonly kind: 'text' }

export type AskedValue = 'task' | 'project' | 'instance_type' | 'job' | 'task_or_job'

const askedByFlags: readonly AskedValue[] = ['task', 'project', 'instance_type']
const askedByWords: Readonly<Record<string, AskedValue>> = { JOB: 'job', 'TASK|JOB': 'task_or_job' }

/** A flag as a shell completes it. */
export interface CompletedFlag {
  /** Every spelling, with its dashes. */
  readonly names: readonly string[]
  readonly summary: string
  /** None for a switch. */
  readonly values: CompletionValues | undefined
  readonly repeats: boolean
}

/** Every flag of a command. */
export function completedFlags(command: CommandSpec): readonly CompletedFlag[] {
  return command.groups.flatMap(({ options }) =>
    Object.values(options).flatMap((option) =>
      option.flag === undefined
        ? []
        : [
            {
              names: [...option.flag.names, ...(option.flag.off ?? [])].map(dashed),
              summary: inFlags(option.summary),
              values: valuesOfFlag(option),
              repeats: option.flag.repeat === true,
            },
          ],
    ),
  )
}

function valuesOfFlag({ flag, choices }: AnyOption): CompletionValues | undefined {
  const [first] = flag?.args ?? []
  if (first === undefined) return undefined
  if (choices !== undefined) return { kind: 'choices', choices }
  const what = askedByFlags.find((value) => [value, `${value}_name`].includes(flag?.names[0] ?? ''))
  if (what !== undefined) return { kind: 'asked', what }
  return /FILE|DIR|PATH/.test(first) ? { kind: 'files' } : { kind: 'text' }
}

/** What may stand where a command's word stands. */
export function completedWord(command: CommandSpec): CompletionValues {
  const [word] = command.positionals
  if (word?.choices !== undefined) return { kind: 'choices', choices: word.choices }
  const what = askedByWords[word?.name ?? '']
  if (what !== undefined) return { kind: 'asked', what }
  return word !== undefined && /FILE|DIR/.test(word.name) ? { kind: 'files' } : { kind: 'text' }
}

/** Commands that stand in front of another one. */
const fronts = ['plan', 'why', 'rehearse', 'help'] as const

/** What a shell does with a word of the line: it is a command, or one that stands before a command. */
export function wordCases(commands: readonly CommandSpec[]): string {
  const names = commands.map(({ name }) => name).filter((name) => name !== 'plan' && name !== 'why' && name !== 'rehearse')
  return `    case $word in
      ${fronts.join('|')}) front=$word ;;
      ${names.join('|')}) command=$word ;;
    esac`
}

/** A text for a shell, in single quotes. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
