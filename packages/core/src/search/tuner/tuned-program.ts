import { hyperparameterVariable } from '@simple-sagemaker/worker-toolkit/contract'
import { hyperparameterArgument, hyperparameterText, passesHyperparameters, runsPython } from '../../request/arguments.ts'
import { launchCommand } from '../../request/launch-settings.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import type { Space } from '../space.ts'

/**
 * What the module that starts the launcher knows of the program: with what the tuner chose it makes the arguments and variables
 * that an ordinary job has. Hyperparameters stand in their order.
 */
export function tunedProgram(spec: TaskSpec, space: Space, entry: string | undefined): Uint8Array {
  const isPython = runsPython(spec.program)
  const searched = Object.entries(space).map(([name, domain]) => [name, { isNumber: domain.kind === 'range', isPython }] as const)
  const fixed = Object.entries(spec.hyperparameters).map(
    ([name, value]) =>
      [
        name,
        { text: hyperparameterText(value), json: JSON.stringify(value), argument: hyperparameterArgument(value, spec) },
      ] as const,
  )
  // A name that is in both keeps its place, and has the searched value.
  const all = Object.entries({ ...Object.fromEntries(fixed), ...Object.fromEntries(searched) })
  return Buffer.from(
    JSON.stringify({
      command: launchCommand(spec, entry),
      arguments: spec.args,
      passesHyperparameters: passesHyperparameters(spec),
      hyperparameters: all.map(([name, facts]) => ({ name, variable: hyperparameterVariable(name), ...facts })),
    }),
  )
}
