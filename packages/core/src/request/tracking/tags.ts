import type { Tag } from '@aws-sdk/client-sagemaker'
import type { TaskSpec } from '../../spec/task-spec.ts'
import type { RequestFacts } from '../facts.ts'

/** The tags that the Python original sets too (but for the caller's own path, which is nobody's business), then the user's. */
export function requestTags(spec: TaskSpec, facts: Pick<RequestFacts, 'version'>): Tag[] {
  const ours = { SimpleSagemakerTask: spec.task, SimpleSagemakerProject: spec.project, SimpleSagemakerVersion: facts.version }
  return Object.entries({ ...ours, ...spec.tags }).map(([Key, Value]) => ({ Key, Value }))
}
