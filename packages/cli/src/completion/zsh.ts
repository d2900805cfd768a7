import type { CommandSpec } from '../grammar/command.ts'
import { completedFlags, completedWord, quoted, wordCases, type CompletionValues } from './candidates.ts'

/** Completion for zsh, with a word about every flag. */
export function zshScript(commands: readonly CommandSpec[]): string {
  return `#compdef ssm simple-sagemaker
# ssm completion for zsh: source <(ssm completion zsh)
_ssm() {
  local cur=\${words[CURRENT]} prev=\${words[CURRENT-1]} command='' front='' word
  local -a flags
  for word in \${words[2,CURRENT-1]}; do
    # Behind -- the words are the program's own.
    if [[ $word == -- ]]; then _files; return; fi
    if [[ -n $command ]]; then continue; fi
${wordCases(commands)}
  done
  case "$command:$prev" in
${commands.flatMap(valueCases).join('\n')}
  esac
${offers(commands)}if [[ $funcstack[1] == _ssm ]]; then
  _ssm "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
  compdef _ssm ssm simple-sagemaker
fi
`
}

function offers(commands: readonly CommandSpec[]): string {
  return `  if [[ $cur == -* ]]; then
    case "\${command:-$front}" in
${commands.map((command) => `      ${command.name}) flags=(${described(command)}) ;;`).join('\n')}
      *) flags=(--help --version --json) ;;
    esac
    _describe -o option flags
    return
  fi
  case "$front:$command" in
    plan:|why:) compadd -- run shell process ;;
    :|help:) flags=(${commands.map(({ name, summary }) => describedWord(name, summary)).join(' ')}); _describe command flags ;;
${commands.flatMap(wordCase).join('\n')}
    *) _files ;;
  esac
}
`
}

function valueCases(command: CommandSpec): readonly string[] {
  return completedFlags(command).flatMap(({ names, values }) => {
    if (values === undefined) return []
    const pattern = names.map((name) => `${command.name}:${name}`).join('|')
    return [`    ${pattern}) ${offer(values)}; return ;;`]
  })
}

function offer(values: CompletionValues): string {
  if (values.kind === 'choices') return `compadd -- ${values.choices.map(quoted).join(' ')}`
  if (values.kind === 'asked') return `compadd -- \${(f)"$(\${words[1]} __values ${values.what} \${words[2,-1]} 2>/dev/null)"}`
  return values.kind === 'files' ? '_files' : '_message value'
}

function wordCase(command: CommandSpec): readonly string[] {
  const values = completedWord(command)
  return values.kind === 'text' || command.name === 'plan' || command.name === 'why' || command.name === 'rehearse'
    ? []
    : [`    *:${command.name}) ${offer(values)} ;;`]
}

const described = (command: CommandSpec): string =>
  completedFlags(command)
    .flatMap(({ names, summary }) => names.map((name) => describedWord(name, summary)))
    .join(' ')
const describedWord = (word: string, summary: string): string => quoted(`${word.replaceAll(':', '\\:')}:${summary}`)
