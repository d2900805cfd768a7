import { freeze } from '../lang/freeze.ts'
import type { JobRequest } from '../platform/jobs.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import type { RequestFacts } from './facts.ts'
import { withLastWords } from './last-words.ts'
import { processingRequest } from './processing.ts'
import { trainingRequest } from './training.ts'

/** The request of a task with the user's last words said over it, frozen: nothing changes it on its way. */
export function jobRequest(spec: TaskSpec, facts: RequestFacts): JobRequest {
  if (spec.kind === 'training') return freeze({ kind: 'training', input: withLastWords(spec, trainingRequest(spec, facts)) })
  return freeze({ kind: 'processing', input: withLastWords(spec, processingRequest(spec, facts)) })
}
