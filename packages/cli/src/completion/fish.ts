import type { CommandSpec } from '../grammar/command.ts'
import { completedFlags, completedWord, type AskedValue, type CompletedFlag, type CompletionValues } from './candidates.ts'

/** Completion for fish. */
export function fishScript(commands: readonly CommandSpec[]): string {
  const lines = commands.flatMap((command) => {
    const here = `__fish_seen_subcommand_from ${command.name}`
    const words = completedWord(command)
    return [
      complete('__fish_use_subcommand', `-f -a ${command.name} -d ${fishText(command.summary)}`),
      ...(words.kind === 'choices' ? [complete(here, `-f -a ${fishText(words.choices.join(' '))}`)] : []),
      ...(words.kind === 'asked' ? [complete(here, `-f -a ${asked(words.what)}`)] : []),
      ...completedFlags(command).map((flag) => complete(here, flagWords(flag))),
    ]
  })
  return `# ssm completion for fish: ssm completion fish | source\n${lines.join('\n')}\ncomplete -c simple-sagemaker -w ssm\n`
}

const complete = (when: string, what: string): string => `complete -c ssm -n ${fishText(when)} ${what}`

function flagWords({ names, summary, values }: CompletedFlag): string {
  const spellings = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`))
  return [...spellings, ...valueWords(values), `-d ${fishText(summary)}`].join(' ')
}

function valueWords(values: CompletionValues | undefined): readonly string[] {
  if (values === undefined) return ['-f']
  if (values.kind === 'choices') return ['-x', `-a ${fishText(values.choices.join(' '))}`]
  if (values.kind === 'asked') return ['-x', `-a ${asked(values.what)}`]
  return values.kind === 'files' ? ['-r', '-F'] : ['-x']
}

const asked = (what: AskedValue): string => fishText(`(ssm __values ${what} (commandline -opc)[2..] 2>/dev/null)`)

const fishText = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
