import type { Call } from '../settings/call.ts'
import { bashScript } from '../completion/bash.ts'
import { fishScript } from '../completion/fish.ts'
import { zshScript } from '../completion/zsh.ts'
import { exits } from '../grammar/exit-codes.ts'
import { commands } from '../grammar/tables/commands.ts'
import { usageError } from '../grammar/usage-error.ts'

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const

/** `ssm completion SHELL`: a script for that shell, printed from the same tables as parser and help. */
export async function completion({ parsed, context, json }: Call): Promise<number> {
  const shell = parsed.positionals[0] ?? ''
  if (shell !== 'bash' && shell !== 'zsh' && shell !== 'fish')
    throw usageError(`There is no completion for ${JSON.stringify(shell)}`, 'Use bash, zsh or fish.')
  const script = scripts[shell](commands)
  context.stdout.write(json ? `${JSON.stringify({ v: 1, shell, script })}\n` : script)
  return exits.done
}
