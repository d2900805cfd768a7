import type { StandardSchemaV1 } from '@standard-schema/spec'
import { optionProblems } from '../../../options/check.ts'
import { InvalidTaskError } from '../../../options/errors.ts'
import type { TaskSpec } from '../../../spec/task-spec.ts'

/**
 * The task with its hyperparameters as its schema gives them back: defaults filled in, values converted.
 * @throws {InvalidTaskError} with every issue of the schema, before anything starts.
 */
export async function checkHyperparameters(spec: TaskSpec): Promise<TaskSpec> {
  if (spec.hyperparameterSchema === undefined) return spec
  const outcome = await spec.hyperparameterSchema['~standard'].validate(spec.hyperparameters)
  if (outcome.issues !== undefined) {
    throw new InvalidTaskError(
      spec.task,
      outcome.issues.map((issue) => ({ path: `hyperparameters${issuePath(issue)}`, value: undefined, message: issue.message })),
    )
  }
  const hyperparameters = given(outcome.value)
  const problems = optionProblems('training', { hyperparameters })
  if (problems.length > 0) throw new InvalidTaskError(spec.task, problems)
  return { ...spec, hyperparameters }
}

/** The schema's output without its undefined fields. Whether it can be sent is checked by the options' rules. */
function given(value: unknown): TaskSpec['hyperparameters'] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value as TaskSpec['hyperparameters']
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as TaskSpec['hyperparameters']
}

/** Where in a document an issue lies: `.layers[0].size`. */
export function issuePath(issue: StandardSchemaV1.Issue): string {
  const keys = (issue.path ?? []).map((segment) => (typeof segment === 'object' ? segment.key : segment))
  return keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
}
