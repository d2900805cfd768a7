import type { ImageNeed } from '../../platform/images.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'

/** Which image the job needs, and where what is made for it belongs. */
export function imageNeed(spec: TaskSpec): ImageNeed {
  const { image, kind, instanceType, project, prefix, bucket } = spec
  const container = inContainer(spec)
  return { image, container, kind, instanceType, project, prefix, ...(bucket === undefined ? {} : { bucket }) }
}

/** Whether a job runs in a container where it could also be a process: as said, else when this computer is asked for an image. */
export function inContainer({ container, image, instanceType }: Pick<TaskSpec, 'container' | 'image' | 'instanceType'>): boolean {
  if (container !== undefined) return container
  return /^local(_gpu)?$/.test(instanceType) && (image.kind === 'uri' || image.kind === 'dockerfile')
}
