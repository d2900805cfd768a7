import type { HyperparameterValue, TaskSpec } from '../spec/task-spec.ts'

/** A hyperparameter on the wire and on the command line: strings as they are, everything else as JSON. */
export function hyperparameterText(value: HyperparameterValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** What the program gets: the user's arguments, then `--name value` for each hyperparameter in the order given. */
export function programArguments(spec: Pick<TaskSpec, 'args' | 'hyperparameters'>): readonly string[] {
  const named = Object.entries(spec.hyperparameters).flatMap(([name, value]) => [`--${name}`, hyperparameterText(value)])
  return [...spec.args, ...named]
}
