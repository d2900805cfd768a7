import { join } from 'node:path'
import { fileParts } from '../../../archive/read-ahead.ts'
import { extractArchive } from '../../../archive/untar.ts'
import { buildImage, pushImage, type OnStep } from '../../../containers/build.ts'
import type { ContainerEngine } from '../../../containers/engine.ts'
import { withLogins, type RegistryLogin } from '../../../containers/logins.ts'
import { packContext, type ImageSource } from '../../../containers/source.ts'
import { temporaryDirectory } from '../../../files/temporary.ts'

/** An image to build, and what it is to be called. */
export interface EngineBuild {
  readonly source: ImageSource
  /** The finished Dockerfile. */
  readonly dockerfile: string
  /** Where it is pushed to: `registry/repository:tag`. */
  readonly target: string
  /** What it is called on this computer, beside that. */
  readonly localName: string | undefined
  readonly logins: readonly RegistryLogin[]
  readonly onStep: OnStep
  readonly signal: AbortSignal | undefined
}

/** Builds an image on this computer and pushes it. What is built is the packed copy, so that nothing can change meanwhile. */
export async function buildWithEngine(engine: ContainerEngine, build: EngineBuild): Promise<void> {
  const { source, dockerfile, target, localName, logins, onStep, signal } = build
  await using scratch = await temporaryDirectory('ssm-image-')
  const folder = await unpackedContext(source, dockerfile, scratch.path, signal)
  await withLogins(engine, logins, signal, async (env) => {
    const names = localName === undefined ? [target] : [target, localName]
    await buildImage(engine, { folder, names, env, onStep, signal })
    await pushImage(engine, target, { env, onStep, signal })
  })
}

async function unpackedContext(
  source: ImageSource,
  dockerfile: string,
  scratch: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const path = join(scratch, 'context.tar.gz')
  const { sizeBytes } = await packContext(source, dockerfile, path, { signal })
  const folder = join(scratch, 'context')
  await extractArchive(fileParts({ kind: 'file', path, sizeBytes }, signal), folder, signal === undefined ? {} : { signal })
  return folder
}
