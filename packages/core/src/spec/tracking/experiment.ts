/** The experiment of SageMaker Experiments that a job belongs to. */
export interface ExperimentOptions {
  /** The name of an experiment that is there. */
  readonly name?: string
  /** The name of a trial that is there. */
  readonly trial?: string
  /** The name under which the job is shown. */
  readonly displayName?: string
  /** The name of a run of the experiment that is there. */
  readonly run?: string
}

const fields = ['name', 'trial', 'displayName', 'run'] as const
const shape = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,119}$/

/** What is wrong with the option; `undefined` when nothing is. */
export function experimentProblem(given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return "must be an object such as { name: 'prices' }"
  const entries = Object.entries(given)
  const unknown = entries.find(([name]) => !fields.some((field) => field === name))
  if (unknown !== undefined) return `has ${fields.join(', ')}, not ${unknown[0]}`
  const named = entries.filter(([, value]) => value !== undefined)
  if (named.length === 0) return `must have at least one of ${fields.join(', ')}`
  const wrong = named.find(([, value]) => typeof value !== 'string' || !shape.test(value))
  return wrong === undefined ? undefined : `must have a name of 1 to 120 letters, digits and inner hyphens as ${wrong[0]}`
}
