import { packagesChannel, packagesLock } from '@simple-sagemaker/worker-toolkit/contract'
import type { TaskLayout } from '../../names/layout.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import type { TaskContext } from '../context.ts'
import { pythonNeed } from '../submit/python-need.ts'
import { imageNeed } from './image-need.ts'
import type { FoundInput } from './find-inputs.ts'

/** The channel of a task's packages, and the digest by which the machine knows its lock. */
export interface FoundPackages {
  readonly input: FoundInput
  readonly lockSha256: string
}

/**
 * The packages of a task as wheels: found in the cache, else brought by pip. Where programs run with a Python of this computer,
 * they are for that one.
 * @throws {SsmError} `WHEELS_MISSING`, `CODE_MISSING`, `TASK_INVALID`.
 */
export async function findPackages(spec: TaskSpec, layout: TaskLayout, context: TaskContext): Promise<FoundPackages | undefined> {
  const { packages, image } = spec
  if (packages === undefined) return undefined
  const { platform, cacheDir, signal, tell } = context
  const { targetOf, wheelsFor, clientPython } = await import('../../wheels/index.ts')
  const own = await platform.jobs.findPython?.(pythonNeed(spec), { signal })
  // A Dockerfile is not built for this: the Python of what it stands on counts.
  const base = image.kind === 'dockerfile' ? image.base : image
  const ofOption = base.kind === 'framework' ? base.python : undefined
  const imageUri = own === undefined ? await platform.images.resolve({ ...imageNeed(spec), image: base }, { signal }) : ''
  const target = own === undefined ? targetOf(packages, imageUri, ofOption) : undefined
  const { folder, lockSha256, isNew } = await wheelsFor({
    packages,
    ...(target === undefined ? {} : { target }),
    python: own?.path ?? clientPython(),
    cacheDir,
    signal,
    onBring: () => tell({ type: 'packages-collected', file: packages.file }),
  })
  if (isNew) {
    const wheels = folder.listing.files.filter(({ path }) => path !== packagesLock)
    tell({ type: 'packages-collected', file: packages.file, packages: wheels.length, bytes: folder.listing.bytes })
  }
  const place = layout.packages(lockSha256)
  const resolved = { channel: packagesChannel, uri: place.folder, distribution: 'FullyReplicated', mode: 'File' } as const
  return {
    lockSha256,
    input: { resolved, identity: { '': folder.digest }, local: { folder, target: { target: place.folder, index: place.index } } },
  }
}
