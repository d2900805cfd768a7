import { freeze } from '../lang/freeze.ts'
import type { JobRequest } from '../platform/jobs.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import type { RequestFacts } from './facts.ts'
import { withRequestOverrides } from './request-overrides.ts'
import { processingRequest } from './processing.ts'
import { trainingRequest } from './training.ts'

/** The request of a task with the edits of `request()` applied, frozen: nothing changes it on its way. */
export function jobRequest(spec: TaskSpec, facts: RequestFacts): JobRequest {
  if (spec.kind === 'training')
    return freeze({ kind: 'training', input: withRequestOverrides(spec, trainingRequest(spec, facts)) })
  return freeze({ kind: 'processing', input: withRequestOverrides(spec, processingRequest(spec, facts)) })
}
