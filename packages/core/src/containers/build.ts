import type { ContainerEngine } from './engine.ts'
import { callEngine, imageError } from './call.ts'
import { markedBuild, removeAbandonedBuilds } from './unfinished.ts'

/** How far an image is: what is being done, and the line that was printed last. */
export interface ImageStep {
  readonly step: 'build' | 'push' | 'pull'
  readonly line: string
  /** The steps of the Dockerfile, where the engine counts them. */
  readonly done?: number
  readonly of?: number
}

export type OnStep = (step: ImageStep) => void

export interface BuildOptions {
  /** A folder that holds the finished Dockerfile and its context. */
  readonly folder: string
  /** What the image is called afterwards, with tags. */
  readonly names: readonly string[]
  /** Variables of the engine, as where its logins are. */
  readonly env?: Readonly<Record<string, string>>
  readonly onStep?: OnStep
  readonly signal?: AbortSignal | undefined
}

/** What the machines of SageMaker are. */
const platform = 'linux/amd64'

/**
 * Builds an image for `linux/amd64` as a single manifest, which is what SageMaker takes: no list of platforms, no attestation.
 * @throws {SsmError} `IMAGE_FAILED` with the last lines of the build.
 */
export async function buildImage(engine: ContainerEngine, options: BuildOptions): Promise<void> {
  const names = options.names.flatMap((name) => ['--tag', name])
  const rest = [...names, '--file', `${options.folder}/Dockerfile`, options.folder]
  const steps = stepReader('build', options.onStep)
  const call = { ...(options.env === undefined ? {} : { env: options.env }), signal: options.signal, onLine: steps }
  await removeAbandonedBuilds(engine)
  const build = markedBuild(engine, `${options.folder}/Dockerfile`, options.signal)
  try {
    const words = [...(await buildWords(engine, options)), ...build.words]
    await callEngine(engine.program, [...words, '--platform', platform, ...rest], call)
  } catch (cause) {
    await build.remove()
    throw imageError('The image could not be built', cause, {
      hint: 'Read the last lines of the build above, and correct the Dockerfile or its context.',
      facts: { engine: engine.kind, names: options.names },
    })
  }
}

async function buildWords(engine: ContainerEngine, { signal, env }: BuildOptions): Promise<readonly string[]> {
  if (engine.kind === 'podman') return ['build', '--format', 'docker']
  const hasBuildx = await callEngine(engine.program, ['buildx', 'version'], {
    signal,
    ...(env === undefined ? {} : { env }),
  }).then(
    () => true,
    (cause: unknown) => (signal?.aborted === true ? Promise.reject(cause) : false),
  )
  return hasBuildx ? ['buildx', 'build', '--provenance=false', '--load', '--progress', 'plain'] : ['build']
}

/** Pushes an image by its name. */
export async function pushImage(
  engine: ContainerEngine,
  name: string,
  options: Omit<BuildOptions, 'folder' | 'names'>,
): Promise<void> {
  await moveImage('push', engine, name, options)
}

/** Fetches an image by its name, unless it is here. */
export async function pullImage(
  engine: ContainerEngine,
  name: string,
  options: Omit<BuildOptions, 'folder' | 'names'>,
): Promise<void> {
  await moveImage('pull', engine, name, options)
}

/** Whether this computer has an image. */
export function hasImage(engine: ContainerEngine, name: string, signal?: AbortSignal): Promise<boolean> {
  return callEngine(engine.program, ['image', 'inspect', '--format', '{{.Id}}', name], { signal }).then(
    () => true,
    (cause: unknown) => (signal?.aborted === true ? Promise.reject(cause) : false),
  )
}

async function moveImage(
  step: 'push' | 'pull',
  engine: ContainerEngine,
  name: string,
  { env, onStep, signal }: Omit<BuildOptions, 'folder' | 'names'>,
): Promise<void> {
  const call = { ...(env === undefined ? {} : { env }), signal, onLine: stepReader(step, onStep) }
  const words = step === 'pull' ? ['pull', '--platform', platform, name] : ['push', name]
  try {
    await callEngine(engine.program, words, call)
  } catch (cause) {
    throw imageError(`The image ${name} could not be ${step === 'push' ? 'pushed' : 'pulled'}`, cause, {
      hint:
        step === 'push'
          ? 'Check the network, and that these credentials may write to the repository ("ssm policies").'
          : `Check its name, and log in to its registry if it asks for that: ${engine.program} login.`,
      facts: { engine: engine.kind, image: name },
    })
  }
}

// `STEP 2/5: RUN …` of podman, `Step 2/5 : RUN …` of docker's older builder, `#7 [3/5] RUN …` and `#7 [stage 3/5] …` of its newer one.
const counted = /^(?:step (\d+)\/(\d+)|#\d+ \[(?:[^\]]* )?(\d+)\/(\d+)\])/i

/** Makes steps of the lines that an engine prints. */
export function stepReader(step: ImageStep['step'], onStep: OnStep | undefined): (line: string) => void {
  let count: { readonly done: number; readonly of: number } | undefined
  return (line) => {
    if (line.trim() === '') return
    const found = counted.exec(line)
    if (found !== null) count = { done: Number(found[1] ?? found[3]) - 1, of: Number(found[2] ?? found[4]) }
    onStep?.({ step, line: line.trim().slice(0, 500), ...count })
  }
}
