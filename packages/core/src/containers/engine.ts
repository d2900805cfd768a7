import { SsmError } from '../errors/ssm-error.ts'
import { inHome } from '../files/cache.ts'
import { callEngine } from './call.ts'

/** The two programs that build and run containers; they take the same words for most things. */
export type EngineKind = 'docker' | 'podman'

/** A container engine of this computer that answers. */
export interface ContainerEngine {
  readonly kind: EngineKind
  /** Its name, or its path when it was given by one. */
  readonly program: string
  /** Of what does the work: docker's server, or podman itself. */
  readonly version: string
}

export interface FindEngineOptions {
  /** The engine to take: `docker`, `podman`, or the path of one. Default: the variable `SSM_CONTAINER_ENGINE`, else the first that answers. */
  readonly engine?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * The engine to use: the one named, else docker, else podman, whichever answers. `undefined` when there is none; an engine that was
 * named must be there.
 * @throws {SsmError} `ENGINE_MISSING` when the one named does not answer.
 */
export async function findEngine({ engine, signal }: FindEngineOptions = {}): Promise<ContainerEngine | undefined> {
  const named = engine ?? (inHome(process.env['SSM_CONTAINER_ENGINE']) || undefined)
  if (named !== undefined) return (await answering(named, signal)) ?? Promise.reject(silentEngine(named))
  return (await answering('docker', signal)) ?? (await answering('podman', signal))
}

/** As `findEngine`, for what cannot be done without one: `purpose` says what, as “to run a container”. */
export async function needEngine(purpose: string, options: FindEngineOptions = {}): Promise<ContainerEngine> {
  const found = await findEngine(options)
  if (found !== undefined) return found
  throw new SsmError('ENGINE_MISSING', `Neither docker nor podman answers, and one of them is needed ${purpose}.`, {
    hint: 'Install Docker (https://docs.docker.com/engine/install) or Podman (https://podman.io), start it, and check that you may use it: docker version, podman version. SSM_CONTAINER_ENGINE names another one.',
  })
}

const longestMs = 20_000

async function answering(program: string, signal: AbortSignal | undefined): Promise<ContainerEngine | undefined> {
  const ask = (args: readonly string[]): Promise<string | undefined> =>
    callEngine(program, args, { signal, timeoutMs: longestMs }).then(
      ({ stdout }) => stdout.trim(),
      (cause: unknown) => (signal?.aborted === true ? Promise.reject(cause) : undefined),
    )
  const said = await ask(['--version'])
  if (said === undefined) return undefined
  // Debian's podman-docker is podman under the name of docker.
  const kind = /podman/i.test(said) ? 'podman' : 'docker'
  const version = await ask(['version', '--format', kind === 'podman' ? '{{.Client.Version}}' : '{{.Server.Version}}'])
  return version === undefined || version === '' ? undefined : { kind, program, version }
}

const silentEngine = (engine: string): SsmError =>
  new SsmError('ENGINE_MISSING', `The container engine ${JSON.stringify(engine)} does not answer.`, {
    hint: `Start it, and check that you may use it: ${engine} version. SSM_CONTAINER_ENGINE and containerEngine name docker, podman, or the path of one.`,
    facts: { engine },
  })
