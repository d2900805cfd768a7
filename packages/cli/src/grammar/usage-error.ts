import { SsmError } from '@simple-sagemaker/core'

/** A command line that cannot be understood; the hint says how it is written. */
export function usageError(message: string, hint?: string, facts: Readonly<Record<string, unknown>> = {}): SsmError {
  return new SsmError('USAGE', message, { ...(hint === undefined ? {} : { hint }), facts })
}
