import { packagesChannel } from '@simple-sagemaker/worker-toolkit/contract'
import type { Problem } from '../options/option.ts'
import type { Draft } from './draft.ts'

/** Packages are installed for a Python entry, and their channel is nobody else's. */
export function packagesProblems({ options: { packages }, program, inputs }: Draft): readonly Problem[] {
  if (packages === undefined) return []
  const isPython = program?.kind === 'code' && program.entry.endsWith('.py')
  const index = inputs.findIndex(({ channel }) => channel === packagesChannel)
  return [
    ...(program === undefined || isPython
      ? []
      : [
          {
            path: 'packages',
            value: packages,
            message: 'are installed for a Python entry alone',
            hint: 'Run a .py file with .code(), or leave out .packages().',
          },
        ]),
    ...(index < 0
      ? []
      : [
          {
            path: `input[${index}].channel`,
            value: packagesChannel,
            message: 'is the channel of .packages()',
            hint: "Name this one with { channel: '…' }.",
          },
        ]),
  ]
}
