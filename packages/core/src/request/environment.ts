import { typesVariable } from '@simple-sagemaker/worker-toolkit/contract'
import { Secret } from '../secrets/secret.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import type { RequestFacts } from './facts.ts'
import { mlflowVariables } from './tracking/tracking-fields.ts'

/** The request's environment: the user's variables and ours. The only place that reads a secret's value. */
export function requestEnvironment(
  spec: TaskSpec,
  facts: Pick<RequestFacts, 'fingerprint' | 'stateFrom' | 'declared'>,
): Record<string, string> {
  const own = Object.entries(spec.env).map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value] as const)
  return {
    // What the user sets counts.
    ...mlflowVariables(spec),
    ...Object.fromEntries(own),
    SSM_PROJECT: spec.project,
    SSM_TASK: spec.task,
    SSM_FINGERPRINT: facts.fingerprint,
    ...(facts.stateFrom === undefined ? {} : { SSM_STATE_FROM: facts.stateFrom }),
    ...(facts.declared === undefined ? {} : { [typesVariable]: facts.declared }),
    ...(spec.distribution === undefined ? {} : { SSM_DISTRIBUTION: spec.distribution.kind }),
  }
}
