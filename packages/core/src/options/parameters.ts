import type { Text } from '../errors/wording.ts'
import { jsonProblem, type RefusePart } from '../lang/json-problem.ts'
import { inJavaScript } from '../lang/python/expression.ts'
import { isRegExp } from '../lang/realms.ts'
import { holdsText, Secret } from '../secrets/secret.ts'
import { setByMachine } from '../spec/machine-variables.ts'
import type { HyperparameterValue } from '../spec/task-spec.ts'
import { trainingOnly } from './option.ts'
import { flag, list, oneOf, pairs } from './option-types.ts'

/** What the program is told, and what is noted about it. */
export const parameterOptions = {
  /**
   * Values for the program: it gets `--name value` for each, in the order given, and all of them in `SM_HPS`.
   *
   * At most 100; names of 1 to 256 characters on one line; strings are passed as they are, everything else as JSON, of at most
   * 2,500 characters. In the variable `SM_HP_<NAME>` what no variable's name may have is `_`. Later words add to earlier ones.
   *
   * @see HyperParameters in the CreateTrainingJob reference
   */
  hyperparameters: pairs({
    summary: 'Values for the program: it gets `--name value` for each, in the order given, and all of them in `SM_HPS`.',
    source: 'HyperParameters',
    method: (values: Readonly<Record<string, HyperparameterValue>>) => values,
    kinds: trainingOnly,
    most: 100,
    // Every value of a command line is text, as the original gave it: what a worker gets must not depend on the spelling.
    read: (text) => text,
    entry: (name, value) => {
      if (name.length < 1 || name.length > 256 || !isOneLine(name))
        return { message: 'needs a name of 1 to 256 characters without control characters' }
      const unsayable = jsonProblem(value, refuseSecret)
      if (unsayable !== undefined) return unsayable
      const text = typeof value === 'string' ? value : JSON.stringify(value)
      if (text.includes('\0')) return { message: 'must not contain a NUL character' }
      return lengthProblem(text.length, 2_500)
    },
    flag: { names: ['hp'], args: ['KEY', 'VALUE'] },
  }),
  /**
   * Arguments for the program, as they are, in front of the hyperparameters; a later word replaces an earlier one.
   *
   * @example task.args('--raw', 'a b')
   */
  args: list({
    summary: 'Arguments for the program, as they are, in front of the hyperparameters; a later word replaces an earlier one.',
    source: 'launch settings',
    method: (...texts: string[]) => texts,
    most: 10_000,
    entry: (text) => (text.includes('\0') ? 'must not contain a NUL character' : undefined),
    flag: { names: ['arguments'], args: ['TEXT...'] },
  }),
  /**
   * Environment variables of the program; a `Secret` is masked in what the library prints, and locally in the stored log.
   *
   * At most 100; values of at most 512 characters (processing: 256). Later words add to earlier ones.
   *
   * @example task.env({ LEVEL: 'info', TOKEN: new Secret(process.env['TOKEN'] ?? '') })
   * @see Environment in the CreateTrainingJob reference
   */
  env: pairs({
    summary:
      'Environment variables of the program; a `Secret` is masked in what the library prints, and locally in the stored log.',
    source: 'Environment',
    method: (variables: Readonly<Record<string, string | Secret>>) => variables,
    most: 92,
    read: (text) => text,
    entry: (name, value) => {
      if (!/^[a-zA-Z_][a-zA-Z0-9_]{0,255}$/.test(name))
        return { message: 'a name has letters, digits and "_", and starts with no digit' }
      const setBy = setByMachine(name)
      if (setBy !== undefined) return { message: 'is set by the machine itself', hint: setBy }
      if (value instanceof Secret && !holdsText(value)) return { message: 'must be a secret of a text', hint: secretHint }
      const isText = value instanceof Secret || (typeof value === 'string' && !value.includes('\0'))
      if (!isText) return { message: 'must be a text without NUL characters' }
      return lengthProblem(value.length, 512)
    },
    flag: { names: ['env'], args: ['KEY', 'VALUE'] },
  }),
  /**
   * Tags of the job, for bills and searches.
   *
   * At most 47, three are ours; keys of at most 128 and values of at most 256 letters, digits, spaces and `_.:/=+-@`.
   *
   * @see Tags in the CreateTrainingJob reference
   */
  tags: pairs({
    summary: 'Tags of the job, for bills and searches.',
    source: 'Tags',
    method: (tags: Readonly<Record<string, string>>) => tags,
    most: 47,
    read: (text) => text,
    entry: (name, value) => {
      const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u
      if (name.length < 1 || name.length > 128 || !allowed.test(name))
        return { message: 'a key has 1 to 128 letters, digits, spaces and _.:/=+-@' }
      if (/^aws:/i.test(name)) return { message: 'keys that start with aws: are reserved' }
      return typeof value === 'string' && value.length <= 256 && allowed.test(value)
        ? undefined
        : { message: 'a value has at most 256 letters, digits, spaces and _.:/=+-@' }
    },
    flag: { names: ['tag'], args: ['KEY', 'VALUE'] },
  }),
  /**
   * Numbers to find in the log: a name and a regular expression whose first group is the value.
   *
   * At most 40; expressions of at most 500 characters with one capture group.
   *
   * @see AlgorithmSpecification.MetricDefinitions in the CreateTrainingJob reference
   */
  metrics: pairs({
    summary: 'Numbers to find in the log: a name and a regular expression whose first group is the value.',
    source: 'AlgorithmSpecification.MetricDefinitions',
    method: (expressions: Readonly<Record<string, string | RegExp>>) => expressions,
    kinds: trainingOnly,
    most: 40,
    read: (text) => text,
    entry: (name, value) => {
      if (name.length < 1 || name.length > 255) return { message: 'needs a name of 1 to 255 characters' }
      const source = isRegExp(value) ? value.source : value
      if (typeof source !== 'string' || source.length < 1 || source.length > 500)
        return { message: 'must be an expression of 1 to 500 characters', hint: expressionExample }
      if (isRegExp(value) && value.flags.replace(/[gu]/g, '') !== '')
        return {
          message: `has the flags ${value.flags}, which SageMaker does not take`,
          hint: 'Write the expression without flags.',
        }
      if (!isOneLine(name) || !isOneLine(source)) return { message: 'must be on one line', hint: 'Write a line end as \\n.' }
      return expressionProblem(source)
    },
    flag: { names: ['metric_definitions', 'md'], args: ['NAME', 'REGEXP'] },
  }),
  /**
   * Whose state a job is given: `same-task` what any earlier job of the task left, `same-spec` only what the same specification left.
   *
   * Default `same-task`, with a warning when the specification changed. With `same-spec`, state that another specification left
   * (other code, inputs or hyperparameters) is removed before the job starts; while a job of the task is running that
   * fails with `STATE_IN_USE`. The program reads `SSM_STATE_FROM`: `same-spec` or `other-spec`, unset without state.
   */
  state: oneOf({
    summary:
      'Whose state a job is given: `same-task` what any earlier job of the task left, `same-spec` only what the same specification left.',
    source: 'state of the task',
    method: (given: {
      /** Whose state is kept: the task's, or only that of the same specification. */
      readonly keep: 'same-task' | 'same-spec'
    }) => {
      const { keep, ...others } = given
      // What a caller without types gave beside it, or instead, is told by the check.
      return Object.keys(others).length === 0 && (keep as unknown) !== undefined ? keep : (given as unknown as typeof keep)
    },
    choices: ['same-task', 'same-spec'],
    default: 'same-task',
    flag: { names: ['state_keep'] },
  }),
  /**
   * Whether the state of each machine is kept as one archive: for many small files, which S3 and SageMaker take in slowly.
   *
   * The archive is unpacked before the program starts, and written when the program saves (`"$SSM_SAVE_STATE"`, `save_state()`,
   * `saveState()`) and when it has ended, also after SIGTERM. It takes the place of the one before only when it is whole. What the program
   * changed since then is lost with a machine that ends without SIGTERM. Off by default. Needs gzip in the image.
   */
  stateArchive: flag({
    summary:
      'Whether the state of each machine is kept as one archive: for many small files, which S3 and SageMaker take in slowly.',
    source: 'CheckpointConfig.LocalPath',
    default: false,
    flag: { names: ['state_archive'] },
  }),
}

