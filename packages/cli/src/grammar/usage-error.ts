import { SsmError } from '@simple-sagemaker/core'
import type { CommandSpec } from './command.ts'

/** A command line that cannot be understood; the hint says how it is written. */
export function usageError(message: string, hint?: string, facts: Readonly<Record<string, unknown>> = {}): SsmError {
  return new SsmError('USAGE', message, { ...(hint === undefined ? {} : { hint }), facts })
}

/** Where to read on. */
export const helpHint = (command: Pick<CommandSpec, 'name'>): string => `See: ssm ${command.name} --help`
