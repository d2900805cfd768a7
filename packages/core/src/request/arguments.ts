import type { HyperparameterValue, TaskSpec } from '../spec/task-spec.ts'

/** A hyperparameter on the wire and in its variable: strings as they are, everything else as JSON. */
export function hyperparameterText(value: HyperparameterValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/**
 * A hyperparameter in the request, which takes no line ends: a text that holds some is sent as JSON. The program is told by
 * its settings, where every text is as it was given.
 */
export function hyperparameterOnWire(value: HyperparameterValue): string {
  const text = hyperparameterText(value)
  if (!lineEnd.test(text)) return text
  const oneLine = typeof value === 'string' ? JSON.stringify(value) : text
  return oneLine.replaceAll(/[\u0085\u2028\u2029]/g, (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** What ends a line for the service. */
const lineEnd: RegExp = /[\n\r\u0085\u2028\u2029]/

/**
 * What the program gets: the user's arguments, then `--name value` for each hyperparameter in the order given, as the training
 * toolkit of SageMaker's images passes them: `-k value` for a name of one letter, and `True` and `False` for Python. A shell script
 * gets its arguments alone, as it did from the Python original: it reads hyperparameters from `SM_HPS` and `SM_HP_…`. Names
 * that are whole numbers come first: no object of this language keeps them in another order.
 */
export function programArguments(spec: Pick<TaskSpec, 'args' | 'hyperparameters' | 'program'>): readonly string[] {
  if (!passesHyperparameters(spec)) return spec.args
  const named = Object.entries(spec.hyperparameters).flatMap(([name, value]) => [
    name.length === 1 ? `-${name}` : `--${name}`,
    hyperparameterArgument(value, spec),
  ])
  return [...spec.args, ...named]
}

/** A hyperparameter as an argument of the program. */
export const hyperparameterArgument = (value: HyperparameterValue, { program }: Pick<TaskSpec, 'program'>): string =>
  runsPython(program) && typeof value === 'boolean' ? pythonBoolean(value) : hyperparameterText(value)

/** Whether the program gets its hyperparameters as arguments, too. */
export const passesHyperparameters = ({ program }: Pick<TaskSpec, 'program'>): boolean =>
  !(program.kind === 'code' && program.entry.endsWith('.sh'))

export const runsPython = (program: TaskSpec['program']): boolean => program.kind === 'code' && program.entry.endsWith('.py')

const pythonBoolean = (value: boolean): string => (value ? 'True' : 'False')
