import type { Platform } from '@simple-sagemaker/core/platform'
import { memoryObjects } from './memory-objects.ts'
import { processJobs } from './process-jobs.ts'

/** A platform that forgets everything when the process ends. */
export function memoryPlatform(): Platform {
  const objects = memoryObjects()
  const { jobs, logs, close } = processJobs(objects)
  const role = 'arn:aws:iam::000000000000:role/memory'
  return {
    name: 'memory',
    region: async () => 'here',
    abilities: { images: false, buildsImages: false, ignores: ['image'], leaseSilenceMs: 1_000 },
    jobs,
    logs,
    objects,
    roles: { expected: async ({ own }) => own ?? role, ensure: async ({ own }) => own ?? role },
    images: { resolve: async ({ image }) => (image.kind === 'uri' ? image.uri : `memory/${JSON.stringify(image)}`) },
    [Symbol.asyncDispose]: async () => close(),
  }
}
