import type { CommandSpec } from '../grammar/command.ts'
import { completedFlags, completedWord, quoted, wordCases, type CompletionValues } from './candidates.ts'

/** Completion for bash 3.2 and newer. */
export function bashScript(commands: readonly CommandSpec[]): string {
  const names = commands.map(({ name }) => name)
  return `# ssm completion for bash: source <(ssm completion bash)
_ssm() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command='' front='' word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    # Behind -- the words are the program's own.
    if [[ $word == -- ]]; then return 0; fi
    if [[ -n $command ]]; then continue; fi
${wordCases(commands)}
  done
  case $command:$prev in
${commands.flatMap(valueCases).join('\n')}
  esac
  if [[ $cur == -* ]]; then
    case \${command:-$front} in
${commands.map((command) => `      ${command.name}) COMPREPLY=($(compgen -W ${quoted(flagNames(command))} -- "$cur")) ;;`).join('\n')}
      *) COMPREPLY=($(compgen -W ${quoted(commands[0] === undefined ? '' : globalNames(commands))} -- "$cur")) ;;
    esac
    return 0
  fi
  case $front:$command in
    plan:|why:) COMPREPLY=($(compgen -W 'run shell process' -- "$cur")) ;;
    :|help:) COMPREPLY=($(compgen -W ${quoted([...names, 'help'].join(' '))} -- "$cur")) ;;
${commands.flatMap((command) => wordCase(command)).join('\n')}
  esac
}
complete -o default -F _ssm ssm simple-sagemaker
`
}

// Nothing is offered for free text, and files by the shell itself.
function valueCases(command: CommandSpec): readonly string[] {
  return completedFlags(command).flatMap(({ names, values }) => {
    if (values === undefined) return []
    const pattern = names.map((name) => `${command.name}:${name}`).join('|')
    return values.kind === 'text' ? [] : [`    ${pattern}) ${offer(values)}return 0 ;;`]
  })
}

function offer(values: CompletionValues): string {
  if (values.kind === 'asked')
    return `COMPREPLY=($(compgen -W "$("\${COMP_WORDS[0]}" __values ${values.what} "\${COMP_WORDS[@]:1}" 2>/dev/null)" -- "$cur")); `
  return values.kind === 'choices' ? `COMPREPLY=($(compgen -W ${quoted(values.choices.join(' '))} -- "$cur")); ` : ''
}

function wordCase(command: CommandSpec): readonly string[] {
  const values = completedWord(command)
  return (values.kind === 'choices' || values.kind === 'asked') &&
    command.name !== 'plan' &&
    command.name !== 'why' &&
    command.name !== 'rehearse'
    ? [`    *:${command.name}) ${offer(values)};;`]
    : []
}

const flagNames = (command: CommandSpec): string =>
  completedFlags(command)
    .flatMap(({ names }) => names)
    .join(' ')

/** Flags that every command has. */
function globalNames(commands: readonly CommandSpec[]): string {
  const [first = [], ...others] = commands.map((command) => completedFlags(command).flatMap(({ names }) => names))
  return first.filter((name) => others.every((names) => names.includes(name))).join(' ')
}
