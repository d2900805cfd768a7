import type { ImageNeed } from '../../platform/images.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'

/** Which image the job needs, and where what is made for it belongs. */
export function imageNeed({ image, kind, instanceType, project, prefix, bucket }: TaskSpec): ImageNeed {
  return { image, kind, instanceType, project, prefix, ...(bucket === undefined ? {} : { bucket }) }
}
