import type { AnyOption } from '@simple-sagemaker/core/options'
import { dashed, type CommandSpec } from '../grammar/command.ts'

/** What may stand behind a flag or in the place of a word. */
export type Values =
  | { readonly kind: 'choices'; readonly choices: readonly string[] }
  | { readonly kind: 'files' }
  | { readonly kind: 'text' }

/** A flag as a shell completes it. */
export interface CompletedFlag {
  /** Every spelling, with its dashes. */
  readonly names: readonly string[]
  readonly summary: string
  /** None for a switch. */
  readonly values: Values | undefined
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
              summary: option.summary,
              values: valuesOfFlag(option),
              repeats: option.flag.repeat === true,
            },
          ],
    ),
  )
}

function valuesOfFlag({ flag, choices }: AnyOption): Values | undefined {
  const [first] = flag?.args ?? []
  if (first === undefined) return undefined
  if (choices !== undefined) return { kind: 'choices', choices }
  return /FILE|DIR|PATH/.test(first) ? { kind: 'files' } : { kind: 'text' }
}

/** What may stand where a command's word stands. */
export function completedWord(command: CommandSpec): Values {
  const [word] = command.positionals
  if (word?.choices !== undefined) return { kind: 'choices', choices: word.choices }
  return word !== undefined && /FILE|DIR/.test(word.name) ? { kind: 'files' } : { kind: 'text' }
}

/** Commands that stand in front of another one. */
export const fronts = ['plan', 'why', 'help'] as const

/** A text for a shell, in single quotes. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