// No line ends in it, by whichever alphabet, and nothing else that a terminal would obey.
const isOneLine = (text: string): boolean => !/[\p{Cc}\u2028\u2029]/u.test(text)

const secretHint = 'It was made of something else, such as a variable that is not set: check what new Secret(…) is given.'

const refuseSecret: RefusePart = (part) =>
  part instanceof Secret
    ? { message: 'a secret never travels as a hyperparameter', hint: 'Give it as an environment variable instead.' }
    : undefined

const expressionExample: Text = {
  library: 'For example /loss=([-+.0-9eE]+)/.',
  commandLine: 'For example --md loss "loss=([-+.0-9eE]+)".',
}

function expressionProblem(source: string): { readonly message: string; readonly hint: Text } | undefined {
  const hint = expressionExample
  try {
    const groups = (new RegExp(`${inJavaScript(source)}|`).exec('')?.length ?? 1) - 1
    return groups > 0 ? undefined : { message: 'needs a group ( ) around the number', hint }
  } catch (cause) {
    const why = /: ([^:]+)$/.exec(String((cause as Error).message))?.[1] ?? 'it cannot be read'
    return { message: `is no valid expression: ${why.charAt(0).toLowerCase()}${why.slice(1)}`, hint }
  }
}

function lengthProblem(length: number, most: number): { readonly message: string; readonly hint: string } | undefined {
  if (length <= most) return undefined
  return {
    message: `must be at most ${most.toLocaleString('en-US')} characters`,
    hint: 'Put long values into a file and give it as an input.',
  }
}
